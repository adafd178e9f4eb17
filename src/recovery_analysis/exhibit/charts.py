"""The charts of a report in one place: years and intervals. They draw what they are given, no more."""

from recovery_analysis.exhibit.charts_intervals import Interval, intervals_chart
from recovery_analysis.exhibit.charts_lines import Line, Point, years_chart

__all__ = ["Interval", "Line", "Point", "intervals_chart", "years_chart"]
