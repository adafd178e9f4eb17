"""Where every number comes from: the files that were read, row for row accounted."""

from dataclasses import dataclass

from recovery_analysis.community.slice import CommunityData
from recovery_analysis.store.manifest import FileRecord

#: Kinds of file that carry no evidence of their own.
_NO_EVIDENCE = ("variable_dictionary", "ees_metadata")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One raw file: publication, year, rows read, rows left out and why, its hash."""

    label: str
    title: str
    publisher: str
    licence: str
    academic_year: str
    year_from: str
    rows_read: int
    dropped: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    sha256: str
    is_used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSource:
    """Trusts' and schools' own files of one kind; names, rows and notes of a single file stay untold."""

    title: str
    publisher: str
    licence: str
    files_n: int
    academic_years: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """The sources behind a community's report; ``is_used`` marks those that a figure of it rests on."""

    sources: tuple[SourceRecord, ...]
    own: tuple[OwnSource, ...] = ()


def method_evidence(data: CommunityData) -> MethodResult:
    """List the raw files of the store, those that this community's figures rest on first."""
    used = set(data.school_measures["series"]) | set(data.published["series"])
    used |= {
        "gias_establishments",
        "gias_groups",
        "gias_group_links",
        "gias_links",
        "gias_urn_lookup",
        "la_list",
    }
    records = [
        SourceRecord(
            label=record.label,
            title=record.title,
            publisher=record.publisher,
            licence=record.licence,
            academic_year=record.academic_year,
            year_from=record.year_from,
            rows_read=record.rows_read,
            dropped=record.dropped,
            notes=record.notes,
            sha256=record.sha256,
            is_used=record.kind in used,
        )
        for record in data.files
        if record.kind not in _NO_EVIDENCE and not record.is_own_data
    ]
    return MethodResult(
        sources=tuple(sorted(records, key=lambda item: (not item.is_used, item.title, item.label))),
        own=_own_sources(data),
    )


def _own_sources(data: CommunityData) -> tuple[OwnSource, ...]:
    kinds: dict[str, list[FileRecord]] = {}
    for record in data.files:
        if record.is_own_data:
            kinds.setdefault(record.kind, []).append(record)
    return tuple(
        OwnSource(
            title=records[0].title,
            publisher=records[0].publisher,
            licence=records[0].licence,
            files_n=len(records),
            academic_years=", ".join(sorted({record.academic_year for record in records})),
        )
        for _, records in sorted(kinds.items())
    )
