"""Which strand first: a rule on released numbers, so that a hidden number can not show in the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from recovery_analysis.analysis.strands.result import Strand

Status = Literal["behind", "ahead", "as-expected", "unknown"]

#: A shortfall or a lead smaller than this (percentage points) is as expected.
SMALLEST = 2.0
#: A year since teaching, and ten later units, each count double; more does not count more.
_MONTHS_TO_DOUBLE = 12
_DEPENDENTS_TO_DOUBLE = 10

_STATUS_ORDER = ("behind", "unknown", "as-expected", "ahead")

RULE = (
    "The order is how far below, in percentage points, times a factor from 1 to 2 for the months since the "
    "strand was taught (2 from 12 months on), times a factor from 1 to 2 for what rests on it (2 from 10 later "
    "units on, and for core language and number). What is not known counts as 1. The product only orders: it "
    "is not a measurement. Behind: the whole likely range is below, and the estimate by at least 2 percentage "
    "points. Ahead: the same above. As expected: the range lies within 2 percentage points of where it stood, or "
    "is all on one side with an estimate smaller than that. Not enough information: the range reaches both ways, "
    "so we cannot tell."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """The three factors of a strand's place in the order, and their product."""

    below: float
    time: float
    rests: float

    @property
    def product(self) -> float:
        """How far below times both factors."""
        return self.below * self.time * self.rests


def status(strand: Strand) -> Status:
    """Say how a strand stands, by :data:`RULE`."""
    value, low, high = strand.shortfall.value, strand.shortfall.low, strand.shortfall.high
    if value is None or low is None or high is None:
        return "unknown"
    if low > 0 or high < 0:
        if abs(value) < SMALLEST:
            return "as-expected"
        return "behind" if low > 0 else "ahead"
    return "as-expected" if low >= -SMALLEST and high <= SMALLEST else "unknown"


def factors(strand: Strand) -> Factors | None:
    """Give the factors of a strand that is behind; None for any other."""
    if status(strand) != "behind" or strand.shortfall.value is None:
        return None
    months = strand.months_since
    rests = 2.0 if strand.is_core else 1.0
    if strand.dependents_n is not None:
        rests = max(rests, 1 + min(strand.dependents_n / _DEPENDENTS_TO_DOUBLE, 1.0))
    return Factors(
        below=strand.shortfall.value,
        time=1.0 if months is None else 1 + min(max(months, 0) / _MONTHS_TO_DOUBLE, 1.0),
        rests=rests,
    )


def comes_first(strand: Strand, phase: str, baseline_date: date) -> bool:
    """Say whether a strand is of the first block: core in primary, taught before the closure in secondary."""
    if phase == "primary":
        return strand.is_core
    return strand.taught_on is not None and strand.taught_on <= baseline_date


def in_order(strands: Sequence[Strand], phase: str, baseline_date: date) -> tuple[Strand, ...]:
    """Order strands: the first block, then by status, by product, and by name.

    A strand whose teaching ended after the papers were sat comes last: it was not yet due.
    """

    def place(strand: Strand) -> tuple[bool, bool, int, float, str]:
        found = factors(strand)
        not_due = strand.months_since is not None and strand.months_since < 0
        return (
            not_due,
            not comes_first(strand, phase, baseline_date),
            _STATUS_ORDER.index(status(strand)),
            -found.product if found else 0.0,
            strand.name,
        )

    return tuple(sorted(strands, key=place))


def start_with(strands: Sequence[Strand], phase: str, baseline_date: date) -> tuple[str, ...]:
    """Give the names of up to three strands to start with: behind, already taught, in order."""
    due = [s for s in strands if s.months_since is None or s.months_since >= 0]
    behind = [s for s in due if status(s) == "behind"]
    return tuple(s.name for s in in_order(behind, phase, baseline_date)[:3])
