"""Released results to what a leader sees: figures, tables, sentences, findings."""

from recovery_analysis.exhibit import attendance, community, gap, method

__all__ = ["attendance", "community", "gap", "method"]
