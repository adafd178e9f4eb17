"""A mapping as a file that a person reads and edits: TOML with a line of help above each part."""

import json
import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recovery_analysis.errors import ParameterError
from recovery_analysis.intake.headers import normal_header
from recovery_analysis.intake.layouts import LAYOUTS
from recovery_analysis.intake.mapping import FileMapping
from recovery_analysis.intake.person_references import school_reference

_KEYS = ("layout", "unverified", "columns", "schools", "file")
_FILE_KEYS = ("header",)


def read_mapping(path: Path) -> FileMapping:
    """Read a mapping.

    Raises
    ------
    ParameterError
        The file is absent or not TOML; a key, layout or field is unknown; a field stands twice; or a school
        is given neither a URN nor an LA and establishment number.
    """
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ParameterError(f"{path}: no such file; check --mapping.") from None
    except OSError as error:
        raise ParameterError(
            f"{path}: can not be read ({error.strerror}); check --mapping."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The error's words may quote the file: only its kind is told.
        raise ParameterError(
            f'{path}: not a mapping in TOML. Each line is "column of the file" = "our field", both in quotation '
            "marks, and each column stands once. Make a new one with: recovery mapping FILE --save PATH"
        ) from None
    _refuse_unknown(path, "", body, _KEYS)
    layout = body.get("layout")
    if not isinstance(layout, str):
        raise ParameterError(f"{path}: layout is missing. Expected one of: {', '.join(LAYOUTS)}.")
    if layout not in LAYOUTS:
        raise ParameterError(
            f"{path}: layout: {layout!r} is no layout{_near(layout, LAYOUTS)}. Expected one of: "
            f"{', '.join(LAYOUTS)}."
        )
    unverified = body.get("unverified", True)
    if not isinstance(unverified, bool):
        raise ParameterError(
            f"{path}: unverified: expected true or false, without quotation marks."
        )
    columns = _texts(path, "columns", body.get("columns", {}))
    _refuse_unknown_fields(path, layout, columns)
    return FileMapping(
        label=path.name,
        layout=layout,
        header=_header(path, body, columns),
        columns=columns,
        schools=_schools(path, body),
        unverified=unverified,
    )


def mapping_text(
    mapping: FileMapping, *, sure: Mapping[str, str], unread: Collection[str], missing: str
) -> str:
    """Write a mapping as TOML with help for the person who completes it.

    Parameters
    ----------
    mapping
        The mapping.
    sure
        How sure each column's field is, in words.
    unread
        Columns that no field was found for; they are written as comments.
    missing
        Fields that the layout needs and no column was found for, in words; empty when none.
    """
    layout = LAYOUTS[mapping.layout]
    lines = [
        "# How to read a file whose column names are not known. Lines that start with # are help.",
        "# Use it with: recovery ingest FILE --mapping THIS-FILE",
        "",
        "# What kind of file it is.",
        f"layout = {_quoted(mapping.layout)}  # {layout.reader.source.title}",
        "",
        "# true until somebody has checked a few rows against the system's own report; then write false.",
        f"unverified = {'true' if mapping.unverified else 'false'}",
        "",
        "# Left the column of the file, right our field. Correct what is wrong.",
        "# A column without a line is not read.",
        "# Our fields: " + ", ".join(layout.aliases),
        *([f"# Still needed, no column was found: {missing}"] if missing else []),
        "[columns]",
        *(
            f"{_quoted(column)} = {_quoted(name)}  # {sure[column]}"
            for column, name in mapping.columns.items()
        ),
        "# Not read; take the # away and write our field to read one:",
        *(f'# {_quoted(column)} = ""' for column in unread),
        "",
        "# The file's own names or codes of schools: write each school's URN (six digits) or its LA and",
        "# establishment number (seven digits). Schools that the file names by these already need no line.",
        "[schools]",
        *(f"{_quoted(key)} = {_quoted(value)}" for key, value in mapping.schools.items()),
        "",
        "# The file's column names, by which it is known again. Leave this as it is.",
        "[file]",
        "header = [",
        *(f"  {_quoted(name)}," for name in sorted(mapping.header)),
        "]",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a TOML basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _near(text: str, known: Collection[str]) -> str:
    near = get_close_matches(text, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _refuse_unknown(
    path: Path, section: str, body: Mapping[str, Any], known: Collection[str]
) -> None:
    for name in body:
        if name not in known:
            raise ParameterError(
                f"{path}: unknown key {section}{name}{_near(name, known)}. Expected: {', '.join(known)}."
            )


def _texts(path: Path, section: str, body: object) -> dict[str, str]:
    if not isinstance(body, dict):
        raise ParameterError(f"{path}: {section}: expected a section [{section}].")
    wrong = [
        place for place, value in enumerate(body.values(), start=1) if not isinstance(value, str)
    ]
    if wrong:
        raise ParameterError(
            f"{path}: section [{section}], line {wrong[0]}: expected words in quotation marks right of the '='."
        )
    return {str(key): str(value).strip() for key, value in body.items()}


def _refuse_unknown_fields(path: Path, layout: str, columns: Mapping[str, str]) -> None:
    aliases = LAYOUTS[layout].aliases
    by_field: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for column, name in columns.items():
        if name not in aliases:
            raise ParameterError(
                f"{path}: column {column!r}: {name!r} is no field of {layout}{_near(name, aliases)}. Expected one "
                f"of: {', '.join(aliases)}."
            )
        if name in by_field:
            raise ParameterError(
                f"{path}: the columns {by_field[name]!r} and {column!r} are both given {name}. Leave one."
            )
        if (same := normal_header(column)) in by_name:
            raise ParameterError(
                f"{path}: the columns {by_name[same]!r} and {column!r} are one name in two spellings. Leave one."
            )
        by_field[name] = by_name[same] = column


def _header(path: Path, body: Mapping[str, Any], columns: Mapping[str, str]) -> frozenset[str]:
    """Give the names that the file is known by; those of the columns where nobody wrote any."""
    section = body.get("file", {})
    if not isinstance(section, dict):
        raise ParameterError(f"{path}: file: expected a section [file].")
    _refuse_unknown(path, "file.", section, _FILE_KEYS)
    names = section.get("header", list(columns))
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ParameterError(f"{path}: file.header: expected a list of column names.")
    return frozenset(map(normal_header, names)) - {""}


def _schools(path: Path, body: Mapping[str, Any]) -> dict[str, str]:
    """Give the schools that have been filled in."""
    schools = _texts(path, "schools", body.get("schools", {}))
    wrong = [
        place
        for place, value in enumerate(schools.values(), start=1)
        if value and school_reference(value) is None
    ]
    if wrong:
        raise ParameterError(
            f"{path}: section [schools]: {len(wrong)} schools are given neither a URN of six digits nor an LA and "
            f"establishment number of seven digits, first in its line {wrong[0]}. Correct them."
        )
    return {key: value for key, value in schools.items() if value}
