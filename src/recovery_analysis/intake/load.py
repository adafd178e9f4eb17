"""The door of this room: a path in, validated canonical tables and an account of the rows out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recovery_analysis.errors import DataError, FileRefused
from recovery_analysis.intake.layouts import LAYOUTS
from recovery_analysis.intake.mapping import (
    FileMapping,
    choose_mapping,
    mapped_file,
    own_names,
    read_mapped_cells,
)
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import RawFile, inspect, read_cells
from recovery_analysis.intake.reader import Reading, Source
from recovery_analysis.intake.recognise import recognise
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """One file, read in full and checked: what it is, its tables and the account of its rows.

    ``mapping`` is the one that it was read with, if any.
    """

    raw: RawFile
    source: Source
    reading: Reading
    tables: dict[str, pd.DataFrame]
    mapping: FileMapping | None = None


def load_file(
    path: Path,
    *,
    year: AcademicYear | None = None,
    pupil_key: PupilKey | None = None,
    mappings: Sequence[FileMapping] = (),
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
    mappings
        What the user says of files under other column names; the one made for this file is used.

    Raises
    ------
    NotRecognised
        No reader knows the columns.
    FileRefused, ConflictingData
        The file can not be read in full, or holds identifiers of persons and there is no key: file,
        column, row and the fix.
    ParameterError
        Two mappings were made for the file.
    """
    raw = inspect(path)
    mapping = choose_mapping(raw, mappings)
    reader = recognise(raw) if mapping is None else LAYOUTS[mapping.layout].reader
    if mapping is None:
        cells = read_cells(raw, reader.wanted(raw) if reader.wanted else None)
        reading = reader.read(cells, year)
    else:
        reading = _read_mapped(raw, mapping, year)
    tables = {
        name: validate(TABLES[name], frame, label=raw.label)
        for name, frame in _pseudonymised(reading.tables, pupil_key, raw.label).items()
    }
    # What the reader gave still holds identifiers: only its account of the rows goes on.
    return LoadedFile(
        raw=raw,
        source=reader.source,
        reading=replace(reading, tables={}),
        tables=tables,
        mapping=mapping,
    )


def _read_mapped(raw: RawFile, mapping: FileMapping, year: AcademicYear | None) -> Reading:
    """Read a file under the names that a mapping gives its columns; a refusal names the file's own."""
    renamed = mapped_file(raw, mapping)
    try:
        reading = LAYOUTS[mapping.layout].reader.read(
            read_mapped_cells(raw, renamed, mapping), year
        )
    except DataError as error:
        raise type(error)(own_names(str(error), raw, renamed)) from None
    return replace(reading, notes=(mapping.note(), *reading.notes))


def _pseudonymised(
    frames: Mapping[str, pd.DataFrame], key: PupilKey | None, label: str
) -> dict[str, pd.DataFrame]:
    """Hash every column that a table declares to identify persons."""
    hashed = {}
    for name, frame in frames.items():
        columns = [column for column in TABLES[name].pseudonyms if column in frame]
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
