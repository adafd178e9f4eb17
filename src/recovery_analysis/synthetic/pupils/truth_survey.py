"""Parameters of the surveys: four classes of experience, and how each answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

#: Order of the class shares and of the probabilities in ``ITEMS``.
CLASSES = ("settled", "without support", "alone and worried", "far from school")

# fmt: off
#: Probability of an answer that the reported share counts (the hard side), by class.
ITEMS: dict[str, tuple[float, float, float, float]] = {
    "learn_alone":     (0.10, 0.88, 0.25, 0.80),
    "routine":         (0.06, 0.82, 0.18, 0.85),
    "work_done":       (0.05, 0.70, 0.12, 0.90),
    "help_home":       (0.05, 0.90, 0.12, 0.22),
    "quiet_place":     (0.08, 0.85, 0.15, 0.18),
    "worried":         (0.08, 0.22, 0.90, 0.20),
    "lonely":          (0.08, 0.20, 0.88, 0.30),
    "active":          (0.20, 0.45, 0.45, 0.50),
    "teacher_contact": (0.10, 0.25, 0.30, 0.88),
    "live_lessons":    (0.30, 0.45, 0.35, 0.70),
    "glad_return":     (0.06, 0.12, 0.75, 0.85),
    "feels_safe":      (0.05, 0.10, 0.80, 0.20),
}
#: The same for staff, who are of one class.
STAFF_ITEMS: dict[str, float] = {
    "staff_confident_online": 0.38,
    "staff_confident_gaps":   0.29,
    "staff_training":         0.45,
    "staff_workload":         0.55,
    "staff_support":          0.18,
    "staff_absent":           0.14,
}
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyTruth:
    """Surveys of September 2020.

    Parameters
    ----------
    shares
        Shares of the four classes (order of ``CLASSES``) by group.
    school_log_sd
        Scatter between schools of the log of each class share, before shares are made to add to one.
    items, staff_items
        Probability of a counted answer by class, and for staff.
    staff_school_sd
        Scatter between schools of the staff probabilities on the logit scale.
    first_level_share
        Of counted answers, those at the very end of the scale; of the others, the first above the middle.
    middle_share
        Of answers that are not counted, those at "neither" or its like.
    response
        Mean share who answer: pupils, families, staff; ``response_sd`` scatters it between schools.
    disadvantaged_response
        Response of disadvantaged pupils and their families relative to others.
    family_same_class
        Families that answer as their child's class does; the rest draw a class afresh.
    staff_per_pupil
        Staff for each pupil on roll.
    answered
        First day of answering; two weeks are given.
    blank_share
        Single answers left blank.
    """

    shares: Mapping[str, tuple[float, float, float, float]] = field(
        default_factory=lambda: MappingProxyType(
            {"other": (0.52, 0.14, 0.20, 0.14), "disadvantaged": (0.28, 0.34, 0.17, 0.21)}
        )
    )
    school_log_sd: float = 0.25
    items: Mapping[str, tuple[float, float, float, float]] = field(
        default_factory=lambda: MappingProxyType(dict(ITEMS))
    )
    staff_items: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(dict(STAFF_ITEMS))
    )
    staff_school_sd: float = 0.30
    first_level_share: float = 0.40
    middle_share: float = 0.25
    response: tuple[float, float, float] = (0.62, 0.34, 0.58)
    response_sd: float = 0.10
    disadvantaged_response: float = 0.90
    family_same_class: float = 0.80
    staff_per_pupil: float = 0.10
    answered: str = "2020-09-21"
    blank_share: float = 0.01
