"""The store's manifest: one small file that names every part; replacing it is the commit."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recovery_analysis.errors import StoreError

#: Raised by one whenever a canonical table changes shape; an older store is refused, never guessed at.
SCHEMA_VERSION = 2

MANIFEST_NAME = "store.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One raw file in the store: what it was, the account of its rows, and its parts by table.

    ``is_own_data``: the file is a trust's or school's own, no publication. ``school_refs``: the schools that
    such a file has rows of, where its rows name one.
    """

    sha256: str
    label: str
    kind: str
    title: str
    publisher: str
    licence: str
    academic_year: str
    year_from: str
    rows_read: int
    dropped: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    parts: dict[str, int]
    is_own_data: bool = False
    school_refs: tuple[str, ...] = ()

    @property
    def part_stem(self) -> str:
        """File stem of this record's parquet parts."""
        return self.sha256[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All files of a store, in the order in which they were read.

    ``pupil_key_check`` tells under which key the store's persons are hashed (empty while it holds none); the
    key itself is never here.
    """

    files: tuple[FileRecord, ...] = ()
    pupil_key_check: str = ""

    @property
    def part_paths(self) -> tuple[tuple[str, str], ...]:
        """Table and file stem of every parquet part that the manifest points to."""
        return tuple((table, record.part_stem) for record in self.files for table in record.parts)

    def to_text(self) -> str:
        """Give the JSON text of the manifest."""
        body = {
            "schema_version": SCHEMA_VERSION,
            "pupil_key_check": self.pupil_key_check,
            "files": [asdict(record) for record in self.files],
        }
        return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Read a store's manifest.

    Raises
    ------
    StoreError
        There is no store, the manifest is damaged, or another schema version wrote it.
    """
    path = folder / MANIFEST_NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(
            f"{folder}: there is no store here (no {MANIFEST_NAME}). Make one with: recovery ingest FILES "
            f"--store {folder}"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise _damaged(path) from None
    except OSError as error:
        raise StoreError(
            f"{path}: can not be read ({error.strerror}). Check the folder that --store names and its "
            "permissions."
        ) from None
    version = body.get("schema_version") if isinstance(body, dict) else None
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{folder}: this store has schema version {version}; this library reads version "
            f"{SCHEMA_VERSION}. Run recovery ingest again into a new folder: a store is made from raw files "
            "only."
        )
    try:
        return Manifest(
            files=tuple(_record(item) for item in body["files"]),
            pupil_key_check=str(body["pupil_key_check"]),
        )
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None


def _damaged(path: Path) -> StoreError:
    return StoreError(
        f"{path}: the manifest is damaged. Delete the folder and run recovery ingest again: a store is "
        "made from raw files only."
    )


def _record(item: dict[str, Any]) -> FileRecord:
    return FileRecord(
        **{
            **item,
            "dropped": tuple((rows, reason) for rows, reason in item["dropped"]),
            "notes": tuple(item["notes"]),
            "school_refs": tuple(item["school_refs"]),
        }
    )
