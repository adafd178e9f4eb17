"""Which school took up which practice when, what it does there, and initiatives under way."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import Floats, Integers, days, frame, take
from recovery_analysis.synthetic.pupils.roll import Schools
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.truth_registers import INITIATIVES

_STATUSES = ("live", "live", "live", "proposed", "paused", "stopped")


@dataclass(frozen=True, kw_only=True)
class Practices:
    """Starts and effects by practice: ``start`` is the place of the start, -1 where not taken up."""

    truth: PupilTruth
    schools_n: int
    start: list[Integers]
    effect: list[Floats]

    def shift_sd(self, subject: str, day: str) -> Floats:
        """Give each school's shift in a subject on a day, SD."""
        shift = np.zeros(self.schools_n)
        for practice, start, effect in zip(
            self.truth.practices, self.start, self.effect, strict=True
        ):
            if practice.subject != subject:
                continue
            shows = np.array(
                [
                    (np.datetime64(day) - np.datetime64(first)).astype(int) >= practice.lag_days
                    for first in practice.starts
                ]
                + [False]
            )
            shift = shift + effect * shows[start]
        return shift


def draw_practices(truth: PupilTruth, schools: Schools, rng: np.random.Generator) -> Practices:
    """Draw who takes up what; a practice works where the school's context lets it."""
    starts, effects = [], []
    n, some = len(schools.urn), np.zeros(len(schools.urn), dtype=bool)
    for place, practice in enumerate(truth.practices):
        takes = rng.random(n) < practice.school_share
        if place == len(truth.practices) - 1:
            # a school with a register has at least one practice in it
            takes |= ~some
        takes &= schools.gives["registers"]
        some |= takes
        start = np.where(takes, rng.integers(0, len(practice.starts), n), -1)
        works = schools.share >= practice.only_above_share
        effect = (practice.effect_sd + practice.between_sd * rng.normal(size=n)) * works
        starts.append(start)
        effects.append(effect * takes)
    return Practices(truth=truth, schools_n=n, start=starts, effect=effects)


def practices_frame(truth: PupilTruth, schools: Schools, practices: Practices) -> pd.DataFrame:
    """Give the table ``practices``."""
    parts = []
    for practice, start in zip(truth.practices, practices.start, strict=True):
        at = np.flatnonzero(start >= 0)
        first = np.array(practice.starts, dtype="datetime64[us]")[start[at]]
        parts.append(
            frame(
                {
                    "practice": np.array([practice.name] * len(at), dtype=object),
                    "school_ref": take(schools.refs, at),
                    "series": "practice_register",
                    "start_date": first,
                    "staff_hours": practice.staff_hours,
                    "cost_pounds": practice.cost_pounds,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def initiatives_frame(schools: Schools, rng: np.random.Generator) -> pd.DataFrame:
    """Give the table ``initiatives``: each school with a register has a few."""
    rows = []
    for at in np.flatnonzero(schools.gives["registers"]):
        chosen = set(rng.choice(len(INITIATIVES), 3, replace=False).tolist())
        for name, hours, cost, outcome, (low, high), needs in (
            INITIATIVES[place] for place in sorted(chosen)
        ):
            rows.append(
                {
                    "initiative": name,
                    "school_ref": f"urn:{schools.urn[at]}",
                    "status": _STATUSES[int(rng.integers(len(_STATUSES)))],
                    "staff_hours": round(hours * float(rng.uniform(0.7, 1.3))),
                    "cost_pounds": round(cost * float(rng.uniform(0.7, 1.3)), -1),
                    "intended_outcome": outcome,
                    "target_low": low,
                    "target_high": high,
                    "depends_on": needs or None,
                }
            )
    names = ("initiative", "school_ref", "status", "intended_outcome", "depends_on")
    table = pd.DataFrame(
        rows, columns=[*names, "staff_hours", "cost_pounds", "target_low", "target_high"]
    )
    numbers = ["staff_hours", "cost_pounds", "target_low", "target_high"]
    table = table.astype(dict.fromkeys(names, "str") | dict.fromkeys(numbers, "float64"))
    return table.assign(series="initiative_register", target_date=days("2022-07-22"))
