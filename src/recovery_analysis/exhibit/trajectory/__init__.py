"""The progress chapter's exhibits: where pupils are against expectation, by year group, group and school."""

from recovery_analysis.exhibit.trajectory.coverage import coverage_sections
from recovery_analysis.exhibit.trajectory.overview import overview
from recovery_analysis.exhibit.trajectory.schools import school_sections
from recovery_analysis.exhibit.trajectory.subject import subject_sections

__all__ = ["coverage_sections", "overview", "school_sections", "subject_sections"]
