"""Weekly attendance of pupils in autumn terms."""

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import academic_year, days, frame, take
from recovery_analysis.synthetic.pupils.roll import Roll
from recovery_analysis.synthetic.pupils.truth import PupilTruth


def attendance_frame(truth: PupilTruth, roll: Roll, rng: np.random.Generator) -> pd.DataFrame:
    """Give the table ``attendance_weeks``: one row a pupil and week of schools that give it."""
    known = truth.attendance
    school = known.school_sd * rng.normal(size=len(roll.schools.urn))
    parts = []
    for year, first in known.first_weeks.items():
        at = np.flatnonzero(roll.on_roll(year) & roll.gives("attendance"))
        mean = np.array(known.attended[year])[roll.group[at]] + school[roll.school[at]]
        mean = np.clip(mean, 0.5, 0.995)
        own = rng.beta(mean * known.pupil_concentration, (1 - mean) * known.pupil_concentration)
        rows = np.repeat(np.arange(len(at)), known.weeks_n)
        week = np.tile(np.arange(known.weeks_n), len(at))
        attended = rng.binomial(known.sessions, own[rows])
        missed = known.sessions - attended
        chance = np.array(known.unauthorised_share)[roll.group[at]][rows]
        unauthorised = rng.binomial(missed, chance)
        start = days(first, 7 * week)
        gone = roll.left_on()[at][rows] < start
        parts.append(
            frame(
                {
                    "pupil_id": roll.pupil_id[at][rows],
                    "school_ref": take(roll.schools.refs, roll.school[at][rows]),
                    "academic_year": np.array([academic_year(year)] * len(rows), dtype=object),
                    "series": "pupil_attendance",
                    "year_group": roll.year_group(year)[at][rows].astype(float),
                    "week_start": start,
                    "sessions_possible": np.full(len(rows), float(known.sessions)),
                    "sessions_attended": attended.astype(float),
                    "sessions_authorised": (missed - unauthorised).astype(float),
                    "sessions_unauthorised": unauthorised.astype(float),
                }
            )[~gone]
        )
    return pd.concat(parts, ignore_index=True)
