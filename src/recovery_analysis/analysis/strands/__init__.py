"""What to reinforce first: each strand of the curriculum against where it stood, and what rests on it."""

from recovery_analysis.analysis.strands.assemble import TABLES, strand_evidence
from recovery_analysis.analysis.strands.priority import Factors, factors, in_order, status
from recovery_analysis.analysis.strands.result import (
    SchoolStrands,
    Strand,
    StrandGroup,
    StrandResult,
)

__all__ = [
    "TABLES",
    "Factors",
    "SchoolStrands",
    "Strand",
    "StrandGroup",
    "StrandResult",
    "factors",
    "in_order",
    "status",
    "strand_evidence",
]
