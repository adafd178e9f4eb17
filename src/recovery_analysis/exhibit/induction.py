"""Groups for induction: what marks each, what it needs, how many pupils, where they are."""

from recovery_analysis.analysis.induction import (
    CONTRAST,
    ENTROPY_CLEAR,
    InductionGroup,
    InductionResult,
)
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    STANDARD_COLUMNS,
    TIDY_COLUMNS,
    Place,
    cell,
    finding,
    level_of,
    likely,
    range_cell,
    standard_cells,
    tidy_row,
    with_unit,
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
    WHO,
    label_of,
    survey_notes,
)
from recovery_analysis.words.counting import counted
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.survey_items import SURVEY_ITEMS

_CHAPTER = "experience"
_BY_DISADVANTAGE = (
    TableColumn(name="disadvantaged", title="Of disadvantaged pupils (%)", kind="number"),
    TableColumn(name="other", title="Of other pupils (%)", kind="number"),
)


def groups(released: Released[InductionResult], *, community: CommunityId, name: str) -> Section:
    """Show the groups, or say in words why pupils are not split.

    Parameters
    ----------
    released
        The groups that passed the gate.
    community, name
        Whom the report is about.
    """
    result = released.result
    section_id = "induction"
    heading = "Which induction which pupils need"
    if result.role is None or result.sets is None:
        text = f"No survey was read for {name}, so pupils are not split into groups for induction."
        note = Sentence(id="induction-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    if not result.groups:
        text = (
            f"The answers of {WHO[result.role]} do not split pupils into groups for induction: {result.why_not}. "
            "One induction for all, with the needs that the answers above show, is what this evidence supports."
        )
        note = Sentence(id="induction-refused", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note, _how(result)))
    table = _table(result, community, name)
    exhibits: list[Exhibit] = [
        Sentence(id="induction-answer", text=_answer(result), role="answer"),
        _figure(result, table, name) if any(g.size.is_there for g in result.groups) else table,
        *(
            Sentence(id=f"induction-group-{place}", text=_group_words(group, result.role))
            for place, group in enumerate(result.groups, start=1)
        ),
        _profile(result, community, name),
        _how(result),
    ]
    return Section(
        id=section_id,
        heading=heading,
        exhibits=tuple(exhibits),
        findings=tuple(
            _finding(group, place, result, name)
            for place, group in enumerate(result.groups, start=1)
        ),
    )


def by_school(released: Released[InductionResult]) -> Section:
    """Show how many pupils of each group are at each school; a school with a small number is hidden whole."""
    result = released.result
    section_id = "induction-schools"
    heading = "Where the groups are"
    if not result.groups or not result.schools:
        text = "There is no table of groups by school: pupils are not split into groups here."
        if result.groups:
            text = "There is no table of groups by school: there are more schools than a table can show."
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    return Section(id=section_id, heading=heading, exhibits=(_schools_table(result),))


def _schools_table(result: InductionResult) -> Table:
    estimates = [part for group in result.groups for part in group.by_school.parts]
    who = WHO[result.role or "pupil"]
    return Table(
        id="induction-schools-table",
        title="Groups by school",
        caption=f"Number of {who} who answered every question, in their likeliest group, by school",
        columns=(
            TableColumn(name="school_name", title="School"),
            *(
                TableColumn(name=f"group_{place}", title=group.name, kind="number")
                for place, group in enumerate(result.groups, start=1)
            ),
        ),
        rows=tuple(
            (school.name, *(cell(group.by_school.parts[at]) for group in result.groups))
            for at, school in enumerate(result.schools)
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                group.by_school.parts[at],
                place=Place(level="School", urn=school.school_id, school_name=school.name),
                academic_year=_year(result),
                measure="induction_group_pupils",
                group=group.name,
                rule="now",
            )
            for at, school in enumerate(result.schools)
            for group in result.groups
        ),
        notes=survey_notes(estimates),
        sources=source_words([source for part in estimates for source in part.sources]),
    )


def _year(result: InductionResult) -> str:
    return "" if result.sets is None else result.sets.academic_year


def _answer(result: InductionResult) -> str:
    who = WHO[result.role or "pupil"]
    parts = [
        f"{group.name}, {with_unit(group.size)}{likely(group.size)}"
        if group.size.value is not None
        else f"{group.name}, too few to report"
        for group in result.groups
    ]
    return f"The answers of {who} fall into {len(parts)} groups: {'; '.join(parts)}."


def _group_words(group: InductionGroup, role: str) -> str:
    text = (
        f"{group.name}: {with_unit(group.size)}{likely(group.size)} of {WHO[role]} who answered. "
    )
    if group.needs:
        text += f"What this group needs: {'; '.join(group.needs)}."
    else:
        text += "No difficulty stands out: the induction that all pupils get."
    shares = group.by_disadvantage
    if shares is not None and all(part.is_there for part in shares.shares.parts):
        yes, no = shares.shares.parts
        text += f" {with_unit(yes)} of disadvantaged pupils and {with_unit(no)} of other pupils are in it"
        difference = shares.difference
        if difference.is_there and difference.low is not None:
            text += f", a difference of {with_unit(difference, is_signed=True)}{likely(difference)}"
        text += "."
    return text


def _how(result: InductionResult) -> Sentence:
    """Say how the groups were found and how sure they are."""
    sets = result.sets
    if sets is None:
        return Sentence(id="induction-how", text="No survey was read.", role="note")
    text = (
        f"Groups come from the answers to {len(sets.questions)} questions by latent class analysis; the number of "
        f"groups, 1 to 5, is the one that the Bayesian information criterion prefers."
    )
    if sets.answered.is_there and sets.left_out.is_there:
        text += (
            f" {cell(sets.answered)} answered every question; {cell(sets.left_out)} left one out and are in no "
            "group."
        )
    if sets.not_asked:
        text += f" {counted(len(sets.not_asked), 'question')} about needs could not be used: most were not asked."
    if result.entropy is not None:
        sure = "clear" if result.entropy >= ENTROPY_CLEAR else "blurred: read sizes with care"
        text += (
            f" How surely a pupil belongs to one group: {result.entropy:.2f} on a scale of 0 to 1, {sure}. "
            f"A group is marked by answers {format_number(CONTRAST)} percentage points or more above all. Groups "
            "describe answers, not pupils: ask before placing a pupil."
        )
    return Sentence(id="induction-how", text=text, role="note")


def _shares(group: InductionGroup) -> tuple[Estimate, Estimate] | None:
    return None if group.by_disadvantage is None else group.by_disadvantage.shares.parts[:2]  # pyright: ignore[reportReturnType]


def _table(result: InductionResult, community: CommunityId, name: str) -> Table:
    compared = any(group.by_disadvantage for group in result.groups)
    rows = []
    shown: list[Estimate] = []
    for group in result.groups:
        shares = _shares(group)
        shown += [group.size, *(shares or ())]
        by = tuple(cell(part) for part in shares) if shares else ("[x]", "[x]")
        rows.append(
            (
                group.name,
                cell(group.size),
                range_cell(group.size),
                *(by if compared else ()),
                "; ".join(group.needs) or "the induction that all pupils get",
            )
        )
    return Table(
        id="induction-table",
        title="Groups for induction",
        caption=f"Groups of {WHO[result.role or 'pupil']} by their answers, and what each needs, {name}",
        columns=(
            TableColumn(name="group", title="Group"),
            TableColumn(name="size", title="Size (%)", kind="number"),
            TableColumn(name="range", title="Likely range (%)", kind="number"),
            *(_BY_DISADVANTAGE if compared else ()),
            TableColumn(name="needs", title="What this group needs"),
        ),
        rows=tuple(rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=_tidy(result, community, name),
        notes=survey_notes(shown),
        sources=source_words([source for one in shown for source in one.sources]),
    )


def _tidy(
    result: InductionResult, community: CommunityId, name: str
) -> tuple[tuple[str, ...], ...]:
    rows = []
    for group in result.groups:
        parts: list[tuple[str, Estimate]] = [("induction_group_size", group.size)]
        shares = _shares(group)
        if shares:
            parts += [
                ("induction_group_disadvantaged", shares[0]),
                ("induction_group_other", shares[1]),
            ]
        rows += [
            tidy_row(
                estimate,
                place=place_of(community, name),
                academic_year=_year(result),
                measure=measure,
                group=group.name,
                rule="now",
            )
            for measure, estimate in parts
        ]
    return tuple(rows)


def _figure(result: InductionResult, table: Table, name: str) -> Figure:
    who = WHO[result.role or "pupil"]
    alt = f"Dot chart with ranges of the size of {len(result.groups)} groups of {who}: {_answer(result)}"
    return Figure(
        id="induction-figure",
        headline=f"{len(result.groups)} groups need different inductions",
        subtitle=f"Share of {who} who answered every question, percent, {name}, {_year(result)}",
        alt=alt,
        svg=intervals_chart(
            id="induction-chart",
            intervals=[
                Interval(
                    label=group.name,
                    value=group.size.value,
                    low=group.size.low,
                    high=group.size.high,
                )
                for group in result.groups
            ],
            x_label=f"Share of {who}, %",
            alt=alt,
        ),
        table=table,
        sources=table.sources,
    )


def _profile(result: InductionResult, community: CommunityId, name: str) -> Table:
    """Show the share of every question in every group, beside all."""
    questions = [one.item for one in result.groups[0].profile]
    by_group = [{one.item: one for one in group.profile} for group in result.groups]
    estimates = [one.group for group in result.groups for one in group.profile]
    estimates += [one.everybody for one in result.groups[0].profile]
    return Table(
        id="induction-profile",
        title="What marks each group",
        caption=f"Share of each group who gave the answer (%), {name}",
        columns=(
            TableColumn(name="item", title="Question"),
            TableColumn(name="all", title="All (%)", kind="number"),
            *(
                TableColumn(name=f"group_{place}", title=f"{group.name} (%)", kind="number")
                for place, group in enumerate(result.groups, start=1)
            ),
        ),
        rows=tuple(
            (
                label_of(item),
                cell(by_group[0][item].everybody),
                *(cell(profile[item].group) for profile in by_group),
            )
            for item in questions
        ),
        tidy_columns=(*STANDARD_COLUMNS, "measure", "group", "share"),
        tidy_rows=tuple(
            (
                *standard_cells(_year(result), level_of(community.kind)),
                item,
                group.name,
                cell(profile[item].group).strip("[]"),
            )
            for item in questions
            for group, profile in zip(result.groups, by_group, strict=True)
        ),
        notes=survey_notes(estimates),
        sources=source_words([source for one in estimates for source in one.sources]),
    )


def _finding(group: InductionGroup, place: int, result: InductionResult, name: str) -> Finding:
    marks = "; ".join(SURVEY_ITEMS[one.item].counted_words for one in group.marks)
    return finding(
        group.size,
        id=f"experience.induction.group_{place}.size",
        chapter=_CHAPTER,
        measure="induction_group_size",
        academic_year=_year(result),
        group=group.name,
        rule="now",
        sentence=(
            f"{name}, group for induction, {group.name}: {with_unit(group.size)}{likely(group.size)}."
            + (f" Marked by: {marks}." if marks else "")
        ),
    )
