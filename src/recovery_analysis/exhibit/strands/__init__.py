"""The curriculum chapter's exhibits: what to reinforce first, for each year group and each school."""

from recovery_analysis.exhibit.strands.overview import overview
from recovery_analysis.exhibit.strands.schools import schools
from recovery_analysis.exhibit.strands.year_groups import skills, year_groups

__all__ = ["overview", "schools", "skills", "year_groups"]
