"""How far apart disadvantaged and other pupils were, how that changed, and where the new baseline is."""

from recovery_analysis.analysis.gap.assemble import gap_evidence, gap_of_measure
from recovery_analysis.analysis.gap.result import GapResult

__all__ = ["GapResult", "gap_evidence", "gap_of_measure"]
