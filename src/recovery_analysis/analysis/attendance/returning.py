"""The first weeks after the closure: how far pupils who were there before came back."""

import numpy as np
import pandas as pd

from recovery_analysis.analysis.attendance.estimates import Side, count, level
from recovery_analysis.analysis.attendance.pupil_result import (
    ReturnResult,
    ReturnShare,
    ReturnWeek,
)
from recovery_analysis.analysis.attendance.weeks import groups_of, with_groups
from recovery_analysis.analysis.parts import smallest_of_parts
from recovery_analysis.community.pupils import PupilData

#: Weeks of the return that are looked at, and weeks before the closure in which a pupil must have been listed.
WEEKS = 6
_SEEN_WITHIN = pd.Timedelta(weeks=8)
#: Nine of ten sessions attended is often.
_OFTEN = 0.9


def return_evidence(
    rows: pd.DataFrame, pupils: PupilData, baseline: pd.Timestamp
) -> ReturnResult | None:
    """Follow the pupils listed in the eight weeks before the baseline date through the first six open weeks.

    Parameters
    ----------
    rows
        Open weeks, as :func:`~recovery_analysis.analysis.attendance.weeks.open_weeks` gives them.
    pupils
        The pupil list, for groups.
    baseline
        The day of the closure.

    Returns
    -------
    ReturnResult or None
        None where no pupil was listed on both sides.
    """
    after = rows[rows["is_after"]]
    until = rows[~rows["is_after"] & rows["week_start"].gt(baseline - _SEEN_WITHIN)]
    if after.empty or until.empty:
        return None
    first = after["week_start"].min()
    window = after[after["week_start"].lt(first + pd.Timedelta(weeks=WEEKS))]
    # the pupil, not the pupil at a school: who moved within the community came back
    seen = window[window["pupil_id"].isin(until["pupil_id"].unique())]
    if seen.empty:
        return None
    ever = set(after["pupil_id"].unique())
    gone = [pupil for pupil in until["pupil_id"].unique() if pupil not in ever]
    return ReturnResult(
        weeks=_weeks(seen, first),
        shares=_shares(with_groups(seen, pupils)),
        not_listed=count(len(gone), method="pupils listed before the closure and in no week since"),
    )


def _weeks(seen: pd.DataFrame, first: pd.Timestamp) -> tuple[ReturnWeek, ...]:
    found = []
    for start, part in seen.groupby("week_start", sort=True):
        day = pd.Timestamp(str(start))
        side = Side(
            value=(part["attended"] / part["possible"]).to_numpy(dtype=np.float64),
            weight=part["possible"].to_numpy(dtype=np.float64),
            school=part["school_id"].to_numpy(dtype=str),
            smallest=int(part["pupil_id"].nunique()),
        )
        found.append(
            ReturnWeek(number=(day - first).days // 7 + 1, week_start=day.date(), rate=level(side))
        )
    return tuple(found)


def _shares(people: pd.DataFrame) -> tuple[ReturnShare, ...]:
    found: list[ReturnShare] = []
    came = np.asarray(people["attended"].gt(0), dtype=np.float64)
    often = np.asarray((people["attended"] / people["possible"]).ge(_OFTEN), dtype=np.float64)
    school = people["school_id"].to_numpy(dtype=str)
    for dimension in ("all", "disadvantaged", "sen"):
        groups = {
            word: chosen for word, chosen in groups_of(people, dimension).items() if chosen.any()
        }
        sizes = smallest_of_parts([int(chosen.sum()) for chosen in groups.values()])
        sides = {}
        for name, value in (("came", came), ("often", often)):
            have = smallest_of_parts([int(value[chosen].sum()) for chosen in groups.values()])
            lack = smallest_of_parts([int((1 - value[chosen]).sum()) for chosen in groups.values()])
            sides[name] = [
                Side(
                    value=value[chosen],
                    weight=np.ones(int(chosen.sum())),
                    school=school[chosen],
                    smallest=min((n for n in counts if n > 0), default=0),
                )
                for chosen, *counts in zip(groups.values(), sizes, have, lack, strict=True)
            ]
        found += [
            ReturnShare(
                group=word,
                expected=count(int(groups[word].sum()), smallest=sizes[at]),
                came=level(sides["came"][at]),
                often=level(sides["often"][at]),
            )
            for at, word in enumerate(groups)
        ]
    return tuple(found)
