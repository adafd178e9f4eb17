"""One file a question: validated data in, one frozen result out."""

from recovery_analysis.analysis import (
    association,
    attendance,
    barriers,
    community,
    experience,
    gap,
    induction,
    method,
    participation,
    platform_use,
    staff,
    strands,
    trajectory,
)

__all__ = [
    "association",
    "attendance",
    "barriers",
    "community",
    "experience",
    "gap",
    "induction",
    "method",
    "participation",
    "platform_use",
    "staff",
    "strands",
    "trajectory",
]
