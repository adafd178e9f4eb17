"""Identifiers as schools' own files carry them, all invented: UPNs, local numbers, names."""

from dataclasses import dataclass

import numpy as np

from recovery_analysis.synthetic.pupils.arrays import Flags
from recovery_analysis.synthetic.pupils.roll import Roll, changed_upn
from recovery_analysis.synthetic.pupils.truth import PupilTruth

#: Letters of a UPN's check letter, by the remainder of the weighted sum.
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_WEIGHTS = np.arange(2, 14)
#: First academic year in which a changed UPN is the new one.
UPN_CHANGE_YEAR = 2020
#: A word in every name, so that a name that gets through to anywhere is found.
CANARY = "Zzcanary"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Each pupil's identifiers as text: UPN now, UPN before (blank where it never changed), local number."""

    upn: list[str]
    former: list[str]
    local: list[str]
    changed: Flags

    def upn_in(self, pupil: int, year: int) -> str:
        """Give the UPN that a pupil has in an academic year."""
        if self.changed[pupil] and year < UPN_CHANGE_YEAR:
            return self.former[pupil]
        return self.upn[pupil]


def identify(truth: PupilTruth, roll: Roll) -> Identity:
    """Make up identifiers: two schools give the same local numbers to different pupils."""
    la = np.array([int(code) for code in roll.schools.la_codes])[roll.schools.la[roll.school]]
    order = np.argsort(roll.school, kind="stable")
    counts = np.bincount(roll.school, minlength=len(roll.schools.urn))
    within = np.empty(len(roll), dtype=np.int64)
    within[order] = np.arange(len(roll)) - np.repeat(np.cumsum(counts) - counts, counts)
    changed = changed_upn(truth, roll)
    before = upns(la, roll.number + 500_000_000)
    return Identity(
        upn=upns(la, roll.number),
        former=[old if new else "" for old, new in zip(before, changed.tolist(), strict=True)],
        local=[f"{number + 1001:06d}" for number in within.tolist()],
        changed=changed,
    )


def upns(la: np.ndarray, number: np.ndarray) -> list[str]:
    """Make Unique Pupil Numbers with the right check letter from an LA code and a number.

    Examples
    --------
    >>> upns(np.array([951]), np.array([7]))
    ['P951000000007']
    """
    digits = [
        f"{code:03d}{serial % 10**9:09d}"
        for code, serial in zip(la.tolist(), number.tolist(), strict=True)
    ]
    signs = np.array(digits, dtype="S12").view(np.uint8).reshape(-1, 12) - ord("0")
    check = (signs @ _WEIGHTS) % len(_LETTERS)
    return [_LETTERS[at] + text for at, text in zip(check.tolist(), digits, strict=True)]


def surname(number: int) -> str:
    """Give an invented surname that no real pupil has."""
    return f"{CANARY}{number % 89:02d}"
