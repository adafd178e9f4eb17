"""What a user says of a file whose headers no reader knows, and how it is given to the reader, at the door.

A mapping renames the file's columns to spellings that the reader of its layout knows and replaces identifiers
of schools. A column that the mapping does not list is not read under any field.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from recovery_analysis.errors import FileRefused, ParameterError
from recovery_analysis.intake.distinct import by_distinct
from recovery_analysis.intake.headers import normal_header, normal_headers, refuse_passwords
from recovery_analysis.intake.layouts import LAYOUTS, Layout, OneOf
from recovery_analysis.intake.person_references import SCHOOL_FIELDS, school_reference
from recovery_analysis.intake.raw_file import RawFile, RawTable, read_cells

#: Share of a mapping's header that a file must have to be the same export with other columns, or a changed one.
_SAME_EXPORT = 0.8
_MEANT = 0.5


@dataclass(frozen=True, kw_only=True)
class FileMapping:
    """A file's layout, and its own names of our fields and of the schools.

    Parameters
    ----------
    label
        Name of the mapping's own file, for messages.
    layout
        One of ``LAYOUTS``.
    header
        The normalised names of all columns of the file that it was made for, by which such a file is known.
    columns
        Our field for each column of the file, by the column's name as the file writes it.
    schools
        URN or LA and establishment number for each identifier of a school in the file.
    unverified
        Whether nobody has yet checked the columns against the vendor's own report.
    """

    label: str
    layout: str
    header: frozenset[str]
    columns: Mapping[str, str]
    schools: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    unverified: bool = True

    @cached_property
    def fields(self) -> dict[str, str]:
        """Give our field for each normalised name of a column."""
        return {normal_header(column): name for column, name in self.columns.items()}

    def gone(self, raw: RawFile) -> list[str]:
        """Give the mapping's columns that a file does not have."""
        names = normal_headers(raw)
        return [column for column in self.columns if normal_header(column) not in names]

    def likeness(self, raw: RawFile) -> float:
        """Give the share of the mapping's header that a file has."""
        return len(self.header & normal_headers(raw)) / max(len(self.header), 1)

    def applies_to(self, raw: RawFile) -> bool:
        """Say whether a file is the export that the mapping was made for; further columns do no harm."""
        return not self.gone(raw) and self.likeness(raw) >= _SAME_EXPORT

    @cached_property
    def check(self) -> str:
        """Give a short value that differs between mappings which read a file differently."""
        told = [self.layout, *sorted(self.fields.items()), *sorted(self.schools.items())]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:8]

    def is_told_in(self, notes: Sequence[str]) -> bool:
        """Say whether a reading's notes name this mapping."""
        return any(f"({self.check})" in note for note in notes)

    def note(self) -> str:
        """Give the words that a reading carries of its mapping."""
        words = f"read with the mapping {self.label} ({self.check}) as {self.layout}"
        if self.unverified:
            words += (
                ": headers unverified, check a few rows against the system's own report and then write "
                "unverified = false into the mapping"
            )
        return words


def choose_mapping(raw: RawFile, mappings: Sequence[FileMapping]) -> FileMapping | None:
    """Give the mapping that was made for a file, or none.

    Raises
    ------
    FileRefused
        The file looks like one that a mapping was made for, but columns of the mapping are gone.
    ParameterError
        Two mappings were made for it.
    """
    fitting = [mapping for mapping in mappings if mapping.applies_to(raw)]
    exact = [mapping for mapping in fitting if mapping.header == normal_headers(raw) - {""}]
    fitting = exact or fitting
    if len(fitting) > 1:
        raise ParameterError(
            f"--mapping: {' and '.join(mapping.label for mapping in fitting)} were both made for the columns of "
            f"{raw.label}. Give one of them."
        )
    if fitting:
        return fitting[0]
    for mapping in mappings:
        if mapping.likeness(raw) >= _MEANT and (gone := mapping.gone(raw)):
            raise FileRefused(
                f"{raw.label}: the header has changed since the mapping {mapping.label} was made: "
                f"{len(gone)} of its columns are gone: {', '.join(map(repr, gone))}. Export the file as before, "
                f"or make the mapping again: recovery mapping FILE --layout {mapping.layout}"
            )
    return None


def mapped_file(raw: RawFile, mapping: FileMapping) -> RawFile:
    """Give the file with its columns under names that the reader of the mapping's layout knows.

    Raises
    ------
    FileRefused
        The file holds passwords, two of its columns are one column of the mapping, or a field that the layout
        needs has no column.
    """
    refuse_passwords(raw)
    layout = LAYOUTS[mapping.layout]
    missing = missing_fields(layout, mapping)
    if missing:
        raise FileRefused(
            f"{raw.label}: the mapping {mapping.label} gives no column for {words_of_needed(missing)}, which the "
            f"layout {layout.name} needs. Add the columns to its section [columns]."
        )
    seen: dict[str, str] = {}
    for column in raw.columns:
        name = normal_header(column)
        if name in mapping.fields and name in seen:
            raise FileRefused(
                f"{raw.label}: row 1: the columns {seen[name]!r} and {column!r} are one name in two spellings; "
                f"the mapping {mapping.label} can not tell which is meant. Remove the wrong one."
            )
        seen[name] = column
    return replace(raw, columns=tuple(_new_name(column, layout, mapping) for column in raw.columns))


def missing_fields(layout: Layout, mapping: FileMapping) -> list[OneOf]:
    """Give the groups of fields of which the layout needs one and the mapping has none."""
    found = set(mapping.columns.values())
    return [group for group in layout.needed if found.isdisjoint(group)]


def words_of_needed(groups: Sequence[OneOf]) -> str:
    """Write groups of fields in words.

    Examples
    --------
    >>> words_of_needed([("upn", "local_id"), ("device",)])
    'upn (or local_id), device'
    """
    return ", ".join(
        f"{first} (or {', '.join(others)})" if others else first for first, *others in groups
    )


def _new_name(column: str, layout: Layout, mapping: FileMapping) -> str:
    name = normal_header(column)
    meant = mapping.fields.get(name)
    if meant is not None:
        # A spelling that the reader knows stays, so that its messages name the file's own column.
        return column if name in layout.aliases[meant] else layout.spelling(meant)
    is_known = any(name in spellings for spellings in layout.aliases.values())
    return f"(not read) {column}" if is_known else column


def read_mapped_cells(raw: RawFile, renamed: RawFile, mapping: FileMapping) -> RawTable:
    """Read a file's cells under the mapped names, its identifiers of schools replaced.

    Parameters
    ----------
    raw, renamed
        The file, and the same with its columns renamed by ``mapped_file``.
    mapping
        The mapping.
    """
    reader = LAYOUTS[mapping.layout].reader
    own = dict(zip(renamed.columns, raw.columns, strict=True))
    wanted = [own[name] for name in reader.wanted(renamed)] if reader.wanted else None
    frame = read_cells(raw, wanted).frame
    new = dict(zip(raw.columns, renamed.columns, strict=True))
    frame = frame.rename(columns={name: new[name] for name in raw.columns if name.strip()})
    schools = {key.strip(): _number(value) for key, value in mapping.schools.items() if value}
    replaced = {
        new[column]: by_distinct(
            frame[new[column]].astype("str").str.strip(),
            lambda text: schools.get(text, text),
            dtype="str",
        )
        for column in raw.columns
        if schools and mapping.fields.get(normal_header(column)) in SCHOOL_FIELDS
    }
    return RawTable(raw=renamed, frame=frame.assign(**replaced))


def _number(school: str) -> str:
    return (school_reference(school) or "").partition(":")[2]


def own_names(message: str, raw: RawFile, renamed: RawFile) -> str:
    """Add to a refusal which columns of the file the renamed ones in it are."""
    told = [
        f"{new} is the column {old!r}"
        for new, old in zip(renamed.columns, raw.columns, strict=True)
        if new != old and new in message
    ]
    return f"{message} (In the file, {'; '.join(told)}.)" if told else message


def refuse_unused(mappings: Sequence[FileMapping], used: Sequence[FileMapping | None]) -> None:
    """Refuse mappings that fit no file.

    Raises
    ------
    ParameterError
        A mapping was given for nothing.
    """
    unused = [mapping.label for mapping in mappings if not any(mapping is item for item in used)]
    if unused:
        raise ParameterError(
            f"--mapping {', '.join(unused)}: no file given has the columns that it was made for. Nothing was "
            "loaded; check the files, or make the mapping again: recovery mapping FILE"
        )
