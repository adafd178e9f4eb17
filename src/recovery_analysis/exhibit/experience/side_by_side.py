"""Pupils and families beside each other, on the questions that both were asked."""

from recovery_analysis.analysis.experience import ExperienceResult
from recovery_analysis.analysis.survey_shares import said
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.exhibit import Exhibit, Section, Sentence
from recovery_analysis.exhibit.experience.comparison_table import (
    Compared,
    comparison_findings,
    comparison_table,
)
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.survey_words import difference_words
from recovery_analysis.words.identifiers import CommunityId

_MOST_SAID = 4


def side_by_side(
    released: Released[ExperienceResult], *, community: CommunityId, name: str
) -> Section:
    """Show what pupils and families answered to the same questions, and where they differ."""
    result = released.result
    section_id = "experience-side-by-side"
    heading = "Pupils and families side by side"
    if not result.side_by_side:
        text = (
            "Pupils and families can not be set side by side: that takes a survey of each with the same "
            "questions (recovery template survey writes both sheets)."
        )
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    clear = said(result.side_by_side)[:_MOST_SAID]
    exhibits: list[Exhibit] = [
        Sentence(
            id=f"{section_id}-{one.item}",
            text=f"{difference_words(one, one.words)}.",
        )
        for one in clear
    ]
    if not clear:
        text = "On no question did pupils and families differ clearly enough to say so."
        exhibits.append(Sentence(id=f"{section_id}-alike", text=text))
    year = max(told.coverage.academic_year for told in result.roles)
    compared = tuple(
        Compared(one=one, groups=one.words, name="side_by_side") for one in result.side_by_side
    )
    table = comparison_table(
        compared,
        id=f"{section_id}-table",
        title="Pupils and families",
        caption=f"Share of pupils and of families who answered, by question, {name}",
        place=place_of(community, name),
        academic_year=year,
    )
    return Section(
        id=section_id,
        heading=heading,
        exhibits=(*exhibits, table),
        findings=comparison_findings(compared, chapter="experience", academic_year=year, name=name),
    )
