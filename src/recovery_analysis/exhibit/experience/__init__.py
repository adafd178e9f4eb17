"""What pupils and families said of lockdown and return."""

from recovery_analysis.exhibit.experience.answers import answers
from recovery_analysis.exhibit.experience.differences import differences
from recovery_analysis.exhibit.experience.overview import overview
from recovery_analysis.exhibit.experience.schools import schools
from recovery_analysis.exhibit.experience.side_by_side import side_by_side

__all__ = ["answers", "differences", "overview", "schools", "side_by_side"]
