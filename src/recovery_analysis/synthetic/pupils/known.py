"""What a report on the simulated pupils ought to find, for every community, written beside the data."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from recovery_analysis.synthetic.pupils.arrays import Flags, academic_year
from recovery_analysis.synthetic.pupils.source_files import iso_days
from recovery_analysis.synthetic.pupils.strands import normal_cdf, normal_quantile
from recovery_analysis.synthetic.pupils.survey import SURVEY_YEAR
from recovery_analysis.synthetic.pupils.truth_home import CONNECTION_WORDS, DEVICE_WORDS
from recovery_analysis.synthetic.pupils.truth_survey import CLASSES
from recovery_analysis.synthetic.pupils.world import PupilWorld

Record = dict[str, object]
_GROUPS = ("all", "disadvantaged", "other")
#: Rounds for which deviations are listed: the new baseline and a year on.
_LISTED = ((2020, "autumn"), (2021, "autumn"))


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A community: kind, id, and which schools of the world are in it now."""

    kind: str
    key: str
    schools: Flags


def entities(world: PupilWorld) -> list[Entity]:
    """Give England, every local authority and every trust of a world."""
    schools = world.roll.schools
    found = [Entity(kind="england", key="england", schools=np.ones(len(schools.urn), dtype=bool))]
    for at, code in enumerate(schools.la_codes):
        found.append(Entity(kind="la", key=code, schools=schools.la == at))
    for at, uid in enumerate(schools.trust_uids):
        found.append(Entity(kind="trust", key=uid, schools=schools.trust == at))
    return found


def known_truth(world: PupilWorld) -> dict[str, object]:
    """Give parameters and true values as plain numbers, texts, lists and dictionaries, ready for JSON.

    ``deviations`` are scaled score points by which counted tests differ from what the same pupils would have
    had without closure; ``months`` divides by a month's growth of the year group. ``strands`` are percents of
    marks: ``national`` for pupils at national attainment, else for the pupils who sat the paper, now and had
    nothing changed. Shares are of pupils.
    """
    return {
        "parameters": plain(world.truth),
        "deviations": list(deviations(world)),
        "value_added": value_added(world),
        "strands": strands(world),
        "strands_by_community": list(strands_by_community(world)),
        "experience": list(experience(world)),
        "access": list(access(world)),
        "use": list(use(world)),
        "practices": practices(world),
    }


def plain(value: object) -> object:
    """Turn nested dataclasses, mappings and tuples into dictionaries with text keys and lists."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def _in_group(world: PupilWorld, group: str) -> Flags:
    if group == "all":
        return np.ones(len(world.roll), dtype=bool)
    return world.roll.is_disadvantaged == (group == "disadvantaged")


def deviations(world: PupilWorld) -> Iterator[Record]:
    """Give mean deviations of counted tests by community, subject, round, year group and group of pupils."""
    tests, roll = world.star, world.roll
    counted = tests.reason == 0
    for place, wave in enumerate(world.truth.waves):
        if (wave.year, wave.season) not in _LISTED:
            continue
        for code, (name, subject) in enumerate(world.truth.subjects.items()):
            chosen = np.flatnonzero(counted & (tests.wave == place) & (tests.subject == code))
            year_group = roll.year_group(wave.year)[tests.at[chosen]]
            for entity in entities(world):
                inside = entity.schools[roll.school[tests.at[chosen]]]
                for group in _GROUPS:
                    mine = inside & _in_group(world, group)[tests.at[chosen]]
                    for at in np.unique(year_group[mine]).tolist():
                        values = tests.deviation[chosen][mine & (year_group == at)]
                        mean = float(values.mean())
                        yield {
                            "entity": entity.kind,
                            "entity_id": entity.key,
                            "subject": name,
                            "academic_year": academic_year(wave.year),
                            "season": wave.season,
                            "year_group": at,
                            "pupil_group": group,
                            "tests_n": len(values),
                            "points": round(mean, 4),
                            "months": round(mean / subject.month(at), 4),
                        }


def value_added(world: PupilWorld) -> list[Record]:
    """Give each school's effects on progress since closure in SD, by subject."""
    return [
        {
            "urn": urn,
            "subject": subject,
            "school": round(float(effects.school[at]), 6),
            "trust": round(float(effects.trust[at]), 6),
            "la": round(float(effects.la[at]), 6),
        }
        for subject, effects in world.value_added.items()
        for at, urn in enumerate(world.roll.schools.urn)
    ]


def strands(world: PupilWorld) -> list[Record]:
    """Give each strand's true fall; ``place`` 1 fell furthest among the strands of its paper."""
    found: list[Record] = []
    for plan in world.plans:
        now = normal_cdf(normal_quantile(plan.before) - plan.drop)
        fall = 100 * (plan.before - now)
        order = np.argsort(np.argsort(-fall)) + 1
        days = iso_days(plan.taught)
        for at, strand in enumerate(plan.paper.strands):
            found.append(
                {
                    "subject": plan.paper.subject,
                    "year_group": plan.year_group,
                    "strand": strand[0],
                    "taught_on": days[at],
                    "in_closure": bool(plan.in_closure[at]),
                    "national_before_pct": strand[1],
                    "national_now_pct": round(float(100 * now[at]), 4),
                    "fall_pct_points": round(float(fall[at]), 4),
                    "place": int(order[at]),
                }
            )
    return found


def strands_by_community(world: PupilWorld) -> Iterator[Record]:
    """Give true shares of marks by strand of the pupils who sat each paper."""
    for marks in world.marks:
        plan = marks.plan
        for entity in entities(world):
            mine = entity.schools[world.roll.school[marks.at]]
            if not mine.any():
                continue
            for at, strand in enumerate(plan.paper.strands):
                yield {
                    "entity": entity.kind,
                    "entity_id": entity.key,
                    "subject": plan.paper.subject,
                    "year_group": plan.year_group,
                    "strand": strand[0],
                    "pupils_n": int(mine.sum()),
                    "now_pct": round(float(100 * marks.now[mine, at].mean()), 4),
                    "without_closure_pct": round(float(100 * marks.was[mine, at].mean()), 4),
                }


def experience(world: PupilWorld) -> Iterator[Record]:
    """Give shares of the classes of experience among pupils of schools with a survey, and who answered."""
    roll, surveys = world.roll, world.surveys
    asked = roll.on_roll(SURVEY_YEAR) & roll.gives("survey_pupil")
    answered = np.zeros(len(roll), dtype=bool)
    answered[surveys.answers[0].at] = True
    for entity in entities(world):
        for group in _GROUPS:
            mine = asked & entity.schools[roll.school] & _in_group(world, group)
            if mine.any():
                who = mine & answered
                yield {
                    "entity": entity.kind,
                    "entity_id": entity.key,
                    "pupil_group": group,
                    "pupils_n": int(mine.sum()),
                    "answered_n": int(who.sum()),
                    "share_of_pupils": _shares(CLASSES, surveys.experience[mine]),
                    "share_of_answers": _shares(CLASSES, surveys.experience[who]),
                }


def access(world: PupilWorld) -> Iterator[Record]:
    """Give shares of devices and connections among pupils on the lists."""
    roll, home = world.roll, world.home
    listed = roll.on_roll(2019) & roll.gives("devices") & home.listed
    for entity in entities(world):
        for group in _GROUPS:
            mine = listed & entity.schools[roll.school] & _in_group(world, group)
            if mine.any():
                yield {
                    "entity": entity.kind,
                    "entity_id": entity.key,
                    "pupil_group": group,
                    "pupils_n": int(mine.sum()),
                    "device": _shares(DEVICE_WORDS, home.device[mine]),
                    "connection": _shares(CONNECTION_WORDS, home.connection[mine]),
                }


def use(world: PupilWorld) -> Iterator[Record]:
    """Give who used Accelerated Reader and myON, and the mean dose of users."""
    roll, known = world.roll, world.truth.use
    doses = [("quizzes", known.quizzes, world.home.quizzes.astype(float))]
    pairs = zip(known.minutes, world.home.minutes, strict=True)
    doses += [("minutes", platform, minutes) for platform, minutes in pairs]
    for source, platform, dose in doses:
        there = roll.on_roll(platform.year) & roll.gives(source)
        there &= np.isin(roll.year_group(platform.year), known.year_groups)
        for entity in entities(world):
            mine = there & entity.schools[roll.school]
            users = mine & (dose > 0)
            if users.any():
                yield {
                    "entity": entity.kind,
                    "entity_id": entity.key,
                    "platform": source,
                    "academic_year": academic_year(platform.year),
                    "pupils_n": int(mine.sum()),
                    "users_n": int(users.sum()),
                    "mean_dose_of_users": round(float(dose[users].mean()), 4),
                    "slope_sd": platform.slope_sd,
                    "per": "quiz" if source == "quizzes" else "100 minutes",
                }


def practices(world: PupilWorld) -> list[Record]:
    """Give each practice's true effect at each school that took it up, SD."""
    return [
        {
            "practice": practice.name,
            "subject": practice.subject,
            "urn": world.roll.schools.urn[at],
            "start_date": practice.starts[start[at]],
            "effect_sd": round(float(effect[at]), 6),
        }
        for practice, start, effect in zip(
            world.truth.practices, world.practices.start, world.practices.effect, strict=True
        )
        for at in np.flatnonzero(start >= 0).tolist()
    ]


def _shares(words: tuple[str, ...], codes: np.ndarray) -> dict[str, float]:
    counts = np.bincount(codes, minlength=len(words)) / max(len(codes), 1)
    return {word: round(float(share), 6) for word, share in zip(words, counts, strict=True)}
