"""Read a store: tables from their parts, filtered while reading, repeats across files removed."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recovery_analysis.errors import StoreError
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.store.manifest import FileRecord, Manifest, read_manifest

PARTS_FOLDER = "parts"


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of validated tables; open it with :func:`open_store`."""

    folder: Path
    manifest: Manifest

    @property
    def fingerprint(self) -> str:
        """Hash of the raw files that the store was made from, whatever their order."""
        hashes = sorted(record.sha256 for record in self.manifest.files)
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    def files_of(self, kinds: Collection[str]) -> tuple[FileRecord, ...]:
        """Give the records of the files of some kinds (a kind is also the series of its rows)."""
        return tuple(record for record in self.manifest.files if record.kind in kinds)

    def table(self, name: str, **equals: str | Collection[str]) -> pd.DataFrame:
        """Read a canonical table.

        Parameters
        ----------
        name
            Name of the table.
        **equals
            Column = value, or column = collection of values: only these rows are read.

        Returns
        -------
        pandas.DataFrame
            The table's columns in order, one row a key; empty when no file of the store has the table.

        Raises
        ------
        StoreError
            A part is missing or damaged.
        """
        table = TABLES[name]
        frames = [
            self._part(name, record, table.names, equals)
            for record in self.manifest.files
            if name in record.parts
        ]
        if not frames:
            return table.arrange(pd.DataFrame(columns=pd.Index(table.names)))[table.names]
        joined = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        return joined.drop_duplicates(subset=list(table.key), ignore_index=True)

    def _part(
        self,
        name: str,
        record: FileRecord,
        columns: list[str],
        equals: dict[str, str | Collection[str]],
    ) -> pd.DataFrame:
        condition: pc.Expression | None = None
        for column, wanted in equals.items():
            values = [wanted] if isinstance(wanted, str) else list(wanted)
            clause = pc.field(column).isin(pa.array(values, type=pa.string()))
            condition = clause if condition is None else condition & clause
        return read_part(self.folder, name, record, columns=columns, condition=condition)


def read_part(
    folder: Path,
    table: str,
    record: FileRecord,
    *,
    columns: list[str] | None = None,
    condition: pc.Expression | None = None,
) -> pd.DataFrame:
    """Read one table's part of one raw file: some columns, and the rows that meet a condition.

    Raises
    ------
    StoreError
        The part is missing or damaged.
    """
    path = part_path(folder, table, record.part_stem)
    try:
        return pq.read_table(path, columns=columns, filters=condition).to_pandas()
    except (OSError, pa.ArrowException):
        raise StoreError(
            f"{path}: this part of the store is missing or damaged (it was made from {record.label}). "
            "Delete the store's folder and run recovery ingest again."
        ) from None


def part_path(folder: Path, table: str, stem: str) -> Path:
    """Give the place of one table's part of one raw file."""
    return folder / PARTS_FOLDER / table / f"{stem}.parquet"


def open_store(folder: str | Path) -> Store:
    """Open a store that ``recovery ingest`` made.

    Raises
    ------
    StoreError
        There is no store, it is damaged, or another schema version wrote it.
    """
    path = Path(folder)
    return Store(path, read_manifest(path))
