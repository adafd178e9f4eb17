"""Which school and which pupil a vendor's row is about, as text that the door turns into a keyed hash.

A pupil is ``upn:A123456789012`` where the file has a valid Unique Pupil Number, else
``local:<school>:<number>``, as two schools may give one number to two pupils. Where a file has both, an
alias row says that they are one pupil. Check letter of a UPN: Department for Education, Unique pupil numbers:
guide for schools and local authorities (weights 2 to 13, remainder of 23, letters without I, O and S).
"""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.distinct import by_distinct
from recovery_analysis.intake.headers import Aliases, NamedCells
from recovery_analysis.intake.refusals import first_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.identifiers import is_valid

#: Where a vendor's file names a school, the most telling column first.
SCHOOL_FIELDS: Aliases = {
    "school_urn": ("urn", "schoolurn"),
    "school_state_id": ("schoolstateid", "laestab", "schoollaestab", "dfenumber"),
    "school_identifier": ("schoolidentifier",),
    "school_sourced_id": ("schoolsourcedid",),
    "school_local_id": ("schoollocalid", "schoolid"),
}

#: Where a vendor's file names a pupil; names, e-mails and births are not among them.
PUPIL_FIELDS: Aliases = {
    "upn": ("studentstateid", "upn", "studentupn", "pupilupn", "uniquepupilnumber"),
    "local_id": ("studentidentifier", "studentlocalid", "sisid", "studentid", "pupilid"),
    "vendor_id": ("studentrenaissanceid",),
    "client_id": ("renaissanceclientid", "clientid"),
}

_ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = rf"[{_ALPHABET}]\d{{11}}[\d{_ALPHABET}]"
_WEIGHTS = np.arange(2, 14)
_SIX_DIGITS = re.compile(r"^[1-9]\d{5}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilReferences:
    """The pupil of each row, which rows name none, further identifiers of the pupils, and notes."""

    pupil_id: pd.Series = field(repr=False)
    is_missing: pd.Series = field(repr=False)
    aliases: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()


def are_upns(cells: pd.Series) -> pd.Series:
    """Say which cells are Unique Pupil Numbers with the right check letter.

    Parameters
    ----------
    cells
        Trimmed text in capitals, one cell a row.

    Examples
    --------
    >>> import pandas as pd
    >>> are_upns(pd.Series(["A123456789012", "B123456789012", "1234"])).tolist()
    [True, False, False]
    """
    codes, distinct = pd.factorize(cells)
    texts = pd.Series(distinct, dtype="str")
    shaped = texts.str.fullmatch(_UPN).to_numpy(dtype=bool)
    valid = shaped.copy()
    if shaped.any():
        signs = np.array(texts[shaped].tolist(), dtype="S13").view(np.uint8).reshape(-1, 13)
        numbers = _sign_values()[signs]
        valid[shaped] = (numbers[:, 1:] @ _WEIGHTS) % len(_ALPHABET) == numbers[:, 0]
    return pd.Series(valid[codes], index=cells.index)


def _sign_values() -> np.ndarray:
    """Give each sign's number: a digit's own, a letter's place in the alphabet of the check letter."""
    values = np.zeros(128, dtype=np.int64)
    for place, letter in enumerate(_ALPHABET):
        values[ord(letter)] = place
    for digit in range(10):
        values[ord(str(digit))] = digit
    return values


def school_references(cells: NamedCells) -> pd.Series:
    """Give the school of each row: ``urn:`` or ``laestab:`` and the number.

    The first of the file's school columns counts that holds a URN (six digits) or an LA and establishment
    number (seven digits).

    Raises
    ------
    FileRefused
        The file has no school column, or a row names its school by something else.
    """
    present = [name for name in SCHOOL_FIELDS if cells.has(name)]
    found = pd.Series(None, index=cells.frame.index, dtype="str", name="school_ref")
    for name in present:
        found = found.fillna(by_distinct(cells.text(name), school_reference, dtype="str"))
    unknown = found.isna()
    if unknown.any():
        columns = cells.written(present) or "none of " + ", ".join(SCHOOL_FIELDS)
        raise FileRefused(
            f"{cells.label}: columns of the school ({columns}): {int(unknown.sum())} rows hold neither a URN "
            "of six digits nor an LA and establishment number of seven digits, first in rows "
            f"{first_rows(unknown)}. Say which URN each school identifier of the file is in a mapping "
            "(recovery mapping FILE, section [schools])."
        )
    return found


def school_reference(text: str) -> str | None:
    """Give the reference that a school's identifier stands for, or none.

    Examples
    --------
    >>> school_reference("123456"), school_reference("936/4508"), school_reference("the big one")
    ('urn:123456', 'laestab:9364508', None)
    """
    number = text.removeprefix("urn:").removeprefix("laestab:").removesuffix(".0").replace("/", "")
    if _SIX_DIGITS.match(number):
        return f"urn:{number}"
    return f"laestab:{number}" if is_valid("laestab", number) else None


def vendor_references(cells: NamedCells) -> pd.Series:
    """Give the pupil's number with the vendor, one number over all schools of a client; blank where none."""
    vendor, client = cells.text("vendor_id"), cells.text("client_id")
    return ("local:renaissance:" + client + ":" + vendor).mask(vendor.eq(""), "")


def pupil_references(
    cells: NamedCells, *, school_ref: pd.Series | None, series: str
) -> PupilReferences:
    """Give the pupil of each row: by UPN, else by the number in the school, else with the vendor.

    Parameters
    ----------
    cells
        The file's records.
    school_ref
        The school of each row; None for a file that names no school, where a local number says nothing.
    series
        Kind of file, for the alias rows.
    """
    state = cells.text("upn").str.upper()
    number = cells.text("local_id")
    is_upn, is_upn_too = are_upns(state), are_upns(number.str.upper())
    upn = ("upn:" + state.where(is_upn, number.str.upper())).mask(~(is_upn | is_upn_too), "")
    number = number.mask(is_upn_too, "")
    vendor = vendor_references(cells)
    local = pd.Series("", index=state.index, dtype="str")
    if school_ref is not None:
        # A state number that is no UPN is the school's own, used where there is no other.
        own = number.mask(number.eq("") & upn.eq("") & vendor.eq(""), state)
        local = ("local:" + school_ref + ":" + own).mask(own.eq(""), "")
    pupil = upn.mask(upn.eq(""), local)
    pupil = pupil.mask(pupil.eq(""), vendor).rename("pupil_id")
    failing = state.str.fullmatch(_UPN) & ~is_upn
    return PupilReferences(
        pupil_id=pupil,
        is_missing=pupil.eq(""),
        aliases=_aliases(
            pupil, (local, vendor), school_ref=school_ref, rows=cells.frame[ROW], series=series
        ),
        notes=_wrong_letters(cells, int(failing.sum())),
    )


def refuse_missing_pupils(cells: NamedCells, references: PupilReferences) -> None:
    """Refuse a file in which a row names no pupil.

    Raises
    ------
    FileRefused
        A row has neither a UPN nor a local number.
    """
    if references.is_missing.any():
        columns = cells.written(PUPIL_FIELDS) or "none was found"
        raise FileRefused(
            f"{cells.label}: columns of the pupil ({columns}): {int(references.is_missing.sum())} rows hold "
            f"neither a UPN nor a local number, first in rows {first_rows(references.is_missing)}. Export "
            "the file again with the pupils' numbers."
        )


def _aliases(
    pupil: pd.Series,
    others: tuple[pd.Series, ...],
    *,
    school_ref: pd.Series | None,
    rows: pd.Series,
    series: str,
) -> pd.DataFrame:
    """Pair each pupil's further identifiers, once a school; none where the file names no school."""
    common = {"pupil_id": pupil, "school_ref": school_ref, "series": series, ROW: rows}
    if school_ref is None:
        return pd.DataFrame(columns=["alias_id", *common])
    pairs = [
        pd.DataFrame({**common, "alias_id": other})[other.ne("") & other.ne(pupil)].drop_duplicates(
            ["pupil_id", "alias_id", "school_ref"]
        )
        for other in others
    ]
    return pd.concat(pairs, ignore_index=True)


def _wrong_letters(cells: NamedCells, count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (
        f"{count} rows of the column {cells.columns['upn']} have the shape of a UPN but a wrong check "
        "letter: these pupils are known by their local number instead",
    )
