"""What stood in the way and what was used: shares, differences and what went with progress, beside the truth."""

import numpy as np

from recovery.communities import Case
from recovery.population import Population, Targets
from recovery.scores import Score, score
from recovery_analysis.analysis.barriers import barriers_evidence
from recovery_analysis.analysis.platform_use import PlatformUse, use_evidence
from recovery_analysis.norms.comparison import progress_of_pupils
from recovery_analysis.synthetic.pupils import PupilWorld
from recovery_analysis.synthetic.pupils.truth_home import GROUPS

BARRIERS, USE = "barriers", "platform use"
_LISTED = ("no_own_device", "no_broadband")
#: The year that the analysis calls the latest of both platforms.
_USE_YEAR = 2020


def barrier_targets(world: PupilWorld, inside: np.ndarray) -> Targets:
    """Give chances of having no device of one's own and no broadband, of pupils on roll in the closure."""
    known, roll = world.truth.devices, world.roll
    poor = roll.is_disadvantaged[roll.on_roll(2019) & inside[roll.school]]
    found: Targets = {}
    for name, shares in zip(_LISTED, (known.device, known.connection), strict=True):
        other, disadvantaged = (100 * (1 - shares[group][0]) for group in GROUPS)
        found[name] = float(np.where(poor, disadvantaged, other).mean())
        found[f"{name} gap"] = disadvantaged - other
    return found


def use_targets(world: PupilWorld, inside: np.ndarray) -> Targets:
    """Give chances of any use in the year, of pupils on roll."""
    known, roll = world.truth.use, world.roll
    on_roll = roll.on_roll(_USE_YEAR) & inside[roll.school]
    poor = roll.is_disadvantaged[on_roll]
    may = np.isin(roll.year_group(_USE_YEAR)[on_roll], known.year_groups)
    found: Targets = {}
    for name, platform in (("accelerated_reader", known.quizzes), ("myon", known.minutes[-1])):
        chance = 100 * may * np.array(platform.user_share)[poor.astype(int)]
        found[f"{name} reach"] = float(chance.mean())
        found[f"{name} not reached gap"] = float(chance[~poor].mean() - chance[poor].mean())
    return found


def large_targets(case: Case) -> Targets:
    """Give, from one very large community, what has no simple formula: bands, quality, what went with progress."""
    progress = progress_of_pupils(case.pupils, case.norms)
    found: Targets = {}
    barriers = barriers_evidence(case.data, case.pupils, progress)
    for barrier in barriers.barriers:
        for one in barrier.linked:
            if barrier.who == "listed":
                found[f"{barrier.code} {one.subject}"] = float(one.points.value or 0)
    for platform in use_evidence(case.data, case.pupils, progress).platforms:
        found |= {name: float(estimate.value or 0) for _, name, estimate in _of_platform(platform)}
    return found


def _of_platform(platform: PlatformUse):
    """Give group, name and estimate of what is told of a platform beside reach."""
    yield "active lately", f"{platform.code} active", platform.active
    for words, part in zip(platform.band_words, platform.bands.parts, strict=True):
        yield "share in a band of use", f"{platform.code} {words}", part
    if platform.quality is not None:
        yield "share at 85% correct", f"{platform.code} at 85", platform.quality.at_cut
    for one in platform.linked:
        name = f"{platform.code} {one.band} and progress"
        yield "what use went with, within schools", name, one.points


def judge_barriers(case: Case, population: Population) -> list[Score]:
    """Compare barriers with the truth."""
    progress = progress_of_pupils(case.pupils, case.norms)
    result = barriers_evidence(case.data, case.pupils, progress)
    gives = case.inside & case.world.roll.schools.gives["devices"]
    own = barrier_targets(case.world, gives) if gives.any() else {}
    scores: list[Score] = []
    for barrier in result.barriers:
        about = {"seed": case.seed}
        if barrier.who != "listed":
            # answers of pupils and families, as in the chapter on experience
            for key, estimate in (
                (barrier.code, barrier.by_group.shares.total),
                (f"{barrier.code} gap", barrier.by_group.difference),
            ):
                names = (BARRIERS, "teaching from afar", f"{barrier.who} {key}")
                scores += score(estimate, names=names, target=population.targets[key], **about)
            continue
        for group, key, estimate in (
            ("share without", barrier.code, barrier.by_group.shares.total),
            ("disadvantaged less other", f"{barrier.code} gap", barrier.by_group.difference),
        ):
            names = (BARRIERS, group, key)
            scores += score(
                estimate, names=names, target=population.targets[key], own=own[key], **about
            )
        for one in barrier.linked:
            key = f"{barrier.code} {one.subject}"
            names = (BARRIERS, "what it went with, within schools", key)
            scores += score(one.points, names=names, target=population.targets[key], **about)
    return scores


def judge_use(case: Case, population: Population) -> list[Score]:
    """Compare the use of platforms with the truth."""
    progress = progress_of_pupils(case.pupils, case.norms)
    scores: list[Score] = []
    for platform in use_evidence(case.data, case.pupils, progress).platforms:
        gap = next(
            (one.shares.difference for one in platform.not_reached if one.trait == "disadvantaged"),
            None,
        )
        told = [("reach", f"{platform.code} reach", platform.reach), *_of_platform(platform)]
        if gap is not None:
            told.append(
                ("not reached: disadvantaged less other", f"{platform.code} not reached gap", gap)
            )
        for group, key, estimate in told:
            if key in population.targets:
                names = (USE, group, key)
                scores += score(
                    estimate, names=names, seed=case.seed, target=population.targets[key]
                )
    return scores
