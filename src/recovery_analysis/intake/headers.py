"""Vendors' headers: one field under many spellings, found by one table of normalised names.

The same field is ``ScaledScore``, ``Scaled Score`` or ``Scaled score `` in three exports. Names are compared
without byte-order mark, blanks of any kind and punctuation, in one case. A file under other names is given
these by a mapping, at the door (``intake.mapping``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.records import numbered

#: Our name of a field, and its normalised spellings, the preferred one first.
Aliases = Mapping[str, tuple[str, ...]]

_PASSWORDS = frozenset({"password", "passwords", "studentpassword", "userpassword"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCells:
    """A file's records under our names of the fields; the repr shows no cell."""

    label: str
    frame: pd.DataFrame = field(repr=False)
    columns: Mapping[str, str]

    def has(self, name: str) -> bool:
        """Say whether the file has a column for the field."""
        return name in self.columns

    def text(self, name: str) -> pd.Series:
        """Give the trimmed cells of a field under the file's own column name; blanks where it has none."""
        if name not in self.columns:
            return pd.Series("", index=self.frame.index, dtype="str", name=name)
        return self.frame[self.columns[name]].astype("str").str.strip()

    def are_blank(self) -> pd.Series:
        """Say which records have nothing in any of the fields."""
        blank = pd.Series(True, index=self.frame.index)
        for name in self.columns:
            blank &= self.text(name).eq("")
        return blank

    def kept(self, keep: pd.Series) -> "NamedCells":
        """Give the records where ``keep`` is true."""
        if keep.all():
            return self
        return NamedCells(label=self.label, frame=self.frame[keep], columns=self.columns)

    def written(self, names: Iterable[str]) -> str:
        """Name the file's columns of these fields, for messages."""
        return ", ".join(self.columns[name] for name in names if name in self.columns)


def normal_header(name: str) -> str:
    r"""Write a header in one way: letters and digits only, one case.

    Examples
    --------
    >>> normal_header("\ufeffScaled\u00a0Score"), normal_header("Activity Completed Date (UTC)")
    ('scaledscore', 'activitycompleteddateutc')
    """
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def normal_headers(raw: RawFile) -> frozenset[str]:
    """Give a file's column names, written in one way."""
    return frozenset(map(normal_header, raw.columns))


def has_field(names: frozenset[str], aliases: Aliases, *fields: str) -> bool:
    """Say whether a file with these normalised names has at least one of the fields."""
    return any(not names.isdisjoint(aliases[name]) for name in fields)


def find_columns(raw: RawFile, aliases: Aliases) -> dict[str, str]:
    """Find the file's column of each field; fields without one are left out.

    Raises
    ------
    FileRefused
        Two columns are two spellings of one name.
    """
    written: dict[str, str] = {}
    wanted = {name for names in aliases.values() for name in names}
    for column in raw.columns:
        name = normal_header(column)
        if name in wanted and name in written:
            raise FileRefused(
                f"{raw.label}: row 1: the columns {written[name]!r} and {column!r} are one name in two "
                "spellings; expected each column once. Remove the wrong one or download the file again."
            )
        written[name] = column
    return {
        name: next(written[spelling] for spelling in spellings if spelling in written)
        for name, spellings in aliases.items()
        if any(spelling in written for spelling in spellings)
    }


def named_cells(table: RawTable, aliases: Aliases) -> NamedCells:
    """Give a file's records under our names of the fields.

    Raises
    ------
    FileRefused
        As for ``find_columns``, or the file has no record.
    """
    return NamedCells(
        label=table.raw.label,
        frame=numbered(table),
        columns=find_columns(table.raw, aliases),
    )


def columns_in_file_order(raw: RawFile, aliases: Aliases) -> list[str]:
    """Give the columns of a file that hold a field, in the file's order."""
    found = set(find_columns(raw, aliases).values())
    return [column for column in raw.columns if column in found]


def refuse_passwords(raw: RawFile) -> None:
    """Refuse a file with a column of passwords by its header alone: no reader may get at its rows.

    Raises
    ------
    FileRefused
        A column is named as one of passwords.
    """
    if normal_headers(raw) & _PASSWORDS:
        raise FileRefused(
            f"{raw.label}: row 1: the file has a column of passwords, so it is a list for importing users, not "
            "an export of use; none of its rows was read. Delete the file, and export the usage report."
        )
