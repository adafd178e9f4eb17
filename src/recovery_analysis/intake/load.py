"""The door of this room: a path in, validated canonical tables and an account of the rows out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import RawFile, inspect, read_cells
from recovery_analysis.intake.reader import Reading, Source
from recovery_analysis.intake.recognise import recognise
from recovery_analysis.intake.schema import Table, validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """One file, read in full and checked: what it is, its tables and the account of its rows."""

    raw: RawFile
    source: Source
    reading: Reading
    tables: dict[str, pd.DataFrame]


def load_file(
    path: Path, *, year: AcademicYear | None = None, pupil_key: PupilKey | None = None
) -> LoadedFile:
    """Read one raw file into validated tables.

    Parameters
    ----------
    path
        The file.
    year
        Academic year that the user gives for a file that does not tell it.
    pupil_key
        Key under which identifiers of persons are hashed; needed for a file that has any.

    Raises
    ------
    NotRecognised
        No reader knows the columns.
    FileRefused, ConflictingData
        The file can not be read in full, or holds identifiers of persons and there is no key: file,
        column, row and the fix.
    """
    raw = inspect(path)
    reader = recognise(raw)
    cells = read_cells(raw, reader.wanted(raw) if reader.wanted else None)
    reading = reader.read(cells, year)
    tables = {
        name: validate(TABLES[name], frame, label=raw.label)
        for name, frame in _pseudonymised(reading.tables, pupil_key, raw.label).items()
    }
    # What the reader gave still holds identifiers: only its account of the rows goes on.
    return LoadedFile(
        raw=raw, source=reader.source, reading=replace(reading, tables={}), tables=tables
    )


def _pseudonymised(
    frames: Mapping[str, pd.DataFrame], key: PupilKey | None, label: str
) -> dict[str, pd.DataFrame]:
    """Hash every column that a table declares to identify persons."""
    hashed = {}
    for name, frame in frames.items():
        columns = [column for column in _pseudonym_columns(TABLES[name]) if column in frame]
        if not len(frame):
            continue
        if columns and key is None:
            raise FileRefused(
                f"{label}: the file holds identifiers of pupils or respondents, which are only kept as keyed "
                "hashes, and no key was given. Make a key once with: recovery key FILE (keep it away from the "
                "data), then give it with --pupil-key FILE or in RECOVERY_PUPIL_KEY_FILE."
            )
        hashed[name] = (
            frame.assign(**{column: key.pseudonyms(frame[column]) for column in columns})
            if key is not None and columns
            else frame
        )
    return hashed


def _pseudonym_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.is_pseudonym]
