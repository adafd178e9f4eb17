"""Academic years and the fixed dates of the pandemic in England's schools."""

import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Self

#: Schools in England closed to most pupils on this day.
CLOSURE = date(2020, 3, 20)

_SHAPES = (
    re.compile(r"^(?P<start>\d{4})[/_ -](?P<end>\d{4})$"),
    re.compile(r"^(?P<start>\d{4})[/_ -]?(?P<short>\d{2})$"),
)


@total_ordering
@dataclass(frozen=True, slots=True)
class AcademicYear:
    """September to August; printed ``2018/19``.

    Parameters
    ----------
    start
        Calendar year in which the academic year starts, 1990 to 2100.

    Examples
    --------
    >>> AcademicYear.parse("201819")
    AcademicYear(2018/19)
    >>> str(AcademicYear.ending(2019))
    '2018/19'
    """

    start: int

    def __post_init__(self) -> None:
        if not 1990 <= self.start <= 2100:
            raise ValueError(f"an academic year starts between 1990 and 2100, not {self.start}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2018/19``, ``2018-2019``, ``2018_19`` or ``201819``; anything else is a ValueError."""
        for shape in _SHAPES:
            if match := shape.match(text.strip()):
                start = int(match["start"])
                found = match.groupdict()
                end = int(found["end"]) % 100 if found.get("end") else int(found["short"])
                if end == (start + 1) % 100:
                    return cls(start)
        raise ValueError(f"expected an academic year such as 2018/19, got {text!r}")

    @classmethod
    def ending(cls, year: int) -> Self:
        """Give the academic year that ends in calendar year ``year``."""
        return cls(year - 1)

    @classmethod
    def of(cls, day: date) -> Self:
        """Give the academic year (1 September to 31 August) that holds ``day``."""
        return cls(day.year if day.month >= 9 else day.year - 1)

    @property
    def end(self) -> int:
        """Calendar year in which the academic year ends."""
        return self.start + 1

    def __str__(self) -> str:
        return f"{self.start}/{self.end % 100:02d}"

    def __repr__(self) -> str:
        return f"AcademicYear({self})"

    def __lt__(self, other: "AcademicYear") -> bool:
        return self.start < other.start


#: Summers with no key stage 2 tests, and with teacher-assessed grades instead of GCSE exams.
DISRUPTED_YEARS = (AcademicYear(2019), AcademicYear(2020))
