"""The atom of every result: a number with its doubt, its basis and its reason when it is not there."""

import math
from dataclasses import dataclass
from typing import Literal

#: ``published``: as a publisher prints it; ``computed``: by this library from lower-level rows.
Basis = Literal["published", "computed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number.

    Parameters
    ----------
    value
        In ``unit``; None when there is a ``missing_reason``.
    low, high
        Ends of the 95% interval; None when there is none, and then ``why_no_interval`` says why.
    unit
        percent, percentage points, points, scaled score points, index points, months, standard deviations,
        pupils, respondents, schools, minutes, days, quizzes or lessons.
    decimals
        Places that the source's precision supports.
    n_pupils, n_schools
        Pupils and schools behind the number; None when the source does not say.
    n_smallest
        Pupils in the smallest group behind the number: what small-number rules look at.
    basis
        ``published`` or ``computed``.
    method
        One phrase: how the number and its interval were made.
    sources
        Names of the publications (series) behind it.
    missing_reason
        A :class:`~recovery_analysis.words.missing.MissingReason` value when there is no number.
    note
        Anything a reader must know beside it, in plain words.
    """

    value: float | None
    unit: str
    decimals: int
    basis: Basis
    method: str
    sources: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    why_no_interval: str = ""
    n_pupils: int | None = None
    n_schools: int | None = None
    n_smallest: int | None = None
    missing_reason: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != (self.missing_reason is not None):
            raise ValueError(
                "an estimate has a value or a missing_reason, not both and not neither"
            )
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{name} of an estimate must be finite or None")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has both ends or none")

    @property
    def is_there(self) -> bool:
        """Say whether there is a number."""
        return self.value is not None

    def __repr__(self) -> str:
        return f"Estimate({self.basis}, {self.unit}, {'value' if self.is_there else self.missing_reason})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """A total and the parts that add up to it, such as pupils by school.

    The disclosure gate looks at the parts together: where one hidden part could be worked out from the total
    and the others, it hides another one too.
    """

    total: Estimate
    parts: tuple[Estimate, ...]


def missing(
    reason: str,
    *,
    unit: str,
    decimals: int = 0,
    method: str = "not available",
    sources: tuple[str, ...] = (),
    note: str = "",
) -> Estimate:
    """Give the estimate that says why there is no number."""
    return Estimate(
        value=None,
        unit=unit,
        decimals=decimals,
        basis="published",
        method=method,
        sources=sources,
        missing_reason=reason,
        note=note,
    )
