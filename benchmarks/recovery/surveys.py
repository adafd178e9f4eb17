"""Surveys of pupils, families and staff, and groups for induction, beside the truth."""

from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from recovery.communities import Case
from recovery.population import Population, Targets
from recovery.scores import Score, score
from recovery_analysis.analysis import induction
from recovery_analysis.analysis.experience import experience_evidence
from recovery_analysis.analysis.staff import staff_evidence
from recovery_analysis.analysis.survey_shares import answer_rows, latest
from recovery_analysis.synthetic.pupils import PupilTruth, PupilWorld
from recovery_analysis.synthetic.pupils.survey import SURVEY_YEAR
from recovery_analysis.synthetic.pupils.truth_survey import CLASSES
from recovery_analysis.words.survey_items import INDUCTION_ITEMS

EXPERIENCE, STAFF, INDUCTION = "experience", "staff", "induction"


def targets(world: PupilWorld, inside: np.ndarray) -> Targets:
    """Give chances of counted answers and of classes, among those who answer and among all on roll."""
    truth, roll = world.truth.survey, world.roll
    asked = roll.on_roll(SURVEY_YEAR) & inside[roll.school]
    chances, poor = world.surveys.chances[asked], roll.is_disadvantaged[asked]
    answers = np.where(poor, truth.disadvantaged_response, 1.0)
    found = {
        f"class {name}": float(100 * np.average(chances[:, at], weights=answers))
        for at, name in enumerate(CLASSES)
    }
    for item, by_class in truth.items.items():
        chance = 100 * chances @ np.array(by_class)
        found[item] = float(np.average(chance, weights=answers))
        found[f"{item} all"] = float(chance.mean())
        found[f"{item} gap"] = float(chance[poor].mean() - chance[~poor].mean())
    return found


def staff_targets(truth: PupilTruth) -> Targets:
    """Give the mean chance of counted answers of staff over schools."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    found = {}
    for item, base in truth.survey.staff_items.items():
        logit = np.log(base / (1 - base)) + truth.survey.staff_school_sd * nodes
        found[f"staff {item}"] = float(100 * (weights / (1 + np.exp(-logit))).sum() / weights.sum())
    return found


def judge_experience(case: Case, population: Population) -> list[Score]:
    """Compare shares and differences between groups with the truth."""
    result = experience_evidence(case.data, case.pupils)
    scores: list[Score] = []
    for role in result.roles:
        gives = case.world.roll.schools.gives[f"survey_{role.role}"]
        own = targets(case.world, case.inside & gives)
        for one in role.items:
            for group, key in (
                (f"share of {role.role} answers", one.item),
                (f"share of {role.role} answers, beside all on roll", f"{one.item} all"),
            ):
                scores += score(
                    one.share,
                    names=(EXPERIENCE, group, one.item),
                    seed=case.seed,
                    target=population.targets[key],
                    own=own[key],
                )
        for one in role.comparisons:
            if one.grouping == "disadvantaged":
                scores += score(
                    one.shares.difference,
                    names=(EXPERIENCE, f"disadvantaged less other ({role.role})", one.item),
                    seed=case.seed,
                    target=population.targets[f"{one.item} gap"],
                    own=own[f"{one.item} gap"],
                )
    return scores


def judge_staff(case: Case, population: Population) -> list[Score]:
    """Compare shares of staff with the truth."""
    result = staff_evidence(case.data, case.pupils)
    items = [*result.needs, *([result.absence] if result.absence else [])]
    return [
        item
        for one in items
        for item in score(
            one.share,
            names=(STAFF, "share of staff answers", one.item),
            seed=case.seed,
            target=population.targets[f"staff {one.item}"],
        )
    ]


def judge_induction(
    case: Case, population: Population
) -> tuple[list[Score], dict[str, float | str | int]]:
    """Compare sizes of groups with the classes' shares, and say how well pupils were put into classes."""
    kept = []

    def keep(**how):
        kept.append(induction_classes(**how))
        return kept[-1]

    induction_classes = induction.latent_classes
    with patch.object(induction, "latent_classes", keep):
        result = induction.induction_evidence(case.data, case.pupils, seed=case.seed)
    fact: dict[str, float | str | int] = {
        "seed": case.seed,
        "groups": len(result.groups),
        "why_not": result.why_not,
        "answered": 0 if result.sets is None else int(result.sets.answered.value or 0),
    }
    if not result.groups:
        return [], fact
    true = _true_classes(case)
    found = kept[-1]
    fact["adjusted_rand"] = float(adjusted_rand_score(true, found.assigned))
    table = pd.crosstab(found.assigned, true)
    meant = table.to_numpy().argmax(axis=1)
    if found.n_classes != len(CLASSES) or len(set(meant.tolist())) != len(CLASSES):
        return [], fact
    # groups are told from the largest, as the classes are
    sizes = sorted(
        zip(found.posterior.mean(axis=0), meant, strict=True), key=lambda one: -float(one[0])
    )
    own = targets(case.world, case.inside & case.world.roll.schools.gives["survey_pupil"])
    scores: list[Score] = []
    for group, (_, code) in zip(result.groups, sizes, strict=True):
        name = f"class {CLASSES[int(table.columns[int(code)])]}"
        scores += score(
            group.size,
            names=(INDUCTION, "size of a group", name),
            seed=case.seed,
            target=population.targets[name],
            own=own[name],
        )
    return scores, fact


def _true_classes(case: Case) -> np.ndarray:
    """Give the true class of each pupil with a whole set of answers, in the order of the analysis."""
    rows = latest(answer_rows(case.data, case.pupils, "pupil"))
    rows = rows[rows["item"].isin(INDUCTION_ITEMS)]
    wide = rows.pivot(index=["survey", "respondent_id"], columns="item", values="counted")
    who = rows.drop_duplicates(["survey", "respondent_id"]).set_index(["survey", "respondent_id"])
    pupil = who["pupil_id"].reindex(wide.dropna().index)
    classes = pd.Series(case.world.surveys.experience, index=case.world.roll.pupil_id)
    return pupil.map(classes).to_numpy()
