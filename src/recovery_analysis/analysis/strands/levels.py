"""One subject and year group: facilities, shortfalls drawn together, and what the plan says of each strand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.analysis.parts import smallest_of_parts
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.analysis.strands.marks import GroupMarks
from recovery_analysis.analysis.strands.plan import ANY_SCHOOL, Plan, Planned, core
from recovery_analysis.analysis.strands.result import (
    Reference,
    SchoolStrands,
    Source,
    Strand,
    StrandGroup,
)
from recovery_analysis.stats.strand_levels import (
    Facilities,
    StrandLevels,
    facilities,
    shrink_strands,
)
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.pupils import phase_of_year_group

_POINTS = "percentage points"
_DAYS_A_MONTH = 30.44
#: Own marks from before serve where schools with this share of today's pupils have them.
_OWN_SERVES = 0.5

_METHOD_MARKS = "marks gained of marks possible"
_METHOD_SKILLS = "mean mastery over pupils"
_METHOD_BORROWED = (
    "before minus now, drawn together over strands and schools by a normal hierarchical model with pupils as "
    "clusters; likely range: as if schools like these were drawn again"
)
_METHOD_APART = (
    "before minus now, drawn together over strands by a normal hierarchical model with pupils as clusters; "
    "fewer than four schools, so the likely range shows how pupils differ, not schools"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Facilities now and before, what each strand is compared with, and shrunk shortfalls by strand."""

    names: list[str]
    schools: list[str]
    now: Facilities
    before: Facilities
    reference: list[Reference]
    national: list[float | None]
    levels: StrandLevels | None
    place: dict[int, int]


def strand_group(
    group: GroupMarks, *, plan: Plan, source: Source, schools: dict[str, str], is_listed: bool
) -> StrandGroup:
    """Work out one subject and year group.

    Parameters
    ----------
    group
        Marks now and before.
    plan
        The curriculum plan; may be empty.
    source
        Where the marks come from.
    schools
        Names by school id.
    is_listed
        Whether the schools are few enough to be shown one by one.
    """
    cells = _cells(group, plan, source)
    whole = tuple(_strand(cells, at, None, group, plan, source) for at in range(len(cells.names)))
    pupils = int(group.now["pupil_id"].nunique())
    return StrandGroup(
        source=source,
        subject=group.subject,
        phase=phase_of_year_group(group.year_group),
        year_group=group.year_group,
        academic_year=group.academic_year,
        last_day=group.last_day.date(),
        pupils=Estimate(
            value=float(pupils),
            unit="pupils",
            decimals=0,
            basis="computed",
            method="pupils with marks",
            sources=(source,),
            why_no_interval="a count",
            n_pupils=pupils,
            n_smallest=pupils,
            n_schools=len(cells.schools),
        ),
        schools_n=len(cells.schools),
        borrowed=cells.levels is not None and cells.levels.borrowed,
        strands=whole,
        schools=_by_school(cells, group, plan, source, schools) if is_listed else (),
    )


def _cells(group: GroupMarks, plan: Plan, source: Source) -> _Cells:
    names = sorted(str(name) for name in group.now["strand"].unique())
    schools = sorted(str(school) for school in group.now["school_id"].unique())
    now = _facilities(group.now, names, schools)
    before = _facilities(group.before, names, schools)
    national = [
        plan.of(group.subject, name, group.year_group).national_pct
        if source == "question marks"
        else None
        for name in names
    ]
    reference: list[Reference] = [
        _reference(now, before, at, national[at]) for at in range(len(names))
    ]
    used = [at for at, kind in enumerate(reference) if kind != "none"]
    return _Cells(
        names=names,
        schools=schools,
        now=now,
        before=before,
        reference=reference,
        national=national,
        levels=_shrunk(now, before, reference, national, used) if used else None,
        place={at: place for place, at in enumerate(used)},
    )


def _facilities(rows: pd.DataFrame, names: list[str], schools: list[str]) -> Facilities:
    strand = pd.Index(names).get_indexer_for(pd.Index(rows["strand"]))
    unit = pd.Index(schools).get_indexer_for(pd.Index(rows["school_id"]))
    known = (strand >= 0) & (unit >= 0)
    rows, strand, unit = rows[known], strand[known], unit[known]
    person, _ = pd.factorize(rows["person"])
    code, cell = pd.factorize(person * len(names) + strand)
    home = np.zeros(int(person.max(initial=-1)) + 1, dtype=np.intp)
    home[person] = unit
    cell = np.asarray(cell, dtype=np.intp)
    gained = np.bincount(code, weights=rows["marks"], minlength=len(cell))
    possible = np.bincount(code, weights=rows["possible"], minlength=len(cell))
    return facilities(
        unit=home[cell // len(names)],
        pupil=cell // len(names),
        strand=cell % len(names),
        marks=np.minimum(gained, possible),
        possible=possible,
        n_units=len(schools),
        n_strands=len(names),
    )


def _reference(now: Facilities, before: Facilities, at: int, national: float | None) -> Reference:
    pupils, has = now.pupils[:, at], before.pupils[:, at] > 0
    covered = float(pupils[has].sum() / pupils.sum())
    if covered >= _OWN_SERVES:
        return "own"
    if national is not None:
        return "national"
    return "own" if covered > 0 else "none"


def _shrunk(
    now: Facilities,
    before: Facilities,
    reference: list[Reference],
    national: list[float | None],
    used: list[int],
) -> StrandLevels:
    own = np.array([reference[at] == "own" for at in used])
    fixed = np.array(
        [np.nan if national[at] is None else (national[at] or 0.0) / 100 for at in used]
    )
    first = np.where(own, before.rate[:, used], fixed)
    error = now.covariance() + before.covariance() * np.outer(
        [kind == "own" for kind in reference], [kind == "own" for kind in reference]
    )
    return shrink_strands(
        shortfall=first - now.rate[:, used],
        covariance=error[:, used][:, :, used],
        weights=now.pupils[:, used],
    )


def _by_school(
    cells: _Cells, group: GroupMarks, plan: Plan, source: Source, schools: dict[str, str]
) -> tuple[SchoolStrands, ...]:
    shown = {
        at: smallest_of_parts([int(n) for n in cells.now.pupils[:, at]])
        for at in range(len(cells.names))
    }
    found = [
        SchoolStrands(
            school_id=school,
            school_name=schools.get(school, school),
            strands=tuple(
                _strand(cells, at, unit, group, plan, source, smallest=shown[at][unit])
                for at in range(len(cells.names))
                if cells.now.pupils[unit, at] > 0
            ),
        )
        for unit, school in enumerate(cells.schools)
    ]
    return tuple(sorted(found, key=lambda item: (item.school_name, item.school_id)))


def _strand(
    cells: _Cells,
    at: int,
    unit: int | None,
    group: GroupMarks,
    plan: Plan,
    source: Source,
    *,
    smallest: int | None = None,
) -> Strand:
    name = cells.names[at]
    school = ANY_SCHOOL if unit is None else cells.schools[unit]
    planned = plan.of(group.subject, name, group.year_group, school)
    method = _METHOD_MARKS if source == "question marks" else _METHOD_SKILLS
    months = (
        None
        if planned.taught_on is None
        else round((group.last_day.date() - planned.taught_on).days / _DAYS_A_MONTH)
    )
    return Strand(
        name=name,
        is_core=core(group.subject, name, planned),
        exam_board=planned.exam_board,
        taught_on=planned.taught_on,
        months_since=months,
        dependents_n=planned.dependents_n,
        reference=cells.reference[at],
        comparable=group.comparable.get(name, "") if cells.reference[at] == "own" else "",
        now=_facility(cells.now, at, unit, method, source, smallest),
        before=_before(cells, at, unit, planned, method, source),
        shortfall=_shortfall(cells, at, unit, source),
    )


def _facility(
    found: Facilities, at: int, unit: int | None, method: str, source: str, smallest: int | None
) -> Estimate:
    n, rate = _mean(found, at, unit)
    if n == 0:
        return missing(MissingReason.NOT_PUBLISHED, unit="percent", note="no marks")
    return Estimate(
        value=100 * rate,
        unit="percent",
        decimals=0,
        basis="computed",
        method=method,
        sources=(source,),
        why_no_interval="the marks of all pupils who sat the papers",
        n_pupils=n,
        n_schools=int((found.pupils[:, at] > 0).sum()) if unit is None else 1,
        n_smallest=n if smallest is None else smallest,
    )


def _mean(found: Facilities, at: int, unit: int | None) -> tuple[int, float]:
    """Pupils and the mean facility over them: of one unit, or of all units by their pupils."""
    if unit is not None:
        return int(found.pupils[unit, at]), float(found.rate[unit, at])
    pupils = found.pupils[:, at]
    n = float(pupils.sum())
    return int(n), float((pupils * np.nan_to_num(found.rate[:, at])).sum() / n) if n else 0.0


def _before(
    cells: _Cells, at: int, unit: int | None, planned: Planned, method: str, source: str
) -> Estimate:
    if cells.reference[at] == "own":
        return _facility(cells.before, at, unit, method, source, None)
    national = cells.national[at]
    if cells.reference[at] == "none" or national is None:
        return missing(MissingReason.NOT_PUBLISHED, unit="percent", note="nothing to compare with")
    return Estimate(
        value=national,
        unit="percent",
        decimals=0,
        basis="published",
        method="national facility before the baseline date, as the curriculum plan gives it",
        sources=(planned.series or "curriculum_strands",),
        why_no_interval="taken as given",
    )


def _shortfall(cells: _Cells, at: int, unit: int | None, source: str) -> Estimate:
    levels = cells.levels
    if levels is None or at not in cells.place:
        return missing(MissingReason.NOT_PUBLISHED, unit=_POINTS, decimals=1)
    place = cells.place[at]
    value, low, high = (
        (levels.whole[place], levels.whole_low[place], levels.whole_high[place])
        if unit is None
        else (levels.unit[unit, place], levels.unit_low[unit, place], levels.unit_high[unit, place])
    )
    if not np.isfinite(value):
        return missing(MissingReason.NOT_PUBLISHED, unit=_POINTS, decimals=1)
    n = _mean(cells.now, at, unit)[0]
    n_before = _mean(cells.before, at, unit)[0] if cells.reference[at] == "own" else n
    return Estimate(
        value=100 * float(value),
        low=100 * float(low),
        high=100 * float(high),
        unit=_POINTS,
        decimals=1,
        basis="computed",
        method=_METHOD_BORROWED if levels.borrowed else _METHOD_APART,
        sources=(source,),
        n_pupils=n,
        n_schools=levels.n_units if unit is None else 1,
        n_smallest=min(n, n_before),
    )
