"""What staff need: questions from the most widespread to the least, by phase, absence, and who answered."""

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.staff import FEWEST_STAFF, StaffItem, StaffResult
from recovery_analysis.analysis.survey_shares import Coverage, said
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    Place,
    cell,
    finding,
    range_cell,
    tidy_row,
)
from recovery_analysis.exhibit.charts_intervals import Interval, intervals_chart
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Figure,
    Finding,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.style import format_number
from recovery_analysis.exhibit.survey_words import (
    coverage_words,
    difference_words,
    label_of,
    no_survey_words,
    rule_words,
    share_words,
    silent_words,
    survey_notes,
)
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.identifiers import CommunityId

_CHAPTER = "staff"


def overview(released: Released[StaffResult], *, community: CommunityId, name: str) -> Section:
    """Show what staff need first, with likely ranges, and how many were long absent."""
    result = released.result
    heading = "What staff need"
    if result.coverage is None:
        what = "what staff need, and how many were long absent,"
        text = no_survey_words("staff", name, what)
        note = Sentence(id="staff-none", text=text, role="missing")
        return Section(id="staff", heading=heading, exhibits=(note,))
    covered = result.coverage
    items = _items(result)
    table = _table(items, covered, community, name)
    drawn = (
        _figure(result, covered, table, name)
        if any(item.share.is_there for item in result.needs)
        else table
    )
    exhibits: list[Exhibit] = [
        Sentence(id="staff-answer", text=_answer(result), role="answer"),
        drawn,
    ]
    if result.absence is not None:
        text = f"Absence: {share_words(result.absence.item, result.absence.share, 'staff')}."
        exhibits.append(Sentence(id="staff-absence", text=text))
    exhibits.append(
        Sentence(id="staff-coverage", text=coverage_words(covered, "staff"), role="note")
    )
    return Section(
        id="staff",
        heading=heading,
        exhibits=tuple(exhibits),
        findings=tuple(_finding(item, covered, name) for item in items),
    )


def by_phase(released: Released[StaffResult], *, community: CommunityId, name: str) -> Section:
    """Show the shares by phase where every phase is large enough to be shown."""
    result = released.result
    heading = "Staff by phase"
    items = [item for item in _items(result) if item.by_phase is not None]
    if result.coverage is None or not items:
        text = (
            "Staff are not shown by phase: no survey of staff was read, or a phase has one school or fewer than "
            f"{FEWEST_STAFF} who answered, and its staff could be told."
        )
        note = Sentence(id="staff-phase-none", text=text, role="missing")
        return Section(id="staff-phase", heading=heading, exhibits=(note,))
    exhibits: list[Exhibit] = [_phase_table(items, result.coverage, community, name)]
    if result.differences:
        clear = said(result.differences)
        exhibits += [
            Sentence(
                id=f"staff-phase-{one.item}",
                text=f"{difference_words(one, one.words)}.",
            )
            for one in clear
        ]
        if not clear:
            text = "Primary and secondary schools' staff do not differ clearly enough to say so."
            exhibits.append(Sentence(id="staff-phase-alike", text=text))
        rule = rule_words(len(result.differences))
        exhibits.append(Sentence(id="staff-phase-rule", text=rule, role="note"))
    return Section(id="staff-phase", heading=heading, exhibits=tuple(exhibits))


def response(released: Released[StaffResult]) -> Section:
    """Show how many staff answered at each school; small schools' staff are never shown alone."""
    covered = released.result.coverage
    heading = "Staff who answered, by school"
    if covered is None:
        text = "No survey of staff was read, so there is nothing to count by school."
        note = Sentence(id="staff-response-none", text=text, role="missing")
        return Section(id="staff-response", heading=heading, exhibits=(note,))
    few = released.result.hidden_schools
    held = (
        f" {counted(few, 'school')} {verb(few, 'has', 'have')} fewer than {FEWEST_STAFF} and "
        f"{verb(few, 'is', 'are')} counted in the whole only."
        if few
        else ""
    )
    text = (
        "Colleagues know each other, so nothing that staff of one school answered is shown by school; here is "
        f"only how many answered, from {FEWEST_STAFF} up.{held} How many staff there are is in no file that was "
        "read, so the part who answered is not known. Schools are in the order of their names."
    )
    exhibits: list[Exhibit] = [Sentence(id="staff-response-caution", text=text, role="note")]
    if covered.schools:
        exhibits.append(_response_table(covered))
    silent = silent_words(covered, "staff")
    if silent:
        exhibits.append(Sentence(id="staff-response-silent", text=silent, role="missing"))
    return Section(id="staff-response", heading=heading, exhibits=tuple(exhibits))


def _items(result: StaffResult) -> list[StaffItem]:
    return [*result.needs, *([result.absence] if result.absence else [])]


def _answer(result: StaffResult) -> str:
    shown = [item for item in result.needs if item.share.is_there]
    if not shown:
        return "Too few staff answered to say what they need."
    text = f"Most widespread: {share_words(shown[0].item, shown[0].share, 'staff')}."
    if len(shown) > 1 and _overlaps(shown[0].share, shown[1].share):
        text += (
            f" Which is first is not sure: next, {share_words(shown[1].item, shown[1].share, 'staff')}, and the "
            "likely ranges overlap."
        )
    return text


def _overlaps(first: Estimate, second: Estimate) -> bool:
    if first.low is None or second.high is None:
        return False
    return second.high >= first.low


def _figure(result: StaffResult, covered: Coverage, table: Table, name: str) -> Figure:
    alt = (
        f"Dot chart with ranges of the share of staff for each of {len(result.needs)} needs, from the most "
        f"widespread: {_answer(result)}"
    )
    return Figure(
        id="staff-figure",
        headline="What staff need, most widespread first",
        subtitle=f"Share of staff who answered, percent, {name}, academic year {covered.academic_year}",
        alt=alt,
        svg=intervals_chart(
            id="staff-chart",
            intervals=[
                Interval(
                    label=label_of(item.item),
                    value=item.share.value,
                    low=item.share.low,
                    high=item.share.high,
                )
                for item in result.needs
            ],
            x_label="Share of staff who answered, %",
            alt=alt,
        ),
        table=table,
        sources=table.sources,
    )


def _table(items: list[StaffItem], covered: Coverage, community: CommunityId, name: str) -> Table:
    shares = [item.share for item in items]
    return Table(
        id="staff-table",
        title="Answers of staff",
        caption=f"Share of staff who answered, by question, {name}",
        columns=(
            TableColumn(name="item", title="Staff who"),
            TableColumn(name="share", title="Share (%)", kind="number"),
            TableColumn(name="range", title="Likely range (%)", kind="number"),
            TableColumn(name="answered", title="Answered", kind="number"),
        ),
        rows=tuple(
            (
                label_of(item.item),
                cell(item.share),
                range_cell(item.share),
                "[c]" if item.share.n_pupils is None else format_number(item.share.n_pupils),
            )
            for item in items
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            _tidy(item.item, item.share, "all", covered, place_of(community, name))
            for item in items
        ),
        notes=survey_notes(shares),
        sources=source_words([source for share in shares for source in share.sources]),
    )


def _phase_table(
    items: list[StaffItem], covered: Coverage, community: CommunityId, name: str
) -> Table:
    found = [(item, item.by_phase) for item in items if item.by_phase is not None]
    phases = found[0][1].phases
    estimates = [part for _, by in found for part in by.shares.parts]
    columns = [TableColumn(name="item", title="Staff who")]
    for phase in phases:
        columns += [
            TableColumn(name=phase, title=f"{phase.capitalize()} (%)", kind="number"),
            TableColumn(name=f"{phase}_range", title="Likely range (%)", kind="number"),
        ]
    return Table(
        id="staff-phase-table",
        title="Answers of staff by phase",
        caption=f"Share of staff who answered, by question and phase of the school, {name}",
        columns=tuple(columns),
        rows=tuple(
            (
                label_of(item.item),
                *(words for part in by.shares.parts for words in (cell(part), range_cell(part))),
            )
            for item, by in found
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            _tidy(item.item, part, f"{phase} schools", covered, place_of(community, name))
            for item, by in found
            for phase, part in zip(by.phases, by.shares.parts, strict=True)
        ),
        notes=survey_notes(estimates),
        sources=source_words([source for part in estimates for source in part.sources]),
    )


def _response_table(covered: Coverage) -> Table:
    parts = covered.by_school.parts
    return Table(
        id="staff-response-table",
        title="Staff who answered",
        caption="Staff who answered the latest survey, by school",
        columns=(
            TableColumn(name="school_name", title="School"),
            TableColumn(name="answered", title="Answered", kind="number"),
        ),
        rows=tuple(
            (school.name, cell(part)) for school, part in zip(covered.schools, parts, strict=True)
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            _tidy(
                "respondents",
                part,
                "all",
                covered,
                Place(level="School", urn=school.school_id, school_name=school.name),
            )
            for school, part in zip(covered.schools, parts, strict=True)
        ),
        notes=survey_notes(list(parts)),
        sources=source_words(covered.respondents.sources),
    )


def _tidy(
    item: str, estimate: Estimate, group: str, covered: Coverage, place: Place
) -> tuple[str, ...]:
    return tidy_row(
        estimate,
        place=place,
        academic_year=covered.academic_year,
        measure=f"survey_staff_{item.removeprefix('staff_')}",
        group=group,
        rule="now",
    )


def _finding(item: StaffItem, covered: Coverage, name: str) -> Finding:
    return finding(
        item.share,
        id=f"staff.{item.item}.share",
        chapter=_CHAPTER,
        measure=f"survey_staff_{item.item.removeprefix('staff_')}",
        academic_year=covered.academic_year,
        group="all",
        rule="now",
        sentence=f"{name}: {share_words(item.item, item.share, 'staff')}.",
    )
