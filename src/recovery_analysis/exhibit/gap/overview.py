"""The answer first, then three linked numbers for every measure: before, new baseline, now."""

from recovery_analysis.analysis.gap.result import GapResult, Linked, YearGap
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    change_cell,
    finding,
    missing_notes,
    tidy_row,
    title_of,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Finding, Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import (
    GapResults,
    gap_unit_title,
    place_of,
    short_source,
)
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.style import signed
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import MEASURES

_CHAPTER = "gap"

#: The measures that the first sentence looks at, in this order.
_HEADLINE = ("attainment8", "ks2_rwm_expected_pct", "progress8")


def overview(released: GapResults, *, community: CommunityId, name: str) -> Section:
    """Answer the chapter's question and link before, new baseline and now for every measure.

    Parameters
    ----------
    released
        Gap results that passed the gate.
    community, name
        Whom the report is about.
    """
    there = [result for result in released.result if result.has_evidence]
    answer = Sentence(id="gap-answer", text=_answer(there, name), role="answer")
    if not there:
        return Section(
            id="gap-overview", heading="The gap before, then and now", exhibits=(answer,)
        )
    table = _table(there, community, name)
    notes = Sentence(
        id="gap-reading",
        text=(
            "A gap is how far disadvantaged pupils are behind other pupils: a positive number means behind. "
            "Before is the last year with tests before 20 March 2020; the new baseline is the first year "
            "with tests after it. A likely range is a 95% interval."
        ),
        role="note",
    )
    findings = [item for result in there for item in _findings(result, name)]
    return Section(
        id="gap-overview",
        heading="The gap before, then and now",
        exhibits=(answer, notes, table),
        findings=tuple(findings),
    )


def _answer(results: list[GapResult], name: str) -> str:
    by_name = {result.measure: result for result in results}
    found = [by_name[m] for m in _HEADLINE if m in by_name and by_name[m].linked.change.is_there]
    if not found:
        have_before = [r for r in results if r.linked.before is not None]
        if have_before:
            return (
                f"The files that were read can not tell whether disadvantaged pupils in {name} are further "
                "behind than before 20 March 2020: they hold figures from one side of that date only."
            )
        return (
            f"The files that were read hold no figures for disadvantaged pupils in {name}, so this report "
            "can not tell whether they are further behind than before 20 March 2020."
        )
    first = _clause(found[0], name)
    others = [_short_clause(result) for result in found[1:2]]
    return " ".join([first, *others])


def _clause(result: GapResult, name: str) -> str:
    linked = result.linked
    if linked.before is None or linked.now is None:
        return ""
    change = linked.change.value or 0.0
    decimals = linked.change.decimals
    size = signed(abs(change), decimals).removeprefix("+")
    if round(change, decimals) == 0:
        moved = "the same distance"
    else:
        unit = gap_unit_title(result.measure)
        moved = f"{size} {unit} {'further behind' if change > 0 else 'less far behind'}"
    caveat = _same_schools_caveat(result)
    return (
        f"In {name}, disadvantaged pupils were {with_unit(linked.before.gap)} behind other pupils in "
        f"{title_of(result.measure)} in {linked.before.academic_year}, before schools closed, and "
        f"{with_unit(linked.now.gap)} behind in {linked.now.academic_year}: {moved}{caveat}."
    )


def _same_schools_caveat(result: GapResult) -> str:
    """Say in the answer itself when the figures do not cover the same schools or have no range."""
    if result.linked.source != "school rows":
        return ""
    spanning = [item for item in result.paired if item.last_year == result.now_year]
    if not spanning or spanning[0].change.value is None:
        return ", but not in the same schools"
    paired = spanning[0].change
    words = with_unit(paired, is_signed=True)
    schools_n = spanning[0].schools_n
    same = "in the one school" if schools_n == 1 else f"in the same {schools_n} schools"
    if paired.low is None:
        return f" ({words} {same}; too few for a likely range)"
    return f" ({words} {same})"


def _short_clause(result: GapResult) -> str:
    linked = result.linked
    if linked.before is None or linked.now is None:
        return ""
    return (
        f"In {title_of(result.measure)} the gap was {with_unit(linked.before.gap)} in "
        f"{linked.before.academic_year} and {with_unit(linked.now.gap)} in {linked.now.academic_year}."
    )


def _gap(year: YearGap | None, fallback: Estimate) -> Estimate:
    return year.gap if year is not None else fallback


def _table(results: list[GapResult], community: CommunityId, name: str) -> Table:
    rows = []
    tidy = []
    estimates: list[Estimate] = []
    for result in results:
        linked = result.linked
        points = [
            ("before", linked.before),
            ("new baseline", linked.new_baseline),
            ("now", linked.now),
        ]
        blank = linked.change
        shown = [_gap(year, blank) for _, year in points]
        rows.append(
            (
                f"{MEASURES[result.measure].title} ({gap_unit_title(result.measure)})",
                *(
                    f"{cell(estimate)} ({year.academic_year})" if year else cell(estimate)
                    for (_, year), estimate in zip(points, shown, strict=True)
                ),
                change_cell(linked.change),
                short_source(linked.source),
            )
        )
        estimates += [*shown, linked.change]
        tidy += [
            tidy_row(
                year.gap,
                place=place_of(community, name),
                academic_year=year.academic_year,
                measure=result.measure,
                group="gap",
                rule="now",
                source=linked.source,
            )
            for _, year in points
            if year is not None
        ]
    return Table(
        id="gap-linked",
        title="Three linked numbers",
        caption=f"Gap between disadvantaged and other pupils, {name}: before, new baseline and now",
        columns=(
            TableColumn(name="measure", title="Measure (unit of the gap)"),
            TableColumn(name="before", title="Before (year)", kind="number"),
            TableColumn(name="new_baseline", title="New baseline (year)", kind="number"),
            TableColumn(name="now", title="Now (year)", kind="number"),
            TableColumn(name="change", title="Change, before to now", kind="number"),
            TableColumn(name="source", title="Source"),
        ),
        rows=tuple(rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(dict.fromkeys(tidy)),
        notes=missing_notes(estimates),
        sources=source_words([result.linked.source for result in results]),
    )


def _findings(result: GapResult, name: str) -> list[Finding]:
    linked = result.linked
    found = []
    window = _window(linked)
    for key, estimate, words in (
        (
            "change",
            linked.change,
            f"the gap now minus the gap before is {with_unit(linked.change, is_signed=True)}",
        ),
        (
            "opened_since",
            linked.opened_since,
            "beyond what the trend before would have led to, the gap is "
            f"{with_unit(linked.opened_since, is_signed=True)}",
        ),
        (
            "trend_before",
            linked.trend_before,
            "before the baseline date the gap moved by "
            f"{with_unit(linked.trend_before, is_signed=True)} a year",
        ),
        (
            "made_up",
            linked.made_up,
            f"the share of the widening made up so far is {with_unit(linked.made_up)}",
        ),
    ):
        found.append(
            finding(
                estimate,
                id=f"gap.{result.measure}.linked.{key}",
                chapter=_CHAPTER,
                measure=result.measure,
                academic_year=window,
                group="gap",
                rule="now",
                sentence=f"{name}, {title_of(result.measure)}: {words}.",
            )
        )
    return found


def _window(linked: Linked) -> str:
    first = linked.before.academic_year if linked.before else "before"
    last = linked.now.academic_year if linked.now else "now"
    return f"{first} to {last}"
