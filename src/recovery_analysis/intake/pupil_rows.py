"""What every list that a school sends has: which school, which pupil, blank rows, lines of explanation.

A school's own file is no publisher's download: it carries empty rows, a line of explanation below the header
and columns in any order. Names, births and addresses in it are looked at only where a reader says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.headers import Aliases, NamedCells, named_cells
from recovery_analysis.intake.person_references import (
    pupil_references,
    refuse_missing_pupils,
    school_references,
)
from recovery_analysis.intake.raw_file import RawTable
from recovery_analysis.intake.reader import Reading, YearOrigin, dropped
from recovery_analysis.intake.records import without_repeats
from recovery_analysis.intake.refusals import first_rows, refuse_rows
from recovery_analysis.intake.schema import ROW

#: Where a school's own file names the school; the first column that holds a number of a school counts.
SCHOOL: Aliases = {
    "school_urn": ("urn", "schoolurn", "school", "schoolref"),
    "school_state_id": ("laestab", "schoollaestab", "dfenumber", "dfeno", "schooldfenumber"),
}

#: Where it names the pupil: the Unique Pupil Number, or the number in the school's own system.
PUPIL: Aliases = {
    "upn": ("upn", "pupilupn", "studentupn", "uniquepupilnumber", "currentupn", "pupil"),
    "local_id": (
        "localid",
        "misid",
        "admissionnumber",
        "admissionno",
        "admno",
        "adno",
        "pupilid",
        "studentid",
        "localpupilid",
        "pupilnumber",
    ),
}

YEAR: Aliases = {"academic_year": ("academicyear", "schoolyear", "acadyr")}

YEAR_GROUP: Aliases = {
    "year_group": (
        "yeargroup",
        "yearcode",
        "ncyearactual",
        "ncyear",
        "yeargroupcode",
        "nationalcurriculumyear",
        "year",
    )
}

BLANK_ROW = "a row without a value"
EXPLANATION = "a line of explanation (it starts with #)"
REPEAT = "an exact repeat of another row"

_WRITTEN_NAMES = {
    "upn": "upn (or local_id)",
    "local_id": "local_id",
    "school_urn": "urn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenList:
    """The records of a school's list, under our names; how many were left out; the repr shows no cell."""

    cells: NamedCells
    rows_read: int
    blank_rows: int
    explanations: int

    @property
    def rows(self) -> pd.Series:
        """Give each record's row in the file."""
        return self.cells.frame[ROW]

    def text(self, name: str) -> pd.Series:
        """Give the trimmed cells of a field; null where blank."""
        cells = self.cells.text(name)
        return cells.mask(cells.eq(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilRows:
    """Which school and which pupil each record of a list is about."""

    ids: pd.DataFrame = field(repr=False)
    aliases: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...]


def open_list(table: RawTable, aliases: Aliases, *, needed: tuple[str, ...]) -> OpenList:
    """Give a list's records without blank rows and lines of explanation.

    Raises
    ------
    FileRefused
        A needed column is not there, or no record is.
    """
    cells = named_cells(table, aliases)
    for name in needed:
        if not cells.has(name):
            raise FileRefused(
                f"{cells.label}: row 1: no column for {_WRITTEN_NAMES.get(name, name)}; expected one named "
                f"{_WRITTEN_NAMES.get(name, name)!r}. Add the column, filled in each row."
            )
    content = cells.frame.drop(columns=ROW)
    blank = pd.Series(True, index=content.index)
    for place in range(content.shape[1]):
        blank &= content.iloc[:, place].astype("str").str.strip().eq("")
    comment = content.iloc[:, 0].astype("str").str.startswith("#")
    if (blank | comment).all():
        raise FileRefused(
            f"{cells.label}: the file has a header and no records; expected at least one row below row 1. "
            "Export it again."
        )
    return OpenList(
        cells=cells.kept(~blank & ~comment),
        rows_read=len(content),
        blank_rows=int(blank.sum()),
        explanations=int((comment & ~blank).sum()),
    )


def filled_text(listed: OpenList, name: str) -> pd.Series:
    """Give the cells of a field that each record must have, blanks inside them made one.

    Words stay as written: one that looks like a spreadsheet's formula is words here, and is made harmless where
    a CSV file is written.

    Raises
    ------
    FileRefused
        A cell is blank.
    """
    cells = listed.cells.text(name)
    refuse_rows(
        cells.eq(""),
        label=listed.cells.label,
        column=cells.name,
        problem="nothing",
        fix="Each row needs a value in this column.",
    )
    return cells.str.replace(r"\s+", " ", regex=True)


def filled_dates(listed: OpenList, name: str, *, may_be_future: bool = False) -> pd.Series:
    """Give the days of a field that each record must have.

    Raises
    ------
    FileRefused
        A cell is blank, no date, or a date in the future where it states a past fact.
    """
    days = read_dates(
        listed.cells.text(name), label=listed.cells.label, may_be_future=may_be_future
    )
    refuse_rows(
        days.isna(),
        label=listed.cells.label,
        column=days.name,
        problem="no date",
        fix="Write the date into each row, day first (20/03/2020).",
    )
    return days


def schools_of(listed: OpenList) -> pd.Series:
    """Give the school of each record.

    Raises
    ------
    FileRefused
        The file has no column of schools, or a row names no school.
    """
    if not any(listed.cells.has(name) for name in SCHOOL):
        raise FileRefused(
            f"{listed.cells.label}: row 1: no column tells the school; expected one named 'urn' with the "
            "school's number of six digits. Add it, filled in each row."
        )
    return school_references(listed.cells)


def pupil_rows(listed: OpenList, *, series: str) -> PupilRows:
    """Give the school and the pupil of each record, and the pairs of identifiers that are one pupil.

    Raises
    ------
    FileRefused
        A row names no school or no pupil.
    """
    school_ref = schools_of(listed)
    references = pupil_references(listed.cells, school_ref=school_ref, series=series)
    refuse_missing_pupils(listed.cells, references)
    school_at = pd.Series(school_ref.to_numpy(), index=listed.rows)
    aliases = references.aliases
    return PupilRows(
        ids=pd.DataFrame(
            {
                "pupil_id": references.pupil_id,
                "school_ref": school_ref,
                "series": series,
                ROW: listed.rows,
            }
        ),
        aliases=aliases.assign(school_ref=aliases[ROW].map(school_at).astype("str")),
        notes=references.notes,
    )


def refuse_clashing_births(
    identifiers: tuple[pd.Series, ...], births: pd.Series, label: str
) -> None:
    """Refuse a file that gives one identifier two days of birth, at one school or over schools.

    Parameters
    ----------
    identifiers
        One or more identifiers of each record; blank or null where a record has none.
    births
        Day of birth of each record; null where not given. The index is the record number.

    Raises
    ------
    ConflictingData
        Rows share an identifier and differ in the day of birth; no value is named.
    """
    known = births.notna()
    for identifier in identifiers:
        told = pd.DataFrame({"identifier": identifier, "birth": births})[known]
        told = told[told["identifier"].notna() & told["identifier"].ne("")]
        distinct = told.drop_duplicates()
        clash = distinct["identifier"].duplicated(keep=False)
        if clash.any():
            raise ConflictingData(
                f"{label}: {int(clash.sum())} rows name the same pupil with different dates of birth "
                f"(column {births.name}), first in rows {first_rows(clash.sort_index())}. Either two pupils "
                "have been given one number or a date is wrong: correct the school's system and export again."
            )


def reading_of(
    listed: OpenList,
    tables: Mapping[str, pd.DataFrame],
    *,
    more_dropped: tuple[tuple[int, str], ...] = (),
    notes: tuple[str, ...] = (),
    academic_year: str = "not one year",
    year_from: YearOrigin = "content",
) -> Reading:
    """Give the reading of a list: exact repeats of the first table's rows left out, every record counted."""
    main = next(iter(tables))
    distinct, repeats = without_repeats(tables[main])
    return Reading(
        tables={**tables, main: distinct},
        rows_read=listed.rows_read,
        dropped=dropped(
            (listed.blank_rows, BLANK_ROW),
            (listed.explanations, EXPLANATION),
            *more_dropped,
            (repeats, REPEAT),
        ),
        notes=notes,
        academic_year=academic_year,
        year_from=year_from,
    )
