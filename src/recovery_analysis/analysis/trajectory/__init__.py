"""Where pupils are against what was to be expected before the baseline date, and how that has moved."""

from recovery_analysis.analysis.trajectory.assemble import TABLES, progress_evidence
from recovery_analysis.analysis.trajectory.result import ProgressResult

__all__ = ["TABLES", "ProgressResult", "progress_evidence"]
