"""Text cells and files as the publishers write them: rounding, percent signs, ragged rows, encodings."""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

Encoding = Literal["utf-8", "utf-8-sig", "cp1252"]


@cache
def layout(name: str) -> tuple[str, ...]:
    """Give a layout's column names in file order; the first line of a layout file is a comment.

    Examples
    --------
    >>> len(layout("ks2_school")), len(layout("gias_group_links"))
    (318, 21)
    """
    place = files("recovery_analysis.synthetic").joinpath("layouts", f"{name}.txt")
    return tuple(place.read_text(encoding="utf-8").split("\n")[1:-1])


def for_year(columns: Sequence[str], end: int) -> tuple[str, ...]:
    """Move the previous-year suffixes of the 2018/19 layout to those of the year that ends in ``end``.

    Examples
    --------
    >>> for_year(["PTRWM_EXP", "PTRWM_EXP_18", "TAVENT_EFSM6CLA1A_17_PTQ_EE"], 2023)
    ('PTRWM_EXP', 'PTRWM_EXP_22', 'TAVENT_EFSM6CLA1A_21_PTQ_EE')
    """
    moved = {"18": f"_{(end - 1) % 100:02d}", "17": f"_{(end - 2) % 100:02d}"}
    return tuple(
        re.sub(r"_(17|18)(?=_|$)", lambda match: moved[match[1]], column) for column in columns
    )


def rounded(value: float, decimals: int) -> float:
    """Round half away from zero, as the publishers do."""
    scale = 10**decimals
    return math.copysign(math.floor(abs(value) * scale + 0.5), value) / scale


def number(value: float, decimals: int) -> str:
    """Write a number without trailing zeros; blank where there is none.

    Examples
    --------
    >>> number(46.04, 1), number(-0.004, 2), number(float("nan"), 1)
    ('46', '0', '')
    """
    if math.isnan(value):
        return ""
    text = f"{rounded(value, decimals):.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def percent(part: float, whole: float) -> str:
    """Write a whole percent with its sign; blank where there is nobody.

    Examples
    --------
    >>> percent(1, 8), percent(0, 0)
    ('13%', '')
    """
    return f"{int(rounded(100 * part / whole, 0))}%" if whole else ""


def write_csv(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    encoding: Encoding,
    line_end: Literal["\r\n", "\n"] = "\r\n",
    quote_all: bool = False,
) -> None:
    """Write a table; a row may be shorter than the header, as in the publishers' files."""
    buffer = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, lineterminator=line_end, quoting=quoting)
    writer.writerow(columns)
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue().encode(encoding))


def arrange(columns: Sequence[str], cells: Mapping[str, str], *, keep: int = 0) -> list[str]:
    """Put named cells in file order, blank where none is given; ``keep`` cuts the row short."""
    row = [cells.get(column, "") for column in columns]
    return row[:keep] if keep else row


def uk_date(iso: str) -> str:
    """Write an ISO date as dd-mm-yyyy; blank stays blank."""
    return "-".join(reversed(iso.split("-"))) if iso else ""
