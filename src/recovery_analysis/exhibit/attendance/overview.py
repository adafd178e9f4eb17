"""The answer first: attendance now against before over the same terms, for all pupils and for groups."""

from recovery_analysis.analysis.attendance import GroupChange, PupilAttendance
from recovery_analysis.exhibit.attendance.change_table import change_findings, change_table
from recovery_analysis.exhibit.attendance.words import (
    RULE,
    SOURCE,
    SUPPLY,
    AttendanceResults,
    group_title,
    moved_words,
)
from recovery_analysis.exhibit.cells import likely, with_unit
from recovery_analysis.exhibit.charts import Interval, intervals_chart
from recovery_analysis.exhibit.exhibit import Exhibit, Figure, Section, Sentence, Table
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.words.counting import counted
from recovery_analysis.words.identifiers import CommunityId

_ID, _HEADING = "attendance-overview", "Who misses school, before and now"
_MOST_NAMES = 20


def overview(released: AttendanceResults, *, community: CommunityId, name: str) -> Section:
    """Answer whether pupils attend as before; or say which evidence is missing and how to supply it."""
    result = released.result
    if result.now_year is None:
        return Section(id=_ID, heading=_HEADING, exhibits=(_nothing(result, name),))
    items = [item for item in result.changes if item.dimension != "year_group"]
    table = change_table(
        released,
        items,
        id="attendance-groups-table",
        title="Attendance by group",
        name=name,
        place=place_of(community, name),
    )
    exhibits: list[Exhibit] = [
        Sentence(id="attendance-answer", text=_answer(result, name), role="answer"),
        Sentence(id="attendance-coverage", text=_coverage(result, name), role="note"),
        Sentence(id="attendance-rule", text=RULE, role="note"),
        _exhibit(result, items, table, name),
    ]
    return Section(
        id=_ID,
        heading=_HEADING,
        exhibits=tuple(exhibits),
        findings=change_findings(released, items, name),
    )


def _nothing(result: PupilAttendance, name: str) -> Sentence:
    what = (
        "but none from after the baseline date"
        if result.terms
        else "from before or after the baseline date"
    )
    start = (
        f"Weekly attendance of pupils in {name} was read, {what}"
        if result.terms
        else f"No weekly attendance of pupils in {name} was read, {what}"
    )
    text = f"{start}, so this report can not tell which pupils miss school. {SUPPLY}"
    return Sentence(id="attendance-missing", text=text, role="missing")


def _answer(result: PupilAttendance, name: str) -> str:
    overall = result.change("attendance_pct")
    often = result.change("missing_10_pct")
    if overall is None or overall.now.value is None:
        return f"Too few pupils in {name} have weeks of attendance to report ([c])."
    text = (
        f"In {name}, pupils attended {with_unit(overall.now)} of sessions in {result.now_year}"
        f"{likely(overall.now)}"
    )
    if result.before_year is not None:
        text += (
            f"; in {result.before_year}, over the same terms, {with_unit(overall.before)}: "
            f"{moved_words(overall.change)}"
        )
    if often is not None and often.now.value is not None:
        text += (
            f". {with_unit(often.now)} of pupils missed 10% of sessions or more{likely(often.now)}"
        )
    return text + "."


def _coverage(result: PupilAttendance, name: str) -> str:
    text = (
        f"{result.schools_with_weeks} of {counted(result.schools_n, 'school')} of {name} gave weekly attendance. "
        f"The figures are of the {' and '.join(result.over_terms)} "
        f"term{'s' if len(result.over_terms) > 1 else ''}. "
        "Weeks in which schools were closed to most pupils (20 March to August 2020, January to 7 March 2021) "
        "are left out. A share of pupils counts those with at least ten possible sessions."
    )
    if result.before_year is None:
        text += " There are no weeks of before over the same terms, so only now is shown."
    without = result.schools_without
    if 0 < len(without) <= _MOST_NAMES:
        text += f" No weeks from: {', '.join(without)}."
    return text


def _exhibit(result: PupilAttendance, items: list[GroupChange], table: Table, name: str) -> Exhibit:
    """Draw sessions attended before and now, a heading a group; a table alone where nothing can be drawn."""
    rates = [i for i in items if i.measure == "attendance_pct" and not i.is_difference]
    sides = [
        (group_title(item), year, estimate)
        for item in rates
        for year, estimate in ((result.before_year, item.before), (result.now_year, item.now))
        if year is not None
    ]
    if not any(estimate.is_there for _, _, estimate in sides):
        return table
    overall = result.change("attendance_pct")
    alt = (
        f"Dot chart with ranges of sessions attended by group of pupils in {name}, before and now: all pupils "
        f"{with_unit(overall.now) if overall else 'not known'} now."
    )
    return Figure(
        id="attendance-groups-figure",
        headline="Sessions attended by group, before and now",
        subtitle=(
            f"Sessions attended, %, {name}, {result.before_year or 'no year before'} and {result.now_year}; "
            "likely ranges"
        ),
        alt=alt,
        svg=intervals_chart(
            id="attendance-groups-chart",
            intervals=[
                Interval(
                    label=f"{year}, {'now' if year == result.now_year else 'before'}",
                    value=estimate.value,
                    low=estimate.low,
                    high=estimate.high,
                    group=group,
                )
                for group, year, estimate in sides
            ],
            x_label="Sessions attended, %",
            alt=alt,
        ),
        table=table,
        sources=(SOURCE,),
    )
