"""Whom the progress figures cover, and who is missing from them."""

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.trajectory.result import Coverage, SubjectProgress
from recovery_analysis.exhibit.cells import cell, finding, missing_notes, standard_cells, with_unit
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Finding,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from recovery_analysis.exhibit.trajectory.words import CHAPTER, ReleasedProgress, measure_name
from recovery_analysis.words.counting import counted
from recovery_analysis.words.pupils import SUBJECTS

_COUNTS = ("on_roll", "compared", "tested_only", "not_tested")
_TITLES = (
    "Pupils on roll",
    "Compared with an expectation",
    "Tested, but nothing to compare with",
    "Not tested",
)
#: More schools than this are counted, not named.
_MOST_NAMED = 40
_TIDY = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "subject",
    "season",
    "count",
    "pupils",
)


def coverage_sections(released: ReleasedProgress, *, name: str) -> tuple[Section, ...]:
    """Show how many pupils on roll the latest figures are about; nothing where none was tested.

    Parameters
    ----------
    released
        Progress that passed the gate.
    name
        The community's name.
    """
    told = [(item, item.coverage) for item in released.result.subjects if item.coverage is not None]
    if not told:
        return ()
    exhibits: list[Exhibit] = [_table(told, name)]
    for item, coverage in told:
        exhibits += _missing(item, coverage)
    exhibits.append(
        Sentence(
            id="progress-coverage-note",
            text=(
                "A pupil without a test in the same season before the baseline date, or whose earlier test was in "
                "a school outside this community, can not be compared. Exports of tests leave out pupils who "
                "have left."
            ),
            role="note",
        )
    )
    return (
        Section(
            id="progress-coverage",
            heading="Whom these figures cover",
            exhibits=tuple(exhibits),
            findings=tuple(_finding(item, coverage, name) for item, coverage in told),
        ),
    )


def _figures(coverage: Coverage) -> tuple[Estimate, ...]:
    total = coverage.on_roll.total
    if not total.is_there:
        # without pupil lists the pupils who were compared are all that is known
        return (total, coverage.compared, *coverage.on_roll.parts[1:])
    return (total, *coverage.on_roll.parts)


def _table(told: list[tuple[SubjectProgress, Coverage]], name: str) -> Table:
    tidy = [
        (
            *standard_cells(coverage.academic_year, "Community"),
            item.subject,
            coverage.season,
            count,
            cell(estimate).replace(",", "").strip("[]"),
        )
        for item, coverage in told
        for count, estimate in zip(_COUNTS, _figures(coverage), strict=True)
    ]
    return Table(
        id="progress-coverage-table",
        title="Pupils covered",
        caption=f"Pupils on roll by whether they are in the latest figures, {name}",
        columns=(
            TableColumn(name="subject", title="Subject and window"),
            *(
                TableColumn(name=key, title=title, kind="number")
                for key, title in zip(_COUNTS, _TITLES, strict=True)
            ),
            TableColumn(name="schools", title="Schools covered", kind="number"),
        ),
        rows=tuple(
            (
                f"{SUBJECTS[item.subject].capitalize()}, {coverage.season} {coverage.academic_year}",
                *(cell(estimate) for estimate in _figures(coverage)),
                f"{coverage.schools_compared} of {coverage.schools_n}",
            )
            for item, coverage in told
        ),
        tidy_columns=_TIDY,
        tidy_rows=tuple(tidy),
        notes=missing_notes([e for _, coverage in told for e in _figures(coverage)]),
    )


def _missing(item: SubjectProgress, coverage: Coverage) -> list[Exhibit]:
    found: list[Exhibit] = []
    key = item.subject.replace("_", "-")
    if not coverage.on_roll.total.is_there:
        text = (
            f"No pupil list of {coverage.academic_year} was read, so it is not known how many pupils have no "
            f"{SUBJECTS[item.subject]} test. Export the pupil list of that year and give it to recovery ingest."
        )
        found.append(Sentence(id=f"progress-coverage-list-{key}", text=text, role="missing"))
    without = coverage.schools_without
    if without:
        names = f": {'; '.join(without)}" if len(without) <= _MOST_NAMED else ""
        text = (
            f"{counted(len(without), 'school')} of {coverage.schools_n} without {SUBJECTS[item.subject]} "
            f"figures in {coverage.season} {coverage.academic_year}{names}."
        )
        found.append(Sentence(id=f"progress-coverage-schools-{key}", text=text, role="missing"))
    return found


def _finding(item: SubjectProgress, coverage: Coverage, name: str) -> Finding:
    measure = f"{measure_name(item.subject)}_covered"
    return finding(
        coverage.compared,
        id=f"{CHAPTER}.{measure}.now",
        chapter=CHAPTER,
        measure=measure,
        academic_year=coverage.academic_year,
        group="all",
        rule="now",
        sentence=(
            f"{name}, {SUBJECTS[item.subject]}, {coverage.season} {coverage.academic_year}: compared with an "
            f"expectation were {with_unit(coverage.compared)}."
        ),
    )
