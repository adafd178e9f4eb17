"""Read some columns of a large CSV file with Arrow: all cells as text, every row whole or the file refused."""

import csv
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from recovery_analysis.errors import FileRefused


def read_columns(
    path: Path, *, columns: tuple[str, ...], wanted: Collection[str], encoding: str
) -> pd.DataFrame:
    """Read the wanted columns of a CSV file whose rows all have every column.

    Parameters
    ----------
    path
        The file; row 1 is its header.
    columns
        All column names as the header writes them.
    wanted
        Those to read.
    encoding
        ``utf-8-sig`` or ``cp1252``.

    Returns
    -------
    pandas.DataFrame
        Text, blank is an empty string; one row a record.

    Raises
    ------
    FileRefused
        A row has more or fewer cells than the header. The message never holds a cell.
    """
    broken: list[int | None] = []

    def note(row: pa_csv.InvalidRow) -> str:
        # A row may hold a pupil's values: only its number is kept.
        broken.append(row.number)
        return "skip"

    names = [column for column in columns if column in set(wanted)]
    try:
        table = pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(
                encoding="utf8" if encoding == "utf-8-sig" else encoding, block_size=8 << 20
            ),
            parse_options=pa_csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=names,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        raise FileRefused(
            f"{path.name}: the rows do not fit the {len(columns)} columns of row 1 (an unclosed quotation mark "
            "or broken row). Export the file again."
        ) from None
    if broken:
        raise FileRefused(_where(path, columns, len(broken)))
    return table.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=float("nan"))}.get)


def _where(path: Path, columns: tuple[str, ...], count: int) -> str:
    """Say which rows are broken; looked up again, as a reader in parallel does not number them."""
    rows: list[int] = []
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        for number, cells in enumerate(csv.reader(file), start=1):
            if len(cells) != len(columns):
                rows.append(number)
            if len(rows) == 6:
                break
    listed = f" (rows {', '.join(map(str, rows))})" if rows else ""
    return (
        f"{path.name}: {count} rows do not have the {len(columns)} cells of row 1{listed}. Expected one value a "
        "column; export the file again."
    )
