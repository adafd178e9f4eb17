"""Attendance by year group, before and now over the same terms."""

from recovery_analysis.exhibit.attendance.change_table import change_findings, change_table
from recovery_analysis.exhibit.attendance.words import AttendanceResults
from recovery_analysis.exhibit.exhibit import Section, Sentence
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.words.identifiers import CommunityId


def year_groups(released: AttendanceResults, *, community: CommunityId, name: str) -> Section:
    """Show sessions attended and pupils who missed much, by year group."""
    items = [item for item in released.result.changes if item.dimension == "year_group"]
    section_id, heading = "attendance-years", "Each year group"
    if not items:
        text = "No weeks of attendance with a year group since the baseline date were read."
        note = Sentence(id=f"{section_id}-missing", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    table = change_table(
        released,
        items,
        id=f"{section_id}-table",
        title="Attendance by year group",
        name=name,
        place=place_of(community, name),
    )
    return Section(
        id=section_id,
        heading=heading,
        exhibits=(table,),
        findings=change_findings(released, items, name),
    )
