"""Put raw files into a store: all of them or none, and never two different values for one key."""

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recovery_analysis.errors import (
    ConflictingData,
    DataError,
    LockHeld,
    NotRecognised,
    ParameterError,
)
from recovery_analysis.intake.load import LoadedFile, load_file
from recovery_analysis.intake.mapping import FileMapping, refuse_unused
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.schema import ROW, Table
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.store.atomic import folder_lock, write_bytes, write_text
from recovery_analysis.store.manifest import (
    MANIFEST_NAME,
    FileRecord,
    Manifest,
    read_manifest,
)
from recovery_analysis.store.store import part_path, read_part
from recovery_analysis.words.periods import AcademicYear

#: Endings that may hold data; other files in a folder (notes, JSON) are not looked at.
DATA_SUFFIXES = (".csv", ".xlsx", ".parquet", ".xml")


#: Rows that a reader of the store can skip at a time.
_ROWS_A_GROUP = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What came of one ingest: records added, files already held, files in folders that no reader knows."""

    added: tuple[FileRecord, ...]
    already_held: tuple[str, ...]
    not_recognised: tuple[str, ...]


def ingest(
    paths: Sequence[Path],
    *,
    store: Path,
    year: AcademicYear | None = None,
    years: Mapping[str, AcademicYear] | None = None,
    replace_earlier: bool = False,
    pupil_key: PupilKey | None = None,
    mappings: Sequence[FileMapping] = (),
    on_file: Callable[[str], None] = lambda label: None,
) -> IngestReport:
    """Read raw files and add them to a store; on any error the store is as it was.

    Parameters
    ----------
    paths
        Files, or folders to walk. A file named itself must be recognised; in a folder, files that no
        reader knows are listed and left out.
    store
        Folder of the store; made when it is not there.
    year, years
        Academic year for files that do not tell it: for all of them, or by file name.
    replace_earlier
        Where a file gives other values for keys of an earlier file of the same kind and academic year, drop
        the earlier file instead of refusing the new one; files of other areas stay.
    pupil_key
        Key under which identifiers of persons are hashed. One store, one key.
    mappings
        What the user says of files whose columns no reader knows; each must be of a file given.
    on_file
        Called with each file's name before it is read.

    Raises
    ------
    DataError
        One or more files were refused: all their messages, one a line.
    WriteFailed
        The store could not be written.
    LockHeld
        Another run writes to the store, or wrote to it while the files were read.
    ParameterError
        A year or a mapping is for none of the files, or the key is another than the store's.
    """
    named, walked = _expand(paths)
    _check_years(years or {}, named + walked)
    current = read_manifest(store) if (store / MANIFEST_NAME).exists() else Manifest()
    _refuse_other_key(store, current, pupil_key)
    held = {record.sha256 for record in current.files}

    def load(path: Path) -> LoadedFile:
        on_file(path.name)
        file = load_file(
            path,
            year=(years or {}).get(path.name, year),
            pupil_key=pupil_key,
            mappings=mappings,
        )
        _refuse_other_mapping(file, current)
        # Of a file that the store holds only its name is needed.
        return replace(file, tables={}) if file.raw.sha256 in held else file

    files, unknown = _load_all(named, walked, load)
    refuse_unused(mappings, [file.mapping for file in files])
    loaded, already = _without_held(files, held)
    kept = _without_replaced(store, current, loaded, already) if replace_earlier else current
    _refuse_conflicts(store, kept, loaded)
    records = tuple(_record(file) for file in loaded)
    if records:
        _write(store, current, kept, loaded, records, pupil_key)
    return IngestReport(added=records, already_held=tuple(already), not_recognised=tuple(unknown))


def _load_all(
    named: list[Path], walked: list[Path], load: Callable[[Path], LoadedFile]
) -> tuple[list[LoadedFile], list[str]]:
    """Load every file; give them, and the names of those in folders that no reader knows.

    Raises
    ------
    DataError
        One or more files were refused: all their messages, one a line.
    """
    files: list[LoadedFile] = []
    unknown: list[str] = []
    refused: list[DataError] = []
    for path in named + walked:
        try:
            files.append(load(path))
        except NotRecognised as error:
            if path in named:
                refused.append(error)
            else:
                unknown.append(path.name)
        except DataError as error:
            refused.append(error)
    if refused:
        raise _all_of(refused)
    return files, unknown


def _without_held(files: list[LoadedFile], held: set[str]) -> tuple[list[LoadedFile], list[str]]:
    """Give the files that are new, each content once, and the names of the others."""
    seen = set(held)
    loaded: list[LoadedFile] = []
    already: list[str] = []
    for file in files:
        if file.raw.sha256 in seen:
            already.append(file.raw.label)
        else:
            seen.add(file.raw.sha256)
            loaded.append(file)
    return loaded, already


def _refuse_other_mapping(file: LoadedFile, current: Manifest) -> None:
    """Refuse a file that the store holds as read with another mapping: it would stay as it was read then."""
    held = next((record for record in current.files if record.sha256 == file.raw.sha256), None)
    if held is None or file.mapping is None or file.mapping.is_told_in(held.notes):
        return
    raise ConflictingData(
        f"{file.raw.label}: the store holds this file as it was read with another mapping, or with none. Make the "
        f"store anew from all raw files to read it with {file.mapping.label}. The store is as it was."
    )


def _refuse_other_key(store: Path, current: Manifest, key: PupilKey | None) -> None:
    """Refuse a second key: the same pupil would become two."""
    if key is not None and current.pupil_key_check not in ("", key.check):
        raise ParameterError(
            f"{store}: this store's pupils are hashed under another key than the one given. Give the key that "
            "the store was made with, or make a new store from all raw files."
        )


def _key_check(loaded: list[LoadedFile], key: PupilKey | None) -> str:
    """Give the key's check value once a file with identifiers of persons is in the store."""
    has_persons = any(TABLES[name].pseudonyms for file in loaded for name in file.tables)
    return key.check if key is not None and has_persons else ""


def _expand(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    named: list[Path] = []
    walked: list[Path] = []
    for path in paths:
        if path.is_dir():
            walked += sorted(
                found
                for found in path.rglob("*")
                if found.is_file() and found.suffix.lower() in DATA_SUFFIXES
            )
        else:
            named.append(path)
    return named, [path for path in walked if path not in named]


def _check_years(years: Mapping[str, AcademicYear], paths: list[Path]) -> None:
    names = {path.name for path in paths}
    for label in years:
        if label not in names:
            raise ParameterError(
                f"--year {label}=...: no file of that name is among those given. Expected one of: "
                f"{', '.join(sorted(names)[:10])}."
            )


def _all_of(errors: list[DataError]) -> DataError:
    if len(errors) == 1:
        return errors[0]
    lines = "\n".join(f"- {error}" for error in errors)
    return DataError(f"{len(errors)} files were refused and nothing was loaded:\n{lines}")


def _without_replaced(
    store: Path, current: Manifest, loaded: list[LoadedFile], given: list[str]
) -> Manifest:
    """Drop earlier files that a loaded one revises; a file given again in the same call is not dropped."""
    kept = tuple(
        record
        for record in current.files
        if record.label in given or not any(_revises(store, file, record) for file in loaded)
    )
    return replace(current, files=kept)


def _revises(store: Path, file: LoadedFile, record: FileRecord) -> bool:
    """Say whether a file is of the same kind and year as an earlier one and has a key of it."""
    same = (file.source.kind, file.reading.academic_year) == (record.kind, record.academic_year)
    return same and any(
        _share_a_key(TABLES[name], frame, read_part(store, name, record))
        for name, frame in file.tables.items()
        if name in record.parts
    )


def _share_a_key(table: Table, new: pd.DataFrame, old: pd.DataFrame) -> bool:
    key = list(table.key)
    return bool(len(new[key].merge(old[key], on=key, how="inner")))


def _refuse_conflicts(store: Path, current: Manifest, loaded: list[LoadedFile]) -> None:
    for name, table in TABLES.items():
        frames = [
            file.tables[name].assign(**{"_label": file.raw.label})
            for file in loaded
            if name in file.tables
        ]
        if not frames:
            continue
        kinds = {file.source.kind for file in loaded if name in file.tables}
        frames = [
            read_part(store, name, record).assign(**{"_label": record.label})
            for record in current.files
            if name in record.parts and record.kind in kinds
        ] + frames
        _refuse_conflict(table, pd.concat(frames, ignore_index=True))


def _refuse_conflict(table: Table, frame: pd.DataFrame) -> None:
    key = list(table.key)
    shared = frame[frame.duplicated(subset=key, keep=False)]
    distinct = shared.drop_duplicates(subset=table.names)
    clash = distinct[distinct.duplicated(subset=key, keep=False)].sort_values(key)
    if clash.empty:
        return
    first = clash.head(2)
    places = " and ".join(
        f"row {row} of {label}" for row, label in zip(first[ROW], first["_label"], strict=True)
    )
    others = [name for name in table.names if name not in key]
    differing = [name for name in others if first[name].nunique(dropna=False) > 1]
    raise ConflictingData(
        f"{' and '.join(sorted(clash['_label'].unique()))}: {clash.drop_duplicates(key).shape[0]} keys of "
        f"the table '{table.name}' carry different values; first: {places} differ in "
        f"{', '.join(differing)}. If the newer file revises the older, run the same command with --replace; "
        "else leave one of the files out. The store is as it was."
    )


def _record(file: LoadedFile) -> FileRecord:
    return FileRecord(
        sha256=file.raw.sha256,
        label=file.raw.label,
        kind=file.source.kind,
        title=file.source.title,
        publisher=file.source.publisher,
        licence=file.source.licence,
        academic_year=file.reading.academic_year,
        year_from=file.reading.year_from,
        rows_read=file.reading.rows_read,
        dropped=tuple((item.rows, item.reason) for item in file.reading.dropped),
        notes=file.reading.notes,
        parts={name: len(frame) for name, frame in file.tables.items()},
        is_own_data=any(TABLES[name].is_own_data for name in file.tables),
        school_refs=_school_refs(file),
    )


def _school_refs(file: LoadedFile) -> tuple[str, ...]:
    named = {
        ref
        for frame in file.tables.values()
        if "school_ref" in frame
        for ref in frame["school_ref"].unique()
    }
    return tuple(sorted(named - {"any"}))


def _write(
    store: Path,
    current: Manifest,
    kept: Manifest,
    loaded: list[LoadedFile],
    records: tuple[FileRecord, ...],
    pupil_key: PupilKey | None,
) -> None:
    """Write new parts, then the manifest (the commit), then take away the parts of replaced files."""
    written: list[Path] = []
    with folder_lock(store):
        _refuse_if_changed(store, current)
        try:
            for file, record in zip(loaded, records, strict=True):
                for name, frame in file.tables.items():
                    path = part_path(store, name, record.part_stem)
                    if not path.exists():
                        write_bytes(path, _parquet(frame))
                        written.append(path)
            manifest = Manifest(
                files=kept.files + records,
                pupil_key_check=current.pupil_key_check or _key_check(loaded, pupil_key),
            )
            write_text(store / MANIFEST_NAME, manifest.to_text())
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        for table, stem in set(current.part_paths) - set(manifest.part_paths):
            # The manifest no longer names this part: left behind it costs room and nothing else.
            with suppress(OSError):
                part_path(store, table, stem).unlink(missing_ok=True)


def _refuse_if_changed(store: Path, current: Manifest) -> None:
    """Refuse to write over what another run has added since this one read the manifest."""
    stands = read_manifest(store) if (store / MANIFEST_NAME).exists() else Manifest()
    if stands != current:
        raise LockHeld(
            f"{store}: another run wrote to this store while the files were read. Run the command again: "
            "nothing was written."
        )


def _parquet(frame: pd.DataFrame) -> bytes:
    if "school_ref" in frame:
        # Rows of a school lie together, so that a community's slice skips all other row groups.
        frame = frame.sort_values(["school_ref", ROW], kind="stable")
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd", row_group_size=_ROWS_A_GROUP)
    return buffer.getvalue()
