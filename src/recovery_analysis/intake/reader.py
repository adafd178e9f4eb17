"""What a reader is: how it knows its file, what it gives back, and how the academic year is settled."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.words.periods import AcademicYear

YearOrigin = Literal["content", "file name", "folder name", "--year", "not needed"]

_SPAN = re.compile(r"(?<!\d)(20\d{2})[-_ /]?(20\d{2}|\d{2})(?!\d)")
_SINGLE = re.compile(r"(?<!\d)(20\d{2})(?!\d)")

OGL = "Open Government Licence v3.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publication: what it is, whose, under which licence; carried into every result."""

    kind: str
    title: str
    publisher: str
    licence: str = OGL


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Rows that a reader left out, and why."""

    rows: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reader made of one file: canonical frames by table name, and the account of the rows.

    ``rows_read`` counts records below the header; every record either reached a table or is counted in
    ``dropped``. ``notes`` says what was repaired.
    """

    tables: Mapping[str, pd.DataFrame]
    rows_read: int
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    academic_year: str = "not one year"
    year_from: YearOrigin = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One source format.

    ``recognises`` sees the raw file's column names only (fast, before the body is read). ``read`` gets all
    cells as text and the year that the user gave, if any. ``wanted`` names the raw columns that ``read``
    looks at, for vendors' exports of many columns and rows; without it all are read.
    """

    source: Source
    recognises: Callable[[RawFile], bool]
    read: Callable[[RawTable, AcademicYear | None], Reading]
    wanted: Callable[[RawFile], Collection[str]] | None = None


def dropped(*counts: tuple[int, str]) -> tuple[Dropped, ...]:
    """Collect (rows, reason) pairs, leaving out those with no rows."""
    return tuple(Dropped(rows=rows, reason=reason) for rows, reason in counts if rows)


def settle_year(
    raw: RawFile,
    *,
    content: AcademicYear | None,
    given: AcademicYear | None,
    single_year: Literal["start", "end"],
) -> tuple[AcademicYear, YearOrigin]:
    """Settle a file's academic year: content, else ``--year``, else file name, else folder name.

    Parameters
    ----------
    raw
        The file.
    content
        Year that the columns or cells tell, if they do.
    given
        Year from ``--year``.
    single_year
        Whether a lone year in this publication's file names is the start or the end year.

    Raises
    ------
    FileRefused
        ``--year`` contradicts the content, or nothing tells the year.
    """
    if content is not None:
        if given is not None and given != content:
            raise FileRefused(
                f"{raw.label}: --year says {given} but the columns of the file say {content}. Leave --year "
                "out for this file."
            )
        return content, "content"
    if given is not None:
        return given, "--year"
    if (year := year_in_name(raw.path.stem, single_year=single_year)) is not None:
        return year, "file name"
    if (year := year_in_name(raw.path.parent.name, single_year=single_year)) is not None:
        return year, "folder name"
    raise FileRefused(
        f"{raw.label}: nothing in the file or in its name tells the academic year. Give it with "
        f"--year {raw.label}=2022/23 (the year that the figures are about)."
    )


def year_in_name(name: str, *, single_year: Literal["start", "end"]) -> AcademicYear | None:
    """Find an academic year in a file or folder name; ``2018_2019``, ``201819`` and ``2018`` are known.

    Examples
    --------
    >>> year_in_name("england_2018_2019_reduced", single_year="end")
    AcademicYear(2018/19)
    >>> year_in_name("2018-936-ks2", single_year="start")
    AcademicYear(2018/19)
    """
    for match in _SPAN.finditer(Path(name).name):
        try:
            return AcademicYear.parse(f"{match[1]}/{match[2]}")
        except ValueError:
            continue
    if match := _SINGLE.search(name):
        year = int(match[1])
        return AcademicYear(year) if single_year == "start" else AcademicYear.ending(year)
    return None
