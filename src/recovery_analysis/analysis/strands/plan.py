"""The curriculum plan: when a strand was taught, what rests on it, how it stood nationally."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import pandas as pd

from recovery_analysis.words.pupils import YES

ANY_SCHOOL = "any"
_CORE_SUBJECTS = (
    "reading",
    "writing",
    "english",
    "language",
    "phonics",
    "early_literacy",
    "early literacy",
)
_CORE_STRANDS = ("number", "calculation", "place value", "addition", "multiplication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a plan says of one strand; None where it says nothing."""

    taught_on: date | None = None
    dependents_n: int | None = None
    is_core: bool | None = None
    exam_board: str = ""
    national_pct: float | None = None
    series: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Plans by subject and strand, then by school and year group."""

    rows: dict[tuple[str, str], dict[tuple[str, int], Planned]]

    def of(
        self, subject: str, strand: str, year_group: int, school_id: str = ANY_SCHOOL
    ) -> Planned:
        """Give the plan of a school, else of any: of the year group, else of the nearest one before it."""
        there = self.rows.get((_key(subject), _key(strand)), {})
        for school in dict.fromkeys((school_id, ANY_SCHOOL)):
            years = [year for found, year in there if found == school and year <= year_group]
            if years:
                return there[school, max(years)]
        return self._usual(there, year_group) if school_id == ANY_SCHOOL else Planned()

    @staticmethod
    def _usual(there: dict[tuple[str, int], Planned], year_group: int) -> Planned:
        """Give the schools' plan that ends teaching in the middle of all of them, where none is for any."""
        years = [year for _, year in there if year <= year_group]
        found = [plan for (_, year), plan in there.items() if years and year == max(years)]
        if not found:
            return Planned()
        dated = sorted((p for p in found if p.taught_on), key=lambda p: p.taught_on or date.max)
        return (dated or found)[len(dated or found) // 2]


def read_plan(frame: pd.DataFrame) -> Plan:
    """Read the table of curriculum strands (``school_id`` is ``any`` for a plan of all schools)."""
    rows: dict[tuple[str, str], dict[tuple[str, int], Planned]] = defaultdict(dict)
    for row in frame.sort_values(["school_id", "year_group"]).to_dict("records"):
        taught, later, is_core = row["taught_on"], row["dependents_n"], row["is_core"]
        board, national = row["exam_board"], row["facility_before_pct"]
        found = Planned(
            taught_on=None if pd.isna(taught) else taught.date(),
            dependents_n=None if pd.isna(later) else int(later),
            is_core=None if pd.isna(is_core) else is_core == YES,
            exam_board="" if pd.isna(board) else str(board),
            national_pct=None if pd.isna(national) else float(national),
            series=str(row["series"]),
        )
        key = _key(row["subject"]), _key(row["strand"])
        rows[key][str(row["school_id"]), int(row["year_group"])] = found
    return Plan(rows=dict(rows))


def core(subject: str, strand: str, planned: Planned) -> bool:
    """Say whether a strand is core language or number: as the plan says, else by its name.

    Examples
    --------
    >>> core("reading", "Inference", Planned()), core("maths", "Geometry", Planned())
    (True, False)
    """
    if planned.is_core is not None:
        return planned.is_core
    name = _key(strand)
    return _key(subject) in _CORE_SUBJECTS or any(word in name for word in _CORE_STRANDS)


def _key(text: object) -> str:
    return " ".join(str(text).lower().split())
