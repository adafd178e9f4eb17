"""Who misses school: published absence of all pupils, and weeks of attendance of the pupils themselves."""

from recovery_analysis.analysis.attendance.published import (
    AbsenceResult,
    AbsenceYear,
    absence_evidence,
)
from recovery_analysis.analysis.attendance.pupil_result import (
    GroupChange,
    PupilAttendance,
    ReturnResult,
    SchoolAttendance,
    TermRate,
)
from recovery_analysis.analysis.attendance.pupils import TABLES, pupil_attendance

__all__ = [
    "TABLES",
    "AbsenceResult",
    "AbsenceYear",
    "GroupChange",
    "PupilAttendance",
    "ReturnResult",
    "SchoolAttendance",
    "TermRate",
    "absence_evidence",
    "pupil_attendance",
]
