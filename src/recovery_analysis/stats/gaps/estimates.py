"""What a gap, its change and its path look like, whichever table they come from."""

from dataclasses import dataclass
from typing import Literal

from numpy.typing import ArrayLike

from recovery_analysis.errors import RecoveryError
from recovery_analysis.stats.design import Floats

#: CR2 with Satterthwaite degrees of freedom, or drawing whole schools by weights.
Inference = Literal["CR2", "bootstrap"]

#: Under this many Satterthwaite degrees of freedom no interval is given.
FEWEST_DF = 3.0
#: A gap and the means beside it may differ by this share of their size.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class GapEstimate:
    """Other pupils' mean minus disadvantaged pupils' mean, every pupil counting once.

    ``low`` and ``high`` (95%) are None where they can not be trusted and ``why_no_interval`` then says
    why; ``se`` and ``df`` are None where the schools can not give them at all. From school means only
    schools with both groups count, and ``n_schools_left_out`` are the others; from pupils' scores nobody
    is left out. The means are in the gap's unit (for the gap index, mean ranks from 0 to 20).
    ``inference`` says where the interval comes from.
    """

    gap: float
    se: float | None
    low: float | None
    high: float | None
    df: float | None
    why_no_interval: str | None
    mean_disadvantaged: float
    mean_other: float
    n_pupils_disadvantaged: float
    n_pupils_other: float
    n_schools: int
    n_schools_left_out: int
    inference: Inference = "CR2"

    def __post_init__(self) -> None:
        size = max(1.0, abs(self.mean_other), abs(self.mean_disadvantaged))
        if abs(self.gap - (self.mean_other - self.mean_disadvantaged)) > ROUNDING * size:
            raise RecoveryError("a gap must equal the difference of the two means it stands beside")


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChange:
    """How far the gap moved in the same schools; positive when it widened.

    ``before`` and ``after`` rest on the paired schools only, so that ``change == after.gap -
    before.gap``. The interval of the change comes from the change itself, not from the two intervals.
    """

    change: float
    se: float | None
    low: float | None
    high: float | None
    df: float | None
    why_no_interval: str | None
    before: GapEstimate
    after: GapEstimate
    n_schools: int
    n_schools_left_out: int

    def __post_init__(self) -> None:
        size = max(1.0, abs(self.before.mean_other), abs(self.after.mean_other))
        if abs(self.change - (self.after.gap - self.before.gap)) > ROUNDING * size:
            raise RecoveryError("a change of gap must equal the gap after minus the gap before")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapPath:
    """The gap at several times in the same schools, with the covariance of the gaps.

    ``df`` is the smallest of the steps from one time to the next. ``covariance`` is None where it can not be
    trusted, and ``why_no_covariance`` then says why.
    """

    gaps: tuple[GapEstimate, ...]
    covariance: Floats | None
    df: float | None
    why_no_covariance: str | None
    n_schools: int
    n_schools_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupMeans:
    """One year's means and counts of pupils, one place for each school; NaN where not published."""

    mean_disadvantaged: ArrayLike
    mean_other: ArrayLike
    n_disadvantaged: ArrayLike
    n_other: ArrayLike
