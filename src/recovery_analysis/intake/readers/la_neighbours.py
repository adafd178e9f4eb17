"""Statistical neighbours of each local authority (National Foundation for Educational Research model).

The sheet has rows of letters and numbers above its header row, and the neighbours of local authorities that
no longer exist below the others, under a heading. Neighbours stand in pairs of columns: SN1 to SN10, each
with the publisher's word for its closeness on its right.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import numbered, text_or_null
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="la_neighbours",
    title="Statistical neighbours of local authorities",
    publisher="Department for Education",
)

_CODE = "LA number"
_RANKS = range(1, 11)
_NEEDED = {_CODE, *(f"SN{rank}" for rank in _RANKS)}
_HEADER_WITHIN = 10
_NONE_GIVEN = ("", "-")


def _recognises(raw: RawFile) -> bool:
    if raw.format != "xlsx":
        return False
    top = pd.read_excel(
        raw.path, header=None, nrows=_HEADER_WITHIN, dtype=str, keep_default_na=False
    )
    return _header_position(top) is not None


def _header_position(rows: pd.DataFrame) -> int | None:
    """Find the row that holds the real column names, counted from 0."""
    for position, cells in enumerate(rows.head(_HEADER_WITHIN).itertuples(index=False)):
        if set(map(str, cells)) >= _NEEDED:
            return position
    return None


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    label = table.raw.label
    records = numbered(table)
    positions = list(range(len(table.raw.columns)))
    cells = table.frame.set_axis(positions, axis=1)
    sheet = pd.concat([pd.DataFrame([table.raw.columns], columns=positions), cells])
    header = _header_position(sheet)
    if header is None:
        raise FileRefused(
            f"{label}: no row among the first {_HEADER_WITHIN} holds the columns {_CODE} and SN1 to SN10. "
            "Download the workbook of statistical neighbours again."
        )
    names = sheet.iloc[header].tolist()
    # The sheet's row 1 is the table's header, so the record of sheet row h (from 0) is h - 1.
    body = cells.iloc[header:]
    code = body[names.index(_CODE)].str.strip()
    is_blank = body.apply(lambda column: column.str.strip().eq("")).all(axis=1)
    is_heading = code.eq("") & ~is_blank
    firsts = [names.index(f"SN{rank}") for rank in _RANKS]
    given_some = ~body[firsts].apply(lambda column: column.str.strip().isin(_NONE_GIVEN)).all(
        axis=1
    )
    kept = body[code.ne("") & given_some]
    neighbours, repaired = _neighbours(kept, code=code, firsts=firsts, label=label)
    return Reading(
        tables={"la_neighbours": neighbours},
        rows_read=len(records),
        dropped=dropped(
            (header, "a heading row of the sheet, or a row above it"),
            (int(is_blank.sum()), "blank row"),
            (int(is_heading.sum()), "a heading within the sheet"),
            (int((code.ne("") & ~given_some).sum()), "no neighbours are given"),
        ),
        notes=repair_note(repaired, "SN1 to SN10"),
    )


def _neighbours(
    kept: pd.DataFrame, *, code: pd.Series, firsts: list[int], label: str
) -> tuple[pd.DataFrame, int]:
    codes, repaired = repair_ids(code.loc[kept.index].rename(_CODE), kind="la_code", label=label)
    ranks = []
    for rank, first in zip(_RANKS, firsts, strict=True):
        cells = kept[first].str.strip()
        given = cells[~cells.isin(_NONE_GIVEN)].rename(f"SN{rank}")
        neighbour, mended = repair_ids(given, kind="la_code", label=label)
        repaired += mended
        ranks.append(
            pd.DataFrame(
                {
                    "la_code": codes.loc[given.index],
                    "neighbour_rank": rank,
                    "neighbour_la_code": neighbour,
                    "closeness": text_or_null(kept.loc[given.index, first + 1]),
                    "series": SOURCE.kind,
                    ROW: given.index + FIRST_RECORD_ROW,
                }
            )
        )
    return pd.concat(ranks), repaired


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
