"""The disadvantage gap: from schools' published means, and from pupils' scores."""

from recovery_analysis.stats.gaps.counting import tabulate
from recovery_analysis.stats.gaps.estimates import (
    FEWEST_DF,
    GapChange,
    GapEstimate,
    GapPath,
    GroupMeans,
    Inference,
)
from recovery_analysis.stats.gaps.means import gap_change, gap_of_means, gap_path
from recovery_analysis.stats.gaps.pupils import (
    Measure,
    change,
    gap_index,
    mean_gap,
    standardised_gap,
)
from recovery_analysis.stats.gaps.table import GapTable, YearTable

__all__ = [
    "FEWEST_DF",
    "GapChange",
    "GapEstimate",
    "GapPath",
    "GapTable",
    "GroupMeans",
    "Inference",
    "Measure",
    "YearTable",
    "change",
    "gap_change",
    "gap_index",
    "gap_of_means",
    "gap_path",
    "mean_gap",
    "standardised_gap",
    "tabulate",
]
