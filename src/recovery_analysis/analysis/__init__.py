"""One file a question: validated data in, one frozen result out."""

from recovery_analysis.analysis import attendance, community, gap, method

__all__ = ["attendance", "community", "gap", "method"]
