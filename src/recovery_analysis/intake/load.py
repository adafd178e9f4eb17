"""The door of this room: a path in, validated canonical tables and an account of the rows out."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recovery_analysis.intake.raw_file import RawFile, inspect, read_cells
from recovery_analysis.intake.reader import Reading, Source
from recovery_analysis.intake.recognise import recognise
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """One file, read in full and checked: what it is, its tables and the account of its rows."""

    raw: RawFile
    source: Source
    reading: Reading
    tables: dict[str, pd.DataFrame]


def load_file(path: Path, *, year: AcademicYear | None = None) -> LoadedFile:
    """Read one raw file into validated tables.

    Parameters
    ----------
    path
        The file.
    year
        Academic year that the user gives for a file that does not tell it.

    Raises
    ------
    NotRecognised
        No reader knows the columns.
    FileRefused, ConflictingData
        The file can not be read in full: file, column, row and the fix.
    """
    raw = inspect(path)
    reader = recognise(raw)
    reading = reader.read(read_cells(raw), year)
    tables = {
        name: validate(TABLES[name], frame, label=raw.label)
        for name, frame in reading.tables.items()
        if len(frame)
    }
    return LoadedFile(raw=raw, source=reader.source, reading=reading, tables=tables)
