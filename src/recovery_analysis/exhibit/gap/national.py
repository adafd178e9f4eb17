"""The published national gap index: a different quantity from a mean gap, so under its own heading."""

from recovery_analysis.exhibit.exhibit import Section, Sentence
from recovery_analysis.exhibit.gap.context import GapResults
from recovery_analysis.exhibit.gap.measure import measure_section
from recovery_analysis.words.identifiers import CommunityId

_INDICES = ("ks2_gap_index", "ks4_gap_index")


def national_index(released: GapResults, *, community: CommunityId, name: str) -> Section:
    """Show the published index in England's report; elsewhere say that it is national only."""
    heading = "The published disadvantage gap index"
    there = {result.measure for result in released.result}
    if not there >= set(_INDICES):
        text = (
            "The disadvantage gap index is published for England only, from the ranks of all pupils; it stands "
            "in England's report."
        )
        note = Sentence(id="gap-index-national", text=text, role="note")
        return Section(id="gap-index", heading=heading, exhibits=(note,))
    parts = [measure_section(released, m, community=community, name=name) for m in _INDICES]
    meaning = Sentence(
        id="gap-index-meaning",
        text=(
            "The index compares ranks, not scores: 0 means that both groups are spread alike over the ranks, 10 "
            "that every other pupil ranks above every disadvantaged pupil."
        ),
    )
    return Section(
        id="gap-index",
        heading=heading,
        exhibits=(meaning, *(exhibit for part in parts for exhibit in part.exhibits)),
        findings=tuple(item for part in parts for item in part.findings),
    )
