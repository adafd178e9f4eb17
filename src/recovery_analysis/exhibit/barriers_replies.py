"""Who replied: pupils behind the lists and surveys, school by school, and schools that gave none."""

from recovery_analysis.analysis.barriers import BarriersResult, Replies
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import TIDY_COLUMNS, Place, cell, missing_notes, tidy_row
from recovery_analysis.exhibit.exhibit import Exhibit, Section, Sentence, Table, TableColumn
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.identifiers import CommunityId

#: More names than this are counted, not listed.
MOST_NAMES = 60
_COLUMNS = (
    ("on_roll", "On roll"),
    ("listed", "Device known"),
    ("pupil", "Pupils who answered"),
    ("family", "Families who answered"),
)
#: Where a school gave no such source: not a small number, and not nought.
_NOT_GIVEN = "not given"
_NOT_COUNTED = (
    "Those on roll who are not counted did not reply, or what they have at home is not known. A school whose "
    "pupils did not reply may be unlike the others."
)


def replies(released: Released[BarriersResult], *, community: CommunityId, name: str) -> Section:
    """Show for each school on how many pupils the evidence rests, and name the schools without any."""
    result = released.result
    exhibits: list[Exhibit] = []
    if result.silent_n:
        names = result.silent_schools
        listed = f": {', '.join(names)}" if 0 < len(names) <= MOST_NAMES else ""
        exhibits.append(
            Sentence(
                id="barriers-silent",
                text=(
                    f"{counted(result.silent_n, 'school')} of {name} {verb(result.silent_n, 'gives', 'give')} "
                    f"no device list and no survey{listed}."
                ),
                role="missing",
            )
        )
    if result.replies is not None:
        exhibits.append(_table(result.replies, result.academic_year, name))
    else:
        exhibits.append(
            Sentence(
                id="barriers-replies-many",
                text=f"{name} has too many schools to list who replied ({community}).",
                role="note",
            )
        )
    return Section(
        id="barriers-replies", heading="On how many pupils this rests", exhibits=tuple(exhibits)
    )


def _table(found: Replies, academic_year: str, name: str) -> Table:
    lines = list(
        zip(
            found.school_ids,
            found.school_names,
            *(getattr(found, column).parts for column, _ in _COLUMNS),
            strict=True,
        )
    )
    return Table(
        id="barriers-replies-table",
        title="Replies by school",
        caption=f"Pupils on roll, in device lists and in surveys, schools of {name} that gave any",
        columns=(
            TableColumn(name="school_name", title="School"),
            *(TableColumn(name=column, title=title, kind="number") for column, title in _COLUMNS),
        ),
        rows=tuple((line[1], *(_shown(part) for part in line[2:])) for line in lines),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                part,
                place=Place(level="School", urn=line[0], school_name=line[1]),
                academic_year=academic_year,
                measure=f"replies_{column}",
                group="all",
                rule="now",
            )
            for line in lines
            for (column, _), part in zip(_COLUMNS, line[2:], strict=True)
            if part.value is not None or part.missing_reason == "too_few"
        ),
        notes=(
            *missing_notes(
                [part for line in lines for part in line[2:] if part.missing_reason == "too_few"]
            ),
            "Those on roll who are not counted did not reply, or what they have at home is not known. A school "
            "whose pupils did not reply may be unlike the others.",
        ),
    )


def _shown(part: Estimate) -> str:
    is_given = part.value is not None or part.missing_reason == "too_few"
    return cell(part) if is_given else _NOT_GIVEN
