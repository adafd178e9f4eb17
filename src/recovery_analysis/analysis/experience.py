"""What lockdown and return were like for pupils and families: shares, coverage, and which groups differ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.analysis.result import Breakdown, Estimate, missing
from recovery_analysis.analysis.shares import share_of, smallest_of
from recovery_analysis.analysis.survey_shares import (
    GROUPINGS,
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
from recovery_analysis.words.survey_items import Role

__all__ = [
    "TABLES",
    "ExperienceResult",
    "ItemShare",
    "RoleExperience",
    "SchoolShares",
    "experience_evidence",
]

#: Who is asked about home and school, in the order of the report.
ROLES: tuple[Role, ...] = ("pupil", "family")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemShare:
    """The share of those who answered a question that gave a counted answer."""

    item: str
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolShares:
    """One question by school: parts in the order of ``Coverage.schools``."""

    item: str
    shares: Breakdown


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleExperience:
    """What pupils, or families, answered.

    ``items``: each school's latest survey, in the order of the list of questions. ``comparisons``: between
    groups. ``changes``: latest less first survey, over the schools that hold both.
    """

    role: Role
    coverage: Coverage
    items: tuple[ItemShare, ...]
    comparisons: tuple[Comparison, ...]
    changes: tuple[Comparison, ...]
    schools: tuple[SchoolShares, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperienceResult:
    """Both roles that answered (none without a survey), and pupils beside families.

    ``looked_at`` counts the differences looked at, ``could_tell`` those with a likely range.
    """

    roles: tuple[RoleExperience, ...]
    side_by_side: tuple[Comparison, ...]
    looked_at: int
    could_tell: int

    def of(self, role: Role) -> RoleExperience | None:
        """Give what one role answered; None where no survey of it was read."""
        return next((item for item in self.roles if item.role == role), None)


def experience_evidence(data: CommunityData, pupils: PupilData) -> ExperienceResult:
    """Answer what lockdown and return were like across a community, as far as surveys tell.

    Parameters
    ----------
    data, pupils
        The community, and its rows of ``TABLES``.

    Notes
    -----
    Each school counts with its latest survey that asked the question. Shares are weighted where every
    respondent has a weight; schools are the clusters (:mod:`recovery_analysis.stats.survey`). Differences are
    by CR2. Which of them may be said: :func:`recovery_analysis.analysis.survey_shares.judged`.
    """
    rows = {role: answer_rows(data, pupils, role) for role in ROLES}
    there: list[Role] = [role for role in ROLES if len(rows[role])]
    newest: dict[Role, pd.DataFrame] = {role: latest(rows[role]) for role in there}
    parts = {role: by_item(newest[role]) for role in there}
    found: dict[str, list[Comparison]] = {}
    for role in there:
        found[role] = _between_groups(parts[role])
        found[f"{role} changes"] = _changes(rows[role])
    found["side by side"] = _side_by_side(newest) if len(there) == len(ROLES) else []
    everything = [item for part in found.values() for item in part]
    passed = iter(judged(everything))
    told = {name: tuple(next(passed) for _ in part) for name, part in found.items()}
    return ExperienceResult(
        roles=tuple(_of_role(data, pupils, role, rows[role], parts[role], told) for role in there),
        side_by_side=told["side by side"],
        looked_at=len(everything),
        could_tell=sum(item.chance is not None for item in everything),
    )


def _of_role(
    data: CommunityData,
    pupils: PupilData,
    role: Role,
    rows: pd.DataFrame,
    parts: dict[str, pd.DataFrame],
    told: dict[str, tuple[Comparison, ...]],
) -> RoleExperience:
    covered = coverage(data, pupils, rows, unit="respondents")
    items = tuple(ItemShare(item=item, share=_share(part)) for item, part in parts.items())
    ids = [school.school_id for school in covered.schools]
    return RoleExperience(
        role=role,
        coverage=covered,
        items=items,
        comparisons=told[role],
        changes=told[f"{role} changes"],
        schools=tuple(_by_school(parts[of.item], of, ids) for of in items) if ids else (),
    )


def _share(part: pd.DataFrame) -> Estimate:
    return share_of(
        part["counted"].astype(bool),
        part["school"],
        sources=sources_of(part),
        weights=weights_of(part),
    )


def _by_school(part: pd.DataFrame, of: ItemShare, ids: list[str]) -> SchoolShares:
    scaled = part.assign(scaled=part["counted"] * part["weight"])
    sums = scaled.groupby("school_id").agg(
        having=("counted", "sum"),
        n=("counted", "size"),
        top=("scaled", "sum"),
        all=("weight", "sum"),
    )
    cells = dict(zip(sums.index, sums.to_numpy(dtype=np.float64), strict=True))
    blank = missing(MissingReason.NOT_RECORDED, unit="percent", sources=of.share.sources)
    parts = tuple(
        _at_school(cells[school], of.share.sources) if school in cells else blank for school in ids
    )
    return SchoolShares(item=of.item, shares=Breakdown(total=of.share, parts=parts))


def _at_school(sums: np.ndarray, sources: tuple[str, ...]) -> Estimate:
    """Give one school's share from its sums: counted, answers, weight of counted, weight of answers."""
    having, n, top, whole = sums
    return Estimate(
        value=float(100 * top / whole),
        unit="percent",
        decimals=0,
        basis="computed",
        method="share of those who answered at this school",
        sources=sources,
        why_no_interval="one school can not show how far schools differ",
        n_pupils=int(n),
        n_schools=1,
        n_smallest=smallest_of(int(having), int(n)),
    )


def _between_groups(parts: dict[str, pd.DataFrame]) -> list[Comparison]:
    return [
        one
        for grouping, words in GROUPINGS.items()
        for one in compare(parts, grouping, words, grouping)
    ]


def _changes(rows: pd.DataFrame) -> list[Comparison]:
    """Compare latest and first survey over the schools that asked the question in both."""
    if not len(rows) or int(rows["last_wave"].max()) == 0:
        return []
    by = rows.groupby(["school", "item"])["wave"]
    first, last = by.transform("min"), by.transform("max")
    is_later = rows["wave"].eq(last)
    sided = rows.assign(later=is_later.map({True: "yes", False: "no"}).astype("str"))
    kept = sided[first.lt(last) & (is_later | rows["wave"].eq(first))]
    return compare(by_item(kept), "wave", ("in the latest survey", "in the first survey"), "later")


def _side_by_side(newest: dict[Role, pd.DataFrame]) -> list[Comparison]:
    """Compare pupils and families on the same questions; a school is one cluster for both."""
    both = pd.concat(
        [part.assign(is_pupil="yes" if role == "pupil" else "no") for role, part in newest.items()],
        ignore_index=True,
    )
    code, _ = pd.factorize(both["school_id"])
    both = both.assign(school=code, is_pupil=both["is_pupil"].astype("str"))
    return compare(by_item(both), "role", ("pupils", "families"), "is_pupil")
