"""Who came back after the closure: the first weeks, and shares of pupils by group."""

from recovery_analysis.analysis.attendance import ReturnResult
from recovery_analysis.exhibit.attendance.words import (
    CHAPTER,
    SOURCE,
    AttendanceResults,
    notes_of,
    slug,
)
from recovery_analysis.exhibit.cells import (
    cell,
    finding,
    likely,
    range_cell,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Finding, Section, Sentence, Table, TableColumn
from recovery_analysis.words.periods import AcademicYear

_ID, _HEADING = "attendance-back", "Who came back after the closure"


def back(released: AttendanceResults, *, name: str) -> Section:
    """Follow the pupils listed before the closure through the first weeks after it."""
    found = released.result.back
    if found is None:
        text = (
            "No pupil was listed both in the eight weeks before the baseline date and in the first open weeks "
            "after it, so this report can not tell who came back. It takes weekly attendance of both."
        )
        note = Sentence(id=f"{_ID}-missing", text=text, role="missing")
        return Section(id=_ID, heading=_HEADING, exhibits=(note,))
    return Section(
        id=_ID,
        heading=_HEADING,
        exhibits=(
            Sentence(id=f"{_ID}-answer", text=_answer(found, name), role="answer"),
            _shares(found, name),
            _weeks(found, name),
        ),
        findings=_findings(found, name),
    )


def _answer(found: ReturnResult, name: str) -> str:
    whole = found.shares[0]
    first = found.weeks[0].week_start
    text = (
        f"Of pupils of {name} who were listed before the closure and expected after it, "
        f"{with_unit(whole.came)} came at least once in the first six weeks from "
        f"{first.day} {first:%B %Y}{likely(whole.came)}; {with_unit(whole.often)} came nine times in ten or more"
        f"{likely(whole.often)}."
    )
    if found.not_listed.value is None:
        return f"{text} A few pupils ([c]) were in no list since: left, moved, or lost from sight."
    if found.not_listed.value == 0:
        return f"{text} Every pupil listed before is in a list since."
    return (
        f"{text} {cell(found.not_listed)} pupils listed before are in no list since: left, moved, or lost from "
        "sight; these lists can not tell which."
    )


def _shares(found: ReturnResult, name: str) -> Table:
    return Table(
        id=f"{_ID}-shares",
        title="Who came back, by group",
        caption=f"Pupils of {name} listed before and expected after the closure: who came, first six weeks",
        columns=(
            TableColumn(name="group", title="Pupils"),
            TableColumn(name="expected", title="Expected", kind="number"),
            TableColumn(name="came", title="Came at least once (%)", kind="number"),
            TableColumn(name="came_range", title="Likely range", kind="number"),
            TableColumn(name="often", title="Came nine times in ten (%)", kind="number"),
            TableColumn(name="often_range", title="Likely range", kind="number"),
        ),
        rows=tuple(
            (
                item.group[0].upper() + item.group[1:],
                cell(item.expected),
                cell(item.came),
                range_cell(item.came),
                cell(item.often),
                range_cell(item.often),
            )
            for item in found.shares
        ),
        notes=notes_of(
            [e for item in found.shares for e in (item.expected, item.came, item.often)]
        ),
        sources=(SOURCE,),
    )


def _weeks(found: ReturnResult, name: str) -> Table:
    return Table(
        id=f"{_ID}-weeks",
        title="The first weeks",
        caption=f"Sessions attended (%) in the first open weeks, pupils of {name} listed before the closure",
        columns=(
            TableColumn(name="week", title="Week from"),
            TableColumn(name="rate", title="Sessions attended (%)", kind="number"),
            TableColumn(name="range", title="Likely range", kind="number"),
        ),
        rows=tuple(
            (
                f"{week.week_start.day} {week.week_start:%B %Y}",
                cell(week.rate),
                range_cell(week.rate),
            )
            for week in found.weeks
        ),
        notes=notes_of([week.rate for week in found.weeks]),
        sources=(SOURCE,),
    )


def _findings(found: ReturnResult, name: str) -> tuple[Finding, ...]:
    year = str(AcademicYear.of(found.weeks[0].week_start))
    return tuple(
        finding(
            item.came,
            id=f"{CHAPTER}.came_back_pct.{slug(item.group)}",
            chapter=CHAPTER,
            measure="came_back_pct",
            academic_year=year,
            group=item.group,
            rule="now",
            sentence=(
                f"{name}, {item.group}: {with_unit(item.came)}{likely(item.came)} of those listed before and "
                "expected after the closure came at least once in the first six weeks."
            ),
        )
        for item in found.shares
    )
