"""A straight line through yearly values: where it would have led, and when it gets back to a size."""

from recovery_analysis.stats.trend.line import (
    Line,
    OpenedSince,
    Projection,
    fit_line,
    opened_since,
    project,
)
from recovery_analysis.stats.trend.pacing import Pace, ShareMadeUp, pace, share_made_up

__all__ = [
    "Line",
    "OpenedSince",
    "Pace",
    "Projection",
    "ShareMadeUp",
    "fit_line",
    "opened_since",
    "pace",
    "project",
    "share_made_up",
]
