"""The attendance chapter's exhibits: pupils' own weeks, the return after the closure, published absence."""

from recovery_analysis.exhibit.attendance.groups import year_groups
from recovery_analysis.exhibit.attendance.overview import overview
from recovery_analysis.exhibit.attendance.published import absence
from recovery_analysis.exhibit.attendance.returning import back
from recovery_analysis.exhibit.attendance.schools import schools
from recovery_analysis.exhibit.attendance.terms import terms

__all__ = ["absence", "back", "overview", "schools", "terms", "year_groups"]
