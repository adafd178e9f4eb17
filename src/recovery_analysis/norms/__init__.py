"""What is usual: expected scores, monthly growth and school values, learnt once from all pupils of a store."""

from recovery_analysis.norms.comparison import progress_of_pupils
from recovery_analysis.norms.fit import fit_norms
from recovery_analysis.norms.kept import read_norms
from recovery_analysis.norms.norms import Norms

__all__ = ["Norms", "fit_norms", "progress_of_pupils", "read_norms"]
