"""Parameters of what schools took up: practices with a known effect, and initiatives under way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeTruth:
    """One practice and what it does.

    Parameters
    ----------
    name
        As in the register.
    subject
        Star subject that it can move.
    starts
        Days on which schools take it up, in turn.
    school_share
        Schools with a register that take it up.
    effect_sd
        Mean effect on the scores of all pupils of the school, SD.
    between_sd
        SD of the effect between schools.
    only_above_share
        Works only where at least this share of pupils is disadvantaged; 0 is everywhere.
    lag_days
        Days from the start until tests show it.
    staff_hours, cost_pounds
        A year.
    """

    name: str
    subject: str
    starts: tuple[str, ...]
    school_share: float
    effect_sd: float
    between_sd: float
    only_above_share: float = 0.0
    lag_days: int = 90
    staff_hours: float = 120.0
    cost_pounds: float = 1500.0


_STARTS = ("2020-11-02", "2021-01-04", "2021-06-07")

PRACTICES = (
    PracticeTruth(
        name="Daily talk about books",
        subject="reading",
        starts=_STARTS,
        school_share=0.45,
        effect_sd=0.10,
        between_sd=0.03,
        staff_hours=160,
        cost_pounds=2200,
    ),
    PracticeTruth(
        name="Homework club",
        subject="maths",
        starts=_STARTS,
        school_share=0.45,
        effect_sd=0.0,
        between_sd=0.0,
        staff_hours=190,
        cost_pounds=900,
    ),
    PracticeTruth(
        name="Number in small groups",
        subject="maths",
        starts=_STARTS,
        school_share=0.50,
        effect_sd=0.16,
        between_sd=0.03,
        only_above_share=0.29,
        staff_hours=240,
        cost_pounds=5400,
    ),
)

#: Initiative, hours of staff, pounds, measure that it is to move, target (low, high), what it depends on.
INITIATIVES: tuple[tuple[str, float, float, str, tuple[float, float], str], ...] = (
    ("Reading at home", 80, 600, "Star reading against expectation", (0.0, 10.0), ""),
    ("Tutoring in mathematics", 320, 9800, "Star mathematics against expectation", (0.0, 12.0), ""),
    ("Return visits", 60, 300, "Attendance", (94.0, 97.0), ""),
    ("One plan for each subject", 210, 1200, "Facility of strands", (2.0, 6.0), "Shared papers"),
    ("Shared papers", 90, 400, "Facility of strands", (0.0, 4.0), ""),
)
