"""Lists of variables that publishers put beside their data: known, so that nobody wonders, and not loaded."""

from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="variable_dictionary",
    title="List of variables",
    publisher="Department for Education",
)

#: Columns of each publisher's list; a file with all of one line's columns is such a list.
_LAYOUTS = (
    {"Column", "FieldName", "Label/Description"},
    {"Column", "Field Name", "Label/Description"},
    {"Column", "Field Name", "Description"},
    {"Column", "Metafile heading", "Metafile description"},
    {"Variable", "Label", "Type", "Description"},
    {"Field Number", "Field Reference", "Field Name"},
    {"Measure_code", "Measure", "Measure_short", "Chart_title"},
    {"establishment-type-group-code", "type-of-establishment-code"},
)
#: The workbook of abbreviations has a title in its first cell and nothing else in row 1.
_WORKBOOK_TITLE = "Performance Tables"


def _recognises(raw: RawFile) -> bool:
    columns = set(raw.columns)
    if any(columns >= layout for layout in _LAYOUTS):
        return True
    titles = [column for column in raw.columns if column.strip()]
    return raw.format == "xlsx" and len(titles) == 1 and titles[0].endswith(_WORKBOOK_TITLE)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    return Reading(
        tables={},
        rows_read=len(table.frame),
        dropped=dropped(
            (len(table.frame), "a list of variables, kept by its publisher: nothing to load")
        ),
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
