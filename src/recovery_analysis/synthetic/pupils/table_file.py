"""Write wide CSV files fast: most cells of a vendor's export are blank or all alike."""

from collections.abc import Mapping, Sequence
from itertools import repeat
from pathlib import Path

Cells = Mapping[str, "Sequence[str] | str"]


def write_table(path: Path, columns: Sequence[str], cells: Cells, rows_n: int) -> None:
    """Write a CSV file in UTF-8; a column holds a list of texts, one text for all rows, or nothing.

    Parameters
    ----------
    path
        File; its folder is made.
    columns
        Header in file order.
    cells
        By column; a column that is not named is blank.
    rows_n
        Rows.
    """
    parts: list[Sequence[str] | repeat[str]] = []
    alike = ""
    for place, column in enumerate(columns):
        separator = "," if place else ""
        value = cells.get(column, "")
        if isinstance(value, str):
            alike += separator + _quoted(value)
            continue
        parts += [repeat(alike + separator), [_quoted(text) for text in value]]
        alike = ""
    parts.append(repeat(alike + "\r\n", rows_n))
    header = ",".join(_quoted(column) for column in columns) + "\r\n"
    body = "".join("".join(row) for row in zip(*parts, strict=False))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((header + body).encode("utf-8"))


def _quoted(text: str) -> str:
    if "," in text or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def whole(values: Sequence[float]) -> list[str]:
    """Write whole numbers.

    Examples
    --------
    >>> whole([12.0, 3])
    ['12', '3']
    """
    return [str(int(value)) for value in values]
