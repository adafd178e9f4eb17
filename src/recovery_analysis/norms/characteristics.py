"""What pupil lists say of a pupil at a test: disadvantaged, special educational needs, first language."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recovery_analysis.words.pupils import NO, YES

#: Bits of a pupil's flags, in the order of PUPIL_GROUPS: 1, 2, 4 for yes and 8, 16, 32 for not known.
GROUPS = ("disadvantaged", "sen", "eal")
_UNKNOWN = len(GROUPS)
UNLISTED = sum(1 << place << _UNKNOWN for place in range(len(GROUPS)))

Flags = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lists:
    """Rows of pupil lists, sorted by pupil and year (the calendar year in which the academic year starts)."""

    pupil: NDArray[np.integer]
    year: NDArray[np.integer]
    flags: Flags


def flags_of(frame: pd.DataFrame) -> Flags:
    """Read the flags from rows of the table ``pupils``."""
    sen = frame["sen_status"]
    known = {
        "disadvantaged": (frame["disadvantaged"].eq(YES), frame["disadvantaged"].eq(NO)),
        "sen": (sen.notna() & sen.ne("none"), sen.eq("none")),
        "eal": (frame["eal"].eq(YES), frame["eal"].eq(NO)),
    }
    flags = np.zeros(len(frame), np.uint8)
    for place, group in enumerate(GROUPS):
        yes, no = (part.fillna(value=False).to_numpy(np.bool_) for part in known[group])
        flags |= yes.astype(np.uint8) << np.uint8(place)
        flags |= (~yes & ~no).astype(np.uint8) << np.uint8(place + _UNKNOWN)
    return flags


def lists_of(pupil: NDArray[np.integer], year: NDArray[np.integer], flags: Flags) -> Lists:
    """Sort rows and keep one a pupil and year: where two schools list a pupil, a known yes is believed."""
    order = np.lexsort((-flags.astype(np.int16), year, pupil))
    pupil, year, flags = pupil[order], year[order], flags[order]
    first = np.ones(len(pupil), np.bool_)
    first[1:] = (pupil[1:] != pupil[:-1]) | (year[1:] != year[:-1])
    starts = np.flatnonzero(first)
    if not len(starts):
        return Lists(pupil=pupil, year=year, flags=flags)
    yes = np.bitwise_or.reduceat(flags, starts) & np.uint8(2**_UNKNOWN - 1)
    unknown = np.bitwise_and.reduceat(flags, starts) & np.uint8(UNLISTED)
    return Lists(pupil=pupil[starts], year=year[starts], flags=yes | unknown)


def flags_at(lists: Lists, pupil: NDArray[np.integer], year: NDArray[np.integer]) -> Flags:
    """Give the flags of pupils in years: from the last list up to that year, else the first after it.

    A pupil whom no list names has every characteristic unknown.
    """
    flags = np.full(len(pupil), UNLISTED, np.uint8)
    if not len(lists.pupil) or not len(pupil):
        return flags
    known, place = np.unique(lists.pupil, return_inverse=True)
    listed = place.astype(np.int64) * 4096 + lists.year
    own = np.minimum(np.searchsorted(known, pupil), len(known) - 1)
    is_known = known[own] == pupil
    wanted = own.astype(np.int64) * 4096 + year
    found = np.searchsorted(listed, wanted, side="right") - 1
    found = np.where((found >= 0) & (place[found] == own), found, found + 1)
    flags[is_known] = lists.flags[found[is_known]]
    return flags


def is_in(flags: Flags, group: str) -> NDArray[np.bool_]:
    """Say who is in a group."""
    return (flags >> np.uint8(GROUPS.index(group)) & 1).astype(np.bool_)


def is_unknown(flags: Flags, group: str) -> NDArray[np.bool_]:
    """Say of whom it is not known whether they are in a group."""
    return (flags >> np.uint8(GROUPS.index(group) + _UNKNOWN) & 1).astype(np.bool_)


def design(days: NDArray[np.integer], flags: Flags) -> NDArray[np.float64]:
    """Give the columns of an expectation: ones, days, the three groups, whether anything is unknown."""
    groups = [is_in(flags, group) for group in GROUPS]
    return np.column_stack([np.ones(len(days)), days, *groups, flags >= 2**_UNKNOWN]).astype(
        np.float64
    )
