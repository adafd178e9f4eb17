"""What staff say they need, and how many were long absent, without ever showing one school's few staff alone."""

from dataclasses import dataclass, replace

import pandas as pd

from recovery_analysis.analysis.result import Breakdown, Estimate
from recovery_analysis.analysis.shares import share_of
from recovery_analysis.analysis.survey_shares import (
    TABLES,
    Comparison,
    Coverage,
    answer_rows,
    by_item,
    compare,
    coverage,
    judged,
    latest,
    sources_of,
    weights_of,
)
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.missing import MissingReason

__all__ = ["TABLES", "PhaseShares", "StaffItem", "StaffResult", "staff_evidence"]

#: Colleagues know each other: nothing rests on fewer staff of one school, or of one phase, than this.
FEWEST_STAFF = 10
#: A phase is shown only with at least so many schools: one school's staff would stand alone.
FEWEST_SCHOOLS_A_PHASE = 2
#: Long absence is a fact about staff, not something that they need.
ABSENCE_ITEM = "staff_absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseShares:
    """Shares by phase, parts in the order of ``phases``."""

    phases: tuple[str, ...]
    shares: Breakdown


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffItem:
    """One question: the share of all who answered, and by phase (None where a phase would be too small)."""

    item: str
    share: Estimate
    by_phase: PhaseShares | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffResult:
    """What staff answered; ``coverage`` is None where no survey of staff was read.

    ``needs`` run from the most widespread to the least; ``absence`` stands apart. ``differences`` compare
    secondary with primary schools.
    """

    coverage: Coverage | None
    needs: tuple[StaffItem, ...]
    absence: StaffItem | None
    differences: tuple[Comparison, ...]
    hidden_schools: int


def staff_evidence(data: CommunityData, pupils: PupilData) -> StaffResult:
    """Answer what staff need, as far as surveys tell.

    Parameters
    ----------
    data, pupils
        The community, and its rows of ``TABLES``.

    Notes
    -----
    Shares as in :mod:`recovery_analysis.analysis.experience`. Staff of one school know each other, so a share
    rests on ``FEWEST_STAFF`` or more, a phase on two schools or more, and by school there are only counts
    of who answered, from ``FEWEST_STAFF`` up.
    """
    rows = latest(answer_rows(data, pupils, "staff"))
    if not len(rows):
        return StaffResult(coverage=None, needs=(), absence=None, differences=(), hidden_schools=0)
    rows = _joined(rows)
    phases = _phases(rows)
    items = [_item(part, item, phases) for item, part in by_item(rows).items()]
    covered = coverage(data, pupils, rows, unit="respondents", has_roll=False)
    few = sum(0 < (part.value or 0) < FEWEST_STAFF for part in covered.by_school.parts)
    needs = [item for item in items if item.item != ABSENCE_ITEM]
    return StaffResult(
        coverage=replace(covered, by_school=_protected(covered.by_school)),
        needs=tuple(sorted(needs, key=lambda item: -(item.share.value or 0))),
        absence=next((item for item in items if item.item == ABSENCE_ITEM), None),
        differences=_differences(rows, phases),
        hidden_schools=few,
    )


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Put phases too small to be shown together as other schools."""
    found = _by_phase(rows)
    small = found.index[~found["is_large"]]
    phase = rows["school_phase"].mask(rows["school_phase"].isin(list(small)), "other")
    return rows.assign(school_phase=phase.fillna("other"))


def _phases(rows: pd.DataFrame) -> tuple[str, ...]:
    """Give the phases to show: none unless every phase with an answer is large enough.

    If one phase alone were left out, its share could be worked out from the others and the total.
    """
    found = _by_phase(rows)
    return tuple(map(str, found.index)) if len(found) > 1 and found["is_large"].all() else ()


def _by_phase(rows: pd.DataFrame) -> pd.DataFrame:
    found = rows.groupby("school_phase").agg(
        schools=("school", "nunique"), staff=("respondent_id", "nunique")
    )
    large = found["schools"].ge(FEWEST_SCHOOLS_A_PHASE) & found["staff"].ge(FEWEST_STAFF)
    return found.assign(is_large=large)


def _item(part: pd.DataFrame, item: str, phases: tuple[str, ...]) -> StaffItem:
    total = _share(part)
    sides = {phase: part[part["school_phase"].eq(phase)] for phase in phases}
    large = all(
        len(side) >= FEWEST_STAFF and side["school"].nunique() >= FEWEST_SCHOOLS_A_PHASE
        for side in sides.values()
    )
    by_phase = (
        PhaseShares(
            phases=phases,
            shares=Breakdown(total=total, parts=tuple(_share(side) for side in sides.values())),
        )
        if phases and large
        else None
    )
    return StaffItem(item=item, share=total, by_phase=by_phase)


def _share(part: pd.DataFrame) -> Estimate:
    found = share_of(
        part["counted"].astype(bool),
        part["school"],
        sources=sources_of(part),
        weights=weights_of(part),
    )
    return found if len(part) >= FEWEST_STAFF else _hidden(found)


def _hidden(estimate: Estimate) -> Estimate:
    return replace(
        estimate,
        value=None,
        low=None,
        high=None,
        n_pupils=None,
        n_smallest=None,
        missing_reason=MissingReason.TOO_FEW.value,
        why_no_interval="",
    )


def _differences(rows: pd.DataFrame, phases: tuple[str, ...]) -> tuple[Comparison, ...]:
    """Compare secondary with primary schools, where both may be shown."""
    if not {"primary", "secondary"} <= set(phases):
        return ()
    sided = rows.assign(
        secondary=rows["school_phase"].map({"secondary": "yes", "primary": "no"}).astype("str")
    )
    words = ("staff of secondary schools", "staff of primary schools")
    return judged(compare(by_item(sided), "phase", words, "secondary"))


def _protected(by_school: Breakdown) -> Breakdown:
    """Hide counts under ``FEWEST_STAFF`` by school, and more while the hidden ones add up to too few."""
    counts = [part.value or 0 for part in by_school.parts]
    hidden = [at for at, count in enumerate(counts) if 0 < count < FEWEST_STAFF]
    rest = sorted(
        (at for at, count in enumerate(counts) if count >= FEWEST_STAFF), key=lambda at: -counts[at]
    )
    while rest and hidden and (len(hidden) == 1 or sum(counts[at] for at in hidden) < FEWEST_STAFF):
        hidden.append(rest.pop())
    parts = tuple(
        _hidden(part) if at in hidden else part for at, part in enumerate(by_school.parts)
    )
    return Breakdown(total=by_school.total, parts=parts)
