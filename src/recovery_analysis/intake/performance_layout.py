"""What the readers of the school performance tables share: columns by name, record types, long rows.

The publisher changes the number, the order and the case of the columns every year, so columns are found by
name without regard to case. A column of an earlier year (suffix ``_17``, ``_PREV``) has another name, so
its values are never read; the suffixes only tell which year the table is about.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.markers import PERFORMANCE_TABLES, split_markers
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawFile, RawTable
from recovery_analysis.intake.repair import repair_ids
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.measures import Group
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.periods import DISRUPTED_YEARS, AcademicYear

RecordKind = Literal["school", "la", "england_all_schools", "england_state_funded"]

#: RECTYPE of the key stage 2 tables (2 is a special school).
KS2_RECORD_TYPES: dict[str, RecordKind] = {
    "1": "school",
    "2": "school",
    "3": "la",
    "4": "england_all_schools",
    "5": "england_state_funded",
}

#: RECTYPE of the key stage 4 tables: the same numbers mean other things than at key stage 2.
KS4_RECORD_TYPES: dict[str, RecordKind] = {
    "1": "school",
    "2": "school",
    "4": "la",
    "5": "england_all_schools",
    "7": "england_state_funded",
}

#: Word for a dropped row that holds nothing.
BLANK_ROW = "a blank row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Where one measure of one group of pupils stands: its column and the columns that go with it.

    ``pupils`` counts the group's pupils; ``low`` and ``high`` are the ends of the published interval.
    """

    measure: str
    group: Group
    column: str
    pupils: str | None = None
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Records:
    """The rows of a file that hold something; the frame's index is the record number in the file."""

    raw: RawFile
    frame: pd.DataFrame
    names: Mapping[str, str]
    blank_rows: int

    @property
    def label(self) -> str:
        """Name of the file for messages."""
        return self.raw.label

    @property
    def rows_read(self) -> int:
        """Rows below the header, blank ones included."""
        return len(self.frame) + self.blank_rows

    def has(self, column: str) -> bool:
        """Say whether the file has the column, in any case of its letters."""
        return column.upper() in self.names

    def first_of(self, *columns: str) -> str:
        """Give the first of several names that the file has (the publisher wrote LEA, then LA)."""
        for column in columns:
            if self.has(column):
                return column
        raise FileRefused(_missing_words(self.label, [" or ".join(columns)]))

    def cells(self, column: str) -> pd.Series:
        """Give a column's text without blanks around, named as the file writes it."""
        return self.frame[self.names[column.upper()]].str.strip()

    def text(self, column: str) -> pd.Series:
        """Give a descriptive column with null for a blank; all null where the file lacks it."""
        if not self.has(column):
            return pd.Series(None, index=self.frame.index, dtype="str")
        cells = self.cells(column)
        return cells.mask(cells.eq(""))

    def numbers(self, column: str, *, markers: Mapping[str, MissingReason]) -> pd.Series:
        """Give a column's numbers, null where a marker stands or where the file lacks the column."""
        if not self.has(column):
            return pd.Series(float("nan"), index=self.frame.index)
        value, _ = split_markers(self.cells(column), markers=dict(markers), label=self.label)
        return value

    def codes(self, column: str, vocabulary: Mapping[str, str]) -> pd.Series:
        """Translate a column of codes; a code that is not in the vocabulary refuses the file."""
        cells = self.cells(column).str.removesuffix(".0")
        unknown = ~cells.isin(list(vocabulary))
        if unknown.any():
            found = ", ".join(repr(code) for code in sorted(set(cells[unknown]))[:6])
            raise FileRefused(
                f"{self.label}: column {cells.name}: expected {', '.join(map(repr, vocabulary))}, got "
                f"{found} in rows {rows_words(cells.index[unknown])}. If the publisher has a new code, add "
                "it to recovery_analysis/intake/performance_layout.py with its meaning; else correct the "
                "file."
            )
        return cells.map(dict(vocabulary))


def upper_names(raw: RawFile) -> set[str]:
    """Give a file's column names in capitals, for a reader's ``recognises``."""
    return {column.strip().upper() for column in raw.columns}


def rows_words(index: Iterable[int]) -> str:
    """Name the first rows of the file for record numbers.

    Examples
    --------
    >>> rows_words([0, 4])
    '2, 6'
    """
    return ", ".join(str(int(record) + FIRST_RECORD_ROW) for record in list(index)[:6])


def open_records(table: RawTable, *, needed: Sequence[str]) -> Records:
    """Set blank rows aside and check that the columns which the reader can not do without are there.

    Raises
    ------
    FileRefused
        A needed column is missing, two columns differ only in case, or there is no row below the header.
    """
    label = table.raw.label
    names: dict[str, str] = {}
    for column in table.frame.columns:
        capital = column.strip().upper()
        if capital and capital in names:
            raise FileRefused(
                f"{label}: row 1: the columns {names[capital]!r} and {column!r} differ only in case or in "
                "blanks; expected each column once. Remove the wrong one."
            )
        names[capital] = column
    if missing := [column for column in needed if column.upper() not in names]:
        raise FileRefused(_missing_words(label, missing))
    frame = table.frame
    maybe_blank = frame.iloc[:, 0].str.strip().eq("")
    candidates = frame[maybe_blank]
    filled = candidates.apply(lambda column: column.str.strip().ne("")).any(axis=1)
    blank = candidates.index[~filled.astype(bool)]
    kept = frame.drop(index=blank)
    if kept.empty:
        raise FileRefused(
            f"{label}: the file has a header and no rows; expected one row a school. Download it again."
        )
    return Records(raw=table.raw, frame=kept, names=names, blank_rows=len(blank))


def filled_ids(cells: pd.Series, *, kind: str, label: str) -> tuple[pd.Series, int]:
    """Repair identifiers like ``repair_ids`` and refuse a row that has none.

    Raises
    ------
    FileRefused
        A cell is blank or damaged beyond repair.
    """
    ids, repaired = repair_ids(cells, kind=kind, label=label)
    blank = ids.eq("")
    if blank.any():
        raise FileRefused(
            f"{label}: column {cells.name}: {int(blank.sum())} rows have no identifier, first in rows "
            f"{rows_words(ids.index[blank])}; expected one in every such row. Correct them from the "
            "publisher's file, or download it again."
        )
    return ids, repaired


def school_ids(urns: pd.Series, *, year: AcademicYear, series: str) -> pd.DataFrame:
    """Give what ``read_blocks`` needs to know of each school's row: URN, year and publication."""
    return pd.DataFrame(
        {"urn": urns, "academic_year": str(year), "series": series}, index=urns.index
    )


def year_of_columns(raw: RawFile, stems: Sequence[str]) -> AcademicYear | None:
    """Tell the academic year from the earlier years' columns: the year after the latest suffix.

    Parameters
    ----------
    raw
        The file.
    stems
        Measures whose suffix is an earlier year (``ATT8SCR`` for ``ATT8SCR_18``). Other columns can not
        be used: the 2017/18 table itself has a ``PT5EM_94_18``.

    Returns
    -------
    AcademicYear or None
        None where no such column stands, and where the year would be one without performance tables (the
        2021/22 tables compare with 2019).
    """
    shape = re.compile(rf"^(?:{'|'.join(map(re.escape, stems))})_(\d\d)$", re.IGNORECASE)
    found = [int(match[1]) for column in raw.columns if (match := shape.match(column.strip()))]
    if not found:
        return None
    year = AcademicYear.ending(2000 + max(found) + 1)
    return None if year in DISRUPTED_YEARS else year


def read_blocks(
    records: Records,
    ids: pd.DataFrame,
    blocks: Sequence[Block],
    *,
    markers: Mapping[str, MissingReason] = PERFORMANCE_TABLES,
    has_interval: bool = False,
) -> pd.DataFrame:
    """Stack the columns of all blocks that the file has into one row a measure and group.

    Parameters
    ----------
    records
        The file.
    ids
        What each row is (identifier, year, series); its index picks the records to be read.
    blocks
        Measures and where they stand.
    markers
        Markers of this publication.
    has_interval
        Whether the ends of the published interval are wanted (``low``, ``high``).

    Returns
    -------
    pandas.DataFrame
        The columns of ``ids`` with measure, pupil_group, value, missing_reason, pupils_n and raw_row.
    """
    present = [block for block in blocks if records.has(block.column)]
    ends = [end for block in present for end in (block.low, block.high)] if has_interval else []
    numbers = {
        column: records.numbers(column, markers=markers).reindex(ids.index)
        for column in {*(block.pupils for block in present), *ends}
        if column is not None
    }
    parts = []
    for block in present:
        value, reason = split_markers(
            records.cells(block.column).loc[ids.index], markers=dict(markers), label=records.label
        )
        part = ids.assign(
            measure=block.measure,
            pupil_group=block.group,
            value=value,
            missing_reason=reason,
            pupils_n=numbers[block.pupils] if block.pupils else float("nan"),
            **{ROW: ids.index + FIRST_RECORD_ROW},
        )
        if has_interval:
            part["low"] = numbers[block.low] if block.low else float("nan")
            part["high"] = numbers[block.high] if block.high else float("nan")
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def absent_notes(records: Records, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Say which measures of which groups the file has no column for."""
    absent = [block.column for block in blocks if not records.has(block.column)]
    if not absent:
        return ()
    return (f"columns not in this file, so not read: {', '.join(absent)}",)


def _missing_words(label: str, missing: Sequence[str]) -> str:
    return (
        f"{label}: row 1: expected the columns {', '.join(missing)}, which are missing. Download the file "
        "again from the publisher with all its columns."
    )
