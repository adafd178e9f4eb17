"""What stood in the way of learning online: devices, connection, teaching from afar (N6)."""

from recovery_analysis.analysis.barriers.assemble import TABLES, barriers_evidence
from recovery_analysis.analysis.barriers.result import Barrier, BarriersResult, Linked, Replies

__all__ = ["TABLES", "Barrier", "BarriersResult", "Linked", "Replies", "barriers_evidence"]
