"""Released results to what a leader sees: figures, tables, sentences, findings."""

from recovery_analysis.exhibit import (
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
