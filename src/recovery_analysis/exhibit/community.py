"""The community chapter's exhibits: who is in, side by side; coverage; the missing; who moved."""

from recovery_analysis.analysis.community import CommunityResult, Coverage
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    STANDARD_COLUMNS,
    level_of,
    standard_cells,
    title_of,
)
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Facts,
    Finding,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from recovery_analysis.exhibit.style import format_number
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.periods import AcademicYear

_CHAPTER = "community"

#: More names than this are counted, not listed: a leader can not read on, the CSV has them all.
MOST_NAMES = 60


def who(released: Released[CommunityResult]) -> Section:
    """Show the schools under both membership rules, academies and maintained schools side by side."""
    result = released.result
    day = f"{result.baseline_date.day} {result.baseline_date:%B %Y}"
    now = f"{result.as_of.day} {result.as_of:%B %Y}"
    pairs = [
        (f"Schools now ({now})", format_number(result.schools_now)),
        (f"Schools on {day}", format_number(result.schools_baseline)),
        ("Local authorities", _authority_words(result)),
    ]
    if result.described_from is not None and result.described_to is not None:
        pairs.append(("Schools as their publishers describe them on", _span_words(result)))
    if result.membership_note:
        pairs.append(("Note on membership", result.membership_note))
    rows = tuple(
        (
            item.phase.capitalize(),
            format_number(item.academies),
            format_number(item.maintained),
            format_number(item.total),
        )
        for item in result.phases
    )
    totals = tuple(
        format_number(sum(getattr(item, name) for item in result.phases))
        for name in ("academies", "maintained", "total")
    )
    table = Table(
        id="community-phases",
        title="Schools by phase and kind",
        caption=f"State-funded schools of {result.name} now, by phase and kind",
        columns=(
            TableColumn(name="phase", title="Phase"),
            TableColumn(name="academies", title="Academies", kind="number"),
            TableColumn(name="maintained", title="Maintained schools", kind="number"),
            TableColumn(name="total", title="All", kind="number"),
        ),
        rows=(*rows, ("All phases", *totals)),
        tidy_columns=(*STANDARD_COLUMNS, "phase", "academies", "maintained", "total"),
        tidy_rows=tuple(
            (
                *_now_cells(result),
                item.phase,
                str(item.academies),
                str(item.maintained),
                str(item.total),
            )
            for item in result.phases
        ),
        sources=("Get Information about Schools, where it was read; else the performance tables",),
    )
    return Section(
        id="community-who",
        heading="Who the community is",
        exhibits=(Facts(id="community-facts", title="Schools", pairs=tuple(pairs)), table),
        findings=_size_findings(result),
    )


def coverage(released: Released[CommunityResult]) -> Section:
    """Show how many of the schools have figures for both groups, by measure and year, and why not."""
    result = released.result
    heading = "Which schools have which data"
    if not result.coverage:
        note = Sentence(
            id="community-coverage-none",
            text="No school figures for disadvantaged pupils were read, in any year.",
            role="missing",
        )
        return Section(id="community-coverage", heading=heading, exhibits=(note,))
    rows = tuple(
        (
            MEASURES[item.measure].title,
            item.academic_year,
            f"{format_number(item.with_figures)} of {format_number(item.expected)}",
            _reasons(item),
        )
        for item in result.coverage
    )
    table = Table(
        id="community-coverage-table",
        title="Coverage by measure and year",
        caption=f"Schools of {result.name} with figures for both groups of pupils, by measure and year",
        columns=(
            TableColumn(name="measure", title="Measure"),
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="coverage", title="Schools with both groups", kind="number"),
            TableColumn(name="reasons", title="Why the others are missing (schools)"),
        ),
        rows=rows,
        tidy_columns=(
            *STANDARD_COLUMNS,
            "measure",
            "schools_with_figures",
            "schools_expected",
            "reasons",
        ),
        tidy_rows=tuple(
            (
                *standard_cells(item.academic_year, level_of(result.community.kind)),
                item.measure,
                str(item.with_figures),
                str(item.expected),
                _reasons(item),
            )
            for item in result.coverage
        ),
        notes=(
            "Expected are mainstream schools of today whose pupils reach the end of that key stage; a school "
            "without such pupils (infant, first or new schools) is counted as not in the file.",
        ),
    )
    return Section(
        id="community-coverage",
        heading=heading,
        exhibits=(table,),
        findings=tuple(_coverage_finding(result, item) for item in result.coverage),
    )


def missing_schools(released: Released[CommunityResult]) -> Section:
    """Name the schools without any figure for both groups, with the reason."""
    result = released.result
    found = result.missing_schools
    heading = "Schools without figures"
    if not found:
        text = (
            "Every mainstream school has figures for both groups in at least one year."
            if result.is_listed
            else "There are too many schools here to name them; the reports of trusts and LAs do."
        )
        note = Sentence(id="community-missing-none", text=text)
        return Section(id="community-missing", heading=heading, exhibits=(note,))
    listed = tuple(
        (item.school_name, f"{item.phase}, {item.sector}", item.reason)
        for item in found[:MOST_NAMES]
    )
    more = f"; the first {MOST_NAMES} by name are listed, all are in the CSV"
    lead = Sentence(
        id="community-missing-count",
        text=(
            f"{counted(len(found), 'mainstream school')} {verb(len(found), 'has', 'have')} no figure for "
            "both groups in any year that was read"
            f"{more if len(found) > MOST_NAMES else ''}."
        ),
        role="missing",
    )
    table = Table(
        id="community-missing-table",
        title="Schools without figures",
        caption=f"Schools of {result.name} without figures for both groups in any year",
        columns=(
            TableColumn(name="school_name", title="School"),
            TableColumn(name="kind", title="Phase and kind"),
            TableColumn(name="reason", title="Reason"),
        ),
        rows=listed,
        tidy_columns=(*STANDARD_COLUMNS, "school_urn", "school_name", "phase", "sector", "reason"),
        tidy_rows=tuple(
            (
                *_now_cells(result, level="School"),
                item.school_id,
                item.school_name,
                item.phase,
                item.sector,
                item.reason,
            )
            for item in found
        ),
    )
    return Section(id="community-missing", heading=heading, exhibits=(lead, table))


def movers(released: Released[CommunityResult]) -> Section:
    """Show schools that joined or left since the baseline date and schools whose URN changed."""
    result = released.result
    heading = "Who joined, left or changed its number"
    if not result.movers:
        text = (
            "Both membership rules give the same schools, and no school with figures changed its URN."
            if result.is_listed
            else "There are too many schools here to name them; the reports of trusts and LAs do."
        )
        note = Sentence(id="community-movers-none", text=text)
        return Section(id="community-movers", heading=heading, exhibits=(note,))
    exhibits: list[Exhibit] = [
        Table(
            id="community-movers-table",
            title="Joined, left, or changed its URN",
            caption=f"Schools of {result.name} that differ between the baseline date and now",
            columns=(
                TableColumn(name="school_name", title="School"),
                TableColumn(name="what", title="What changed"),
            ),
            rows=tuple((item.school_name, item.what) for item in result.movers[:MOST_NAMES]),
            tidy_columns=(*STANDARD_COLUMNS, "school_urn", "school_name", "what"),
            tidy_rows=tuple(
                (*_now_cells(result, level="School"), item.school_id, item.school_name, item.what)
                for item in result.movers
            ),
            notes=(
                f"{len(result.movers)} entries; the first {MOST_NAMES} by name are shown, all are in the CSV.",
            )
            if len(result.movers) > MOST_NAMES
            else (),
        )
    ]
    return Section(id="community-movers", heading=heading, exhibits=tuple(exhibits))


def _now_cells(result: CommunityResult, *, level: str = "") -> tuple[str, ...]:
    """Give the first cells of a tidy row about the community's schools now."""
    year = str(AcademicYear.of(result.as_of))
    return standard_cells(year, level or level_of(result.community.kind))


def _span_words(result: CommunityResult) -> str:
    """Say of which day, or between which days, the descriptions of the schools are."""
    days = [day for day in (result.described_from, result.described_to) if day is not None]
    words = [f"{day.day} {day:%B %Y}" for day in dict.fromkeys(days)]
    return " to ".join(words) + "; later openings, closures and moves are not in the files"


def _authority_words(result: CommunityResult) -> str:
    """Name the LAs, or count them where there are more than a line can hold."""
    if not result.authorities:
        return "none"
    if len(result.authorities) > MOST_NAMES:
        return format_number(len(result.authorities))
    return ", ".join(f"{name} ({n})" for name, n in result.authorities)


def _reasons(item: Coverage) -> str:
    return "; ".join(f"{reason} ({count})" for reason, count in item.reasons) or "none missing"


def _size_findings(result: CommunityResult) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=f"community.schools.{rule}",
            chapter=_CHAPTER,
            measure="schools",
            academic_year=str(day),
            group="all",
            estimate=float(count),
            low=None,
            high=None,
            unit="schools",
            n_pupils=None,
            n_schools=count,
            membership_rule=rule,
            method="state-funded schools counted once over changes of URN",
            sources=("schools", "trust_spells", "school_links"),
            sentence=(
                f"{result.name} has {counted(count, 'state-funded school')} under the rule '{rule}' ({day})."
            ),
            missing_reason=None,
        )
        for rule, count, day in (
            ("now", result.schools_now, result.as_of),
            ("baseline", result.schools_baseline, result.baseline_date),
        )
    )


def _coverage_finding(result: CommunityResult, item: Coverage) -> Finding:
    share = 100 * item.with_figures / item.expected if item.expected else 0.0
    return Finding(
        id=f"community.coverage.{item.measure}.{item.academic_year}",
        chapter=_CHAPTER,
        measure=item.measure,
        academic_year=item.academic_year,
        group="all",
        estimate=round(share, 9),
        low=None,
        high=None,
        unit="percent",
        n_pupils=None,
        n_schools=item.with_figures,
        membership_rule="now",
        method="mainstream schools with published figures for both groups / schools expected",
        sources=("school_measures",),
        sentence=(
            f"{result.name}, {title_of(item.measure)}, {item.academic_year}: {item.with_figures} of "
            f"{counted(item.expected, 'school')} {verb(item.expected, 'has', 'have')} figures for both groups."
        ),
        missing_reason=None,
    )
