"""Our thin layer on pandera: one declaration of a table gives its checks and its data dictionary."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW

ColumnType = Literal["text", "number", "date", "flag"]

#: Column that each reader keeps so that a message can say where in the raw file a row stood.
ROW = "raw_row"

_DTYPES: dict[ColumnType, Any] = {
    "text": "str",
    "number": "float64",
    "date": "datetime64[us]",
    "flag": "bool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name, what it is (with unit), type, whether blank is allowed, its checks.

    ``is_pseudonym`` columns hold identifiers of persons: intake hashes them with the trust's key on the way in.
    """

    name: str
    what: str
    kind: ColumnType = "text"
    nullable: bool = False
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    is_pseudonym: bool = False

    def to_pandera(self) -> pa.Column:
        """Give the pandera column that carries these checks."""
        checks: list[pa.Check] = []
        if self.pattern:
            checks.append(pa.Check.str_matches(self.pattern, name=f"has the form {self.pattern}"))
        if self.choices:
            checks.append(
                pa.Check.isin(list(self.choices), name=f"is one of {', '.join(self.choices)}")
            )
        if self.low is not None:
            checks.append(pa.Check.ge(self.low, name=f"is at least {self.low:g}"))
        if self.high is not None:
            checks.append(pa.Check.le(self.high, name=f"is at most {self.high:g}"))
        return pa.Column(_DTYPES[self.kind], checks=checks, nullable=self.nullable, coerce=False)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A canonical table: columns in order, the key that is unique, and rules over whole rows."""

    name: str
    what: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[tuple[str, Callable[[pd.DataFrame], pd.Series]], ...] = field(default=())

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """Give the pandera schema of all columns (types, ranges, row rules; no uniqueness)."""
        return pa.DataFrameSchema(
            {column.name: column.to_pandera() for column in self.columns}
            | {ROW: pa.Column("int64")},
            checks=[pa.Check(rule, name=name) for name, rule in self.rules],
            strict=True,
            name=self.name,
        )

    @property
    def names(self) -> list[str]:
        """Give the column names in order."""
        return [column.name for column in self.columns]

    @property
    def pseudonyms(self) -> list[str]:
        """Give the columns that identify persons."""
        return [column.name for column in self.columns if column.is_pseudonym]

    @property
    def is_own_data(self) -> bool:
        """Say whether the rows come from a trust's or school's own file, not from a publication."""
        return bool(self.pseudonyms) or "school_ref" in self.names

    def arrange(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Put columns in order, add absent nullable ones as null, and set each column's type.

        A column that is absent and not nullable is left out, so that ``validate`` names it.
        """
        out: dict[str, pd.Series] = {}
        for column in self.columns:
            if column.name in frame:
                values = frame[column.name]
            elif column.nullable:
                values = pd.Series(None, index=frame.index, dtype="object")
            else:
                continue
            out[column.name] = values.astype(_DTYPES[column.kind])
        out[ROW] = (
            frame[ROW].astype("int64")
            if ROW in frame
            else pd.Series(
                range(FIRST_RECORD_ROW, len(frame) + FIRST_RECORD_ROW), index=frame.index
            )
        )
        return pd.DataFrame(out).reset_index(drop=True)


def validate(table: Table, frame: pd.DataFrame, *, label: str) -> pd.DataFrame:
    """Check a frame against its table and give it back with typed columns, exact repeats removed.

    Parameters
    ----------
    table
        The declaration.
    frame
        Rows with the table's columns (any order; absent nullable ones are added) and ``raw_row``.
    label
        The raw file's name, for messages.

    Raises
    ------
    FileRefused
        A column is missing, of a wrong type or out of range: column, rule, count and first rows.
    ConflictingData
        The key stands twice with different values.
    """
    arranged = table.arrange(frame)
    try:
        table.schema.validate(arranged, lazy=True)
    except SchemaErrors as error:
        raise FileRefused(_explain(table, arranged, error, label)) from None
    repeated = arranged.duplicated(subset=list(table.key), keep=False)
    if not repeated.any():
        return arranged
    distinct = arranged.drop_duplicates(subset=table.names, keep="first")
    clash = distinct.duplicated(subset=list(table.key), keep=False)
    if clash.any():
        rows = ", ".join(str(row) for row in distinct.loc[clash, ROW].head(6))
        raise ConflictingData(
            f"{label}: {int(clash.sum())} rows share their key ({', '.join(table.key)}) but differ in "
            f"other columns: rows {rows}. Expected one row a key; remove the wrong ones or download the "
            "file again."
        )
    return distinct.reset_index(drop=True)


def _explain(table: Table, frame: pd.DataFrame, error: SchemaErrors, label: str) -> str:
    """Say every violation: column, rule, how many rows, the first row numbers; never a value."""
    cases = error.failure_cases
    # pandera reports a rule over whole rows once for each column; it is one failure of the row.
    whole_row = cases["check"].isin([name for name, _ in table.rules])
    cases = cases.assign(column=cases["column"].mask(whole_row, None)).drop_duplicates(
        ["column", "check", "index"]
    )
    lines = []
    for (column, check), found in cases.groupby(["column", "check"], dropna=False, sort=True):
        positions = found["index"].dropna()
        rows = frame[ROW].reindex(positions.astype("int64").unique()).dropna().astype("int64")
        where = f" in rows {', '.join(str(row) for row in rows.head(6))}" if len(rows) else ""
        name = f"column {column}" if isinstance(column, str) else "the row"
        lines.append(f"{name}: {_rule_words(str(check))} fails {max(len(rows), 1)} times{where}")
    return (
        f"{label}: {len(lines)} checks failed for the table '{table.name}': {'; '.join(lines)}. "
        "Correct the file or download it again; nothing was loaded."
    )


def _rule_words(check: str) -> str:
    if check == "not_nullable":
        return "'has a value'"
    if check == "column_in_dataframe":
        return "'the column is present'"
    return f"'{check}'"
