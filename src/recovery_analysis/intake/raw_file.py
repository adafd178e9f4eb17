"""One raw file as it lies on disk: its bytes' hash, its encoding, its cells as text. Never edited."""

import csv
import io
import warnings
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.scan import (
    Scan,
    first_block,
    refuse_zip_bomb,
    scan_bytes,
    scan_text,
)
from recovery_analysis.intake.wide_csv import read_columns
from recovery_analysis.intake.xml_file import is_xml, read_elements, xml_outline

FileFormat = Literal["csv", "xlsx", "parquet", "xml"]

#: Row 1 is the header, so the first record of a frame is row 2 of the file.
FIRST_RECORD_ROW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """A file's place, name for messages, SHA-256, format, encoding and column names as written.

    ``columns`` of an XML file are the names of its root and of the elements right below it.
    """

    path: Path
    label: str
    sha256: str
    format: FileFormat
    encoding: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """All cells of a raw file as text; record ``i`` of ``frame`` is row ``i + 2`` of the file.

    Of an XML file ``frame`` is the table of its elements (``intake.xml_file.read_elements``).
    """

    raw: RawFile
    frame: pd.DataFrame


def inspect(path: Path) -> RawFile:
    """Hash a file, find its format and encoding and read its header; memory stays small.

    Raises
    ------
    FileRefused
        The file is missing, empty, a web page saved as a table, binary, one endless line, packed far more
        tightly than a table can be, of an unknown encoding, or has the same column twice.
    """
    file_format = _format_of(path, first_block(path))
    scan = scan_text(path) if file_format == "csv" else scan_bytes(path)
    if scan.is_blank:
        raise FileRefused(
            f"{path.name}: the file is empty; expected a table with a header row. Download it again."
        )
    _refuse_cut_off(path, scan, file_format)
    columns = _header(path, scan, file_format)
    _refuse_repeats(path, columns)
    return RawFile(
        path=path,
        label=path.name,
        sha256=scan.sha256,
        format=file_format,
        encoding=scan.encoding,
        columns=columns,
    )


def _refuse_repeats(path: Path, columns: tuple[str, ...]) -> None:
    """Refuse two columns of one name; it is not shown, as row 1 of a file without a header is a record."""
    seen: dict[str, int] = {}
    for place, column in enumerate(columns, start=1):
        if column in seen and column.strip():
            raise FileRefused(
                f"{path.name}: row 1: columns {seen[column]} and {place} have the same name; expected a header "
                "with each column once. Remove the copy, or put a header row above the records."
            )
        seen[column] = place


def first_records(raw: RawFile, *, rows: int) -> pd.DataFrame:
    """Read the first records of a table as text, columns by position; no check of what follows.

    A row that is shorter than the header is padded with blanks.
    """
    if raw.format == "xlsx":
        frame = _first_sheet(raw.path, rows=rows + 1).iloc[1:]
    elif raw.format == "parquet":
        frame = pq.read_table(raw.path).slice(0, rows).to_pandas().astype("str")
    else:
        width = len(raw.columns)
        with raw.path.open(newline="", encoding=raw.encoding) as file:
            cells = [[*row, *[""] * width][:width] for row in islice(csv.reader(file), rows + 1)]
        frame = pd.DataFrame(cells[1:], columns=range(width), dtype="str")
    return frame.set_axis(range(frame.shape[1]), axis=1).reset_index(drop=True)


def read_cells(raw: RawFile, wanted: Collection[str] | None = None) -> RawTable:
    """Read every cell as text (blank is an empty string), refusing ragged-long and truncated files.

    A row shorter than the header is padded with blanks: the publishers cut national rows short. A last
    row with no line end that is shorter than all others is a truncated download and is refused. Where only
    some columns are wanted of a CSV file, the rows must all have every column.
    """
    if raw.format == "parquet":
        frame = pq.read_table(raw.path).to_pandas()
        frame = frame.astype("str").mask(frame.isna(), "")
    elif raw.format == "xlsx":
        sheet = _first_sheet(raw.path)
        names = [*raw.columns, *range(len(raw.columns), sheet.shape[1])]
        frame = sheet.iloc[1:].set_axis(names, axis=1).reset_index(drop=True)
    elif raw.format == "xml":
        frame = read_elements(raw.path)
    elif wanted is not None:
        frame = read_columns(raw.path, columns=raw.columns, wanted=wanted, encoding=raw.encoding)
    else:
        frame = _read_csv(raw)
    return RawTable(raw=raw, frame=frame)


def _read_csv(raw: RawFile) -> pd.DataFrame:
    text = raw.path.read_bytes().decode(raw.encoding)
    _refuse_truncated(raw, text)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            dtype=str,
            header=None,
            names=list(range(len(raw.columns))),
            skiprows=1,
            keep_default_na=False,
            na_values=[],
            skip_blank_lines=False,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
        raise FileRefused(
            f"{raw.label}: the rows do not fit the {len(raw.columns)} columns of row 1 "
            f"({_line_hint(error)}). Expected one value a column; open the file in a text editor at that "
            "line or download it again."
        ) from None
    return frame.fillna("").set_axis(list(raw.columns), axis=1)


def _first_sheet(path: Path, *, rows: int | None = None) -> pd.DataFrame:
    """Read the first sheet as text; what openpyxl says of styles that it does not know is no concern."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        return pd.read_excel(path, header=None, nrows=rows, dtype=str, keep_default_na=False)


def _line_hint(error: Exception) -> str:
    words = [word.strip(",.") for word in str(error).split()]
    numbers = [word for word in words if word.isdigit()]
    return f"line {numbers[1]}" if len(numbers) > 1 else "an unclosed quotation mark or broken row"


def _refuse_truncated(raw: RawFile, text: str) -> None:
    """Refuse a last row with no line end that is shorter than every other row of the file."""
    if text.endswith(("\n", "\r")):
        return
    last = text[text.rfind("\n") + 1 :]
    fields = len(next(csv.reader([last]), []))
    if fields >= len(raw.columns) and last.count('"') % 2 == 0:
        return
    lengths = [len(row) for row in csv.reader(io.StringIO(text)) if row][:-1]
    if last.count('"') % 2 or fields < min(lengths, default=fields):
        raise FileRefused(
            f"{raw.label}: row {text.count(chr(10)) + 1} is cut off after {fields} of {len(raw.columns)} "
            "columns and the file has no line end: the download was truncated. Download it again."
        )


def _format_of(path: Path, content: bytes) -> FileFormat:
    if is_xml(content):
        return "xml"
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<script")):
        raise FileRefused(
            f"{path.name}: this is a web page saved under a table's name (it starts with an HTML tag); "
            "expected rows and columns. Use the publisher's download button, not 'save page as'."
        )
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    if content and path.suffix.lower() in (".xlsx", ".parquet"):
        raise FileRefused(
            f"{path.name}: the content is not a {path.suffix} file. Download it again or correct the name."
        )
    return "csv"


def _refuse_cut_off(path: Path, scan: Scan, file_format: FileFormat) -> None:
    if file_format == "parquet" and not scan.tail.endswith(b"PAR1"):
        raise FileRefused(f"{path.name}: the parquet file is truncated. Download it again.")
    if file_format == "xlsx":
        if not zipfile.is_zipfile(path):
            raise FileRefused(f"{path.name}: the workbook is truncated. Download it again.")
        refuse_zip_bomb(path)


def _header(path: Path, scan: Scan, file_format: FileFormat) -> tuple[str, ...]:
    if file_format == "parquet":
        try:
            return tuple(pq.read_schema(path).names)
        except (pa.ArrowInvalid, OSError):
            raise FileRefused(
                f"{path.name}: the parquet file is damaged. Download it again."
            ) from None
    if file_format == "xml":
        return xml_outline(path)
    if file_format == "xlsx":
        return tuple(str(cell) for cell in _first_sheet(path, rows=1).iloc[0])
    try:
        header = next(csv.reader(io.StringIO(scan.head.decode(scan.encoding, errors="ignore"))))
    except (csv.Error, StopIteration):
        raise FileRefused(f"{path.name}: row 1 is not a header. Download it again.") from None
    return tuple(header)
