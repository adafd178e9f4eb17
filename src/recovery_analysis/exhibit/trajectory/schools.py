"""Schools' own values with their ranges, by name and never by rank."""

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.trajectory.result import SchoolProgress, SubjectProgress
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    Place,
    change_cell,
    missing_notes,
    range_cell,
    tidy_row,
)
from recovery_analysis.exhibit.charts import Interval, intervals_chart
from recovery_analysis.exhibit.charts_intervals import MOST_ROWS
from recovery_analysis.exhibit.exhibit import Exhibit, Figure, Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.trajectory.words import ReleasedProgress, measure_name
from recovery_analysis.words.counting import counted
from recovery_analysis.words.pupils import SUBJECTS

#: Below this many schools in the model ranges are known to be somewhat short.
_MANY_SCHOOLS = 20


def school_sections(released: ReleasedProgress, subject: str, *, name: str) -> tuple[Section, ...]:
    """Show the shrunk value of each school in one subject, or why it can not be shown.

    Parameters
    ----------
    released
        Progress that passed the gate.
    subject
        ``reading``, ``maths`` or ``early_literacy``; nothing comes of one that was not tested.
    name
        The community's name.
    """
    item = released.result.subject(subject)
    if item is None or item.now is None:
        return ()
    section_id = f"progress-schools-{subject.replace('_', '-')}"
    shown = [school for school in item.schools.schools if school.value.is_there]
    exhibits: list[Exhibit]
    if not shown:
        why = item.schools.why_not or "Too few pupils in each school to report."
        exhibits = [Sentence(id=f"{section_id}-none", text=why, role="missing")]
    elif len(item.schools.schools) > MOST_ROWS:
        exhibits = [_reading(item, section_id), _table(item, section_id, name)]
    else:
        exhibits = [_reading(item, section_id), _figure(item, section_id, name)]
    return (
        Section(
            id=section_id,
            heading=f"Schools: {SUBJECTS[subject]} since 20 March 2020",
            exhibits=tuple(exhibits),
        ),
    )


def _reading(item: SubjectProgress, section_id: str) -> Sentence:
    values = item.schools
    beside = [
        words
        for count, words in (
            (values.trusts_in_model, "trust"),
            (values.las_in_model, "local authority"),
        )
        if count
    ]
    allowing = f", after allowing for its {' and its '.join(beside)}" if beside else ""
    short = (
        f" With {values.schools_in_model} schools in the model the ranges are somewhat too short."
        if values.schools_in_model < _MANY_SCHOOLS
        else ""
    )
    return Sentence(
        id=f"{section_id}-reading",
        text=(
            f"Nought is the average of the {counted(values.schools_in_model, 'school')} of the store with tests "
            f"on both sides of the baseline date. A school's value is how far its pupils' latest scores are from "
            f"expectation beside that average{allowing}; values of schools with few pupils are drawn towards "
            f"nought. Schools stand by name, not in an order of merit: where ranges overlap, schools can not be "
            f"told apart.{short} A school that looks low is a question to explore together."
        ),
        role="note",
    )


def _figure(item: SubjectProgress, section_id: str, name: str) -> Figure:
    schools = item.schools.schools
    subject = SUBJECTS[item.subject]
    apart = sum(_is_apart(school.value) for school in schools)
    alt = (
        f"Dot chart with ranges of {counted(len(schools), 'school')} by name, {subject}: {apart} with a range "
        "that lies wholly on one side of the average school."
    )
    return Figure(
        id=f"{section_id}-figure",
        headline=f"{apart} of {counted(len(schools), 'school')} apart from the average",
        subtitle=(
            f"Shrunk school value in {subject}, scaled score points beside the average school, {name}, with "
            "likely ranges; by name"
        ),
        alt=alt,
        svg=intervals_chart(
            id=f"{section_id}-chart",
            intervals=[
                Interval(
                    label=school.school_name,
                    value=school.value.value,
                    low=school.value.low,
                    high=school.value.high,
                )
                for school in schools
            ],
            x_label="School value, scaled score points",
            alt=alt,
            reference=0.0,
            reference_label="average school",
        ),
        table=_table(item, section_id, name),
        sources=source_words(schools[0].value.sources),
    )


def _is_apart(estimate: Estimate) -> bool:
    if estimate.low is None or estimate.high is None:
        return False
    return estimate.low > 0 or estimate.high < 0


def _table(item: SubjectProgress, section_id: str, name: str) -> Table:
    schools = item.schools.schools
    year = item.now.academic_year if item.now else ""
    return Table(
        id=f"{section_id}-table",
        title="Schools by name",
        caption=f"School values in {SUBJECTS[item.subject]}, {name}, pupils' latest tests",
        columns=(
            TableColumn(name="school", title="School"),
            TableColumn(name="value", title="Value (scaled score points)", kind="number"),
            TableColumn(name="range", title="Likely range (points)", kind="number"),
            TableColumn(name="pupils", title="Pupils", kind="number"),
        ),
        rows=tuple(_row(school) for school in schools),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                school.value,
                place=Place(level="School", urn=school.school_id, school_name=school.school_name),
                academic_year=year,
                measure=f"{measure_name(item.subject)}_school_value",
                group="all",
                rule="now",
            )
            for school in schools
        ),
        notes=missing_notes([school.value for school in schools]),
    )


def _row(school: SchoolProgress) -> tuple[str, ...]:
    pupils = school.value.n_pupils
    return (
        school.school_name,
        change_cell(school.value),
        range_cell(school.value),
        f"{pupils:,}" if pupils is not None else "[c]",
    )
