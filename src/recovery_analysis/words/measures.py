"""The closed list of what a report can be about: name, words, unit, direction and bounds."""

from dataclasses import dataclass
from typing import Literal

from recovery_analysis.words.periods import DISRUPTED_YEARS, AcademicYear

Unit = Literal["percent", "points", "scaled score points", "index points"]
Group = Literal["all", "disadvantaged", "other"]

#: How each group is written for a reader. "Other" is every pupil who is not disadvantaged.
GROUP_WORDS: dict[str, str] = {
    "all": "all pupils",
    "disadvantaged": "disadvantaged pupils",
    "other": "other pupils",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing that is measured, the same name in files, code and reports.

    ``gap_sign`` is +1 where a higher value is better (gap = other minus disadvantaged) and -1 where
    lower is better (absence: gap = disadvantaged minus other): a gap is positive when disadvantaged
    pupils are worse off, always. ``decimals`` is the publisher's own precision.
    """

    name: str
    title: str
    stage: Literal["ks2", "ks4", "school"]
    unit: Unit
    low: float
    high: float
    decimals: int
    gap_sign: Literal[1, -1] = 1
    is_published_gap: bool = False

    def was_measured(self, year: AcademicYear) -> bool:
        """Say whether national tests or exams stand behind this measure in ``year``.

        KS2 tests and GCSE exams were not held in summer 2020 and 2021; GCSE grades of those years are
        teachers' assessments, so they are shown in tables with that note and never drawn as measured.
        """
        return self.stage == "school" or year not in DISRUPTED_YEARS


def _scaled(subject: str, title: str) -> Measure:
    return Measure(
        name=f"ks2_{subject}_scaled_score",
        title=f"Key stage 2 {title} scaled score",
        stage="ks2",
        unit="scaled score points",
        low=80,
        high=120,
        decimals=0,
    )


def _ks2_progress(subject: str) -> Measure:
    return Measure(
        name=f"ks2_{subject}_progress",
        title=f"Key stage 2 {subject} progress score",
        stage="ks2",
        unit="points",
        low=-60,
        high=60,
        decimals=1,
    )


_ALL = (
    Measure(
        name="ks2_rwm_expected_pct",
        title="Key stage 2 reading, writing and maths at the expected standard",
        stage="ks2",
        unit="percent",
        low=0,
        high=100,
        decimals=0,
    ),
    _scaled("reading", "reading"),
    _scaled("maths", "maths"),
    _scaled("gps", "grammar, punctuation and spelling"),
    _ks2_progress("reading"),
    _ks2_progress("writing"),
    _ks2_progress("maths"),
    Measure(
        name="attainment8",
        title="Attainment 8 score",
        stage="ks4",
        unit="points",
        low=0,
        high=90,
        decimals=1,
    ),
    Measure(
        name="progress8",
        title="Progress 8 score",
        stage="ks4",
        unit="points",
        low=-9,
        high=9,
        decimals=2,
    ),
    Measure(
        name="ks2_gap_index",
        title="Disadvantage gap index at key stage 2",
        stage="ks2",
        unit="index points",
        low=-10,
        high=10,
        decimals=2,
        is_published_gap=True,
    ),
    Measure(
        name="ks4_gap_index",
        title="Disadvantage gap index at key stage 4",
        stage="ks4",
        unit="index points",
        low=-10,
        high=10,
        decimals=2,
        is_published_gap=True,
    ),
    Measure(
        name="overall_absence_pct",
        title="Sessions missed",
        stage="school",
        unit="percent",
        low=0,
        high=100,
        decimals=1,
        gap_sign=-1,
    ),
    Measure(
        name="persistent_absence_pct",
        title="Pupils missing 10% or more of sessions",
        stage="school",
        unit="percent",
        low=0,
        high=100,
        decimals=1,
        gap_sign=-1,
    ),
    Measure(
        name="fsm_pct",
        title="Pupils eligible for free school meals now",
        stage="school",
        unit="percent",
        low=0,
        high=100,
        decimals=1,
        gap_sign=-1,
    ),
    Measure(
        name="fsm6_pct",
        title="Pupils eligible for free school meals in the last six years",
        stage="school",
        unit="percent",
        low=0,
        high=100,
        decimals=1,
        gap_sign=-1,
    ),
    Measure(
        name="ks4_disadvantaged_pct",
        title="Key stage 4 pupils who are disadvantaged",
        stage="school",
        unit="percent",
        low=0,
        high=100,
        decimals=0,
        gap_sign=-1,
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}

#: Measures whose gap the reports show, in the order in which they show them.
GAP_MEASURES = tuple(
    measure.name
    for measure in _ALL
    if measure.stage in ("ks2", "ks4") and not measure.is_published_gap
)
