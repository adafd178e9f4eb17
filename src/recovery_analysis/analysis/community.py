"""Who the community is, which schools have which data for which years, and who is missing and why."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pandas as pd

from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import GAP_MEASURES, MEASURES
from recovery_analysis.words.missing import meaning

#: Phases whose pupils sit the tests or exams of a key stage.
STAGE_PHASES = {"ks2": ("primary", "all-through"), "ks4": ("secondary", "all-through")}

#: With more schools than this, single schools are counted and not named.
MOST_SCHOOLS_LISTED = 2000

PHASE_ORDER = (
    "nursery",
    "primary",
    "secondary",
    "all-through",
    "special",
    "alternative provision",
    "other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCount:
    """Schools of one phase: academies, maintained, and all."""

    phase: str
    academies: int
    maintained: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which of the expected schools have both groups' figure for a measure in a year.

    ``reasons`` counts the schools without it by reason in words.
    """

    measure: str
    academic_year: str
    expected: int
    with_figures: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingSchool:
    """A school of an examined phase without a figure for both groups in any year that was read."""

    school_id: str
    school_name: str
    phase: str
    sector: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A school that one membership rule counts and the other does not, or whose URN changed."""

    school_id: str
    school_name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityResult:
    """The schools under both membership rules, their kinds, the coverage and the missing."""

    community: CommunityId
    name: str
    as_of: date
    baseline_date: date
    schools_now: int
    schools_baseline: int
    membership_note: str
    phases: tuple[PhaseCount, ...]
    coverage: tuple[Coverage, ...]
    missing_schools: tuple[MissingSchool, ...]
    movers: tuple[Mover, ...]
    authorities: tuple[tuple[str, int], ...]
    is_listed: bool
    described_from: date | None
    described_to: date | None


def community_evidence(data: CommunityData) -> CommunityResult:
    """Describe a community and the coverage of its data."""
    now = data.schools[data.schools["school_id"].isin(data.now.school_ids)]
    return CommunityResult(
        community=data.id,
        name=data.name,
        as_of=data.as_of,
        baseline_date=data.baseline_date,
        schools_now=len(data.now.school_ids),
        schools_baseline=len(data.baseline.school_ids),
        membership_note=" ".join(note for note in (data.now.note, data.baseline.note) if note),
        phases=_phases(now),
        coverage=_coverage(data, now),
        missing_schools=_missing(data, now),
        movers=_movers(data),
        authorities=tuple(
            (name, int(now["la_code"].eq(code).sum()))
            for code, name in data.authorities
            if now["la_code"].eq(code).any()
        ),
        is_listed=_is_listed(data),
        described_from=now["as_of"].min().date() if len(now) else None,
        described_to=now["as_of"].max().date() if len(now) else None,
    )


def _phases(schools: pd.DataFrame) -> tuple[PhaseCount, ...]:
    counts = Counter(zip(schools["phase"], schools["sector"], strict=True))
    there = {phase for phase, _ in counts}
    return tuple(
        PhaseCount(
            phase=phase,
            academies=counts[phase, "academy"],
            maintained=counts[phase, "maintained"],
            total=counts[phase, "academy"] + counts[phase, "maintained"],
        )
        for phase in PHASE_ORDER
        if phase in there
    )


def _both_groups(data: CommunityData, measure: str) -> pd.DataFrame:
    """Give one row a school and year: is there a figure for both groups, and if not the reason."""
    rows = data.school_measures[
        data.school_measures["measure"].eq(measure)
        & data.school_measures["pupil_group"].isin(["disadvantaged", "other"])
    ]
    grouped = rows.groupby(["school_id", "academic_year"], as_index=False).agg(
        there=("value", "count"), reason=("missing_reason", "first")
    )
    return grouped.assign(has_both=grouped["there"].eq(2))


def _coverage(data: CommunityData, now: pd.DataFrame) -> tuple[Coverage, ...]:
    found = []
    for name in GAP_MEASURES:
        stage = MEASURES[name].stage
        expected = set(now.loc[now["phase"].isin(STAGE_PHASES[stage]), "school_id"])
        cells = _both_groups(data, name)
        cells = cells[cells["school_id"].isin(expected)]
        for year, part in cells.groupby("academic_year", sort=True):
            without = part[~part["has_both"]]
            reasons = without["reason"].map(meaning, na_action="ignore").value_counts()
            absent = len(expected) - len(part)
            pairs = [(str(reason), int(count)) for reason, count in reasons.items()]
            if absent:
                pairs.append(("not in the file of that year", absent))
            found.append(
                Coverage(
                    measure=name,
                    academic_year=str(year),
                    expected=len(expected),
                    with_figures=int(part["has_both"].sum()),
                    reasons=tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))),
                )
            )
    return tuple(found)


def _is_listed(data: CommunityData) -> bool:
    """Say whether a reader could use a list of single schools: not for a whole nation."""
    return len(data.schools) <= MOST_SCHOOLS_LISTED


def _missing(data: CommunityData, now: pd.DataFrame) -> tuple[MissingSchool, ...]:
    """Name the schools of an examined phase that have no figure for both groups in any year."""
    if not _is_listed(data):
        return ()
    cells = pd.concat([_both_groups(data, name) for name in GAP_MEASURES], ignore_index=True)
    covered = set(cells.loc[cells["has_both"], "school_id"])
    reasons = cells[~cells["has_both"]].drop_duplicates("school_id", keep="last")
    reason_of = dict(zip(reasons["school_id"], reasons["reason"], strict=True))
    phases = {phase for stage in STAGE_PHASES.values() for phase in stage}
    without = now[now["phase"].isin(phases) & ~now["school_id"].isin(covered)]
    return tuple(
        MissingSchool(
            school_id=str(school.school_id),
            school_name=str(school.school_name),
            phase=str(school.phase),
            sector=str(school.sector),
            reason=meaning(reason_of[school.school_id])
            if isinstance(reason_of.get(school.school_id), str)
            else "in none of the performance tables that were read",
        )
        for school in without.itertuples()
    )


def _movers(data: CommunityData) -> tuple[Mover, ...]:
    if not _is_listed(data):
        return ()
    names = dict(zip(data.schools["school_id"], data.schools["school_name"], strict=True))
    now, baseline = set(data.now.school_ids), set(data.baseline.school_ids)
    reasons = dict(data.baseline.left_out)
    found = [
        Mover(
            school_id=school,
            school_name=str(names.get(school, school)),
            what=f"in the community now; {reasons.get(school, 'not on the baseline date')}",
        )
        for school in now - baseline
    ]
    found += [
        Mover(
            school_id=school,
            school_name=str(names.get(school, school)),
            what="in the community on the baseline date, not now",
        )
        for school in baseline - now
    ]
    measured = set(data.school_measures["urn"])
    found += [
        Mover(
            school_id=latest,
            school_name=str(names.get(latest, latest)),
            what=f"figures from before carried over from its earlier URN {urn}",
        )
        for urn, latest in data.earlier_urns
        if latest in names and urn in measured
    ]
    return tuple(sorted(found, key=lambda item: (item.school_name, item.what)))
