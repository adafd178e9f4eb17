"""The gap chapter's exhibits: released gap results to sections with figures, tables and findings."""

from recovery_analysis.exhibit.gap.beside import beside
from recovery_analysis.exhibit.gap.measure import measure_section
from recovery_analysis.exhibit.gap.national import national_index
from recovery_analysis.exhibit.gap.overview import overview
from recovery_analysis.exhibit.gap.reconciliation import reconciliation
from recovery_analysis.exhibit.gap.schools import schools
from recovery_analysis.exhibit.gap.trusts import trusts_here

__all__ = [
    "beside",
    "measure_section",
    "national_index",
    "overview",
    "reconciliation",
    "schools",
    "trusts_here",
]
