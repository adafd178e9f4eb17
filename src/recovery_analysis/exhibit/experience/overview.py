"""The answer of the chapter: what was most widespread, and whom the surveys speak for."""

from recovery_analysis.analysis.experience import ExperienceResult, ItemShare, RoleExperience
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import finding, with_unit
from recovery_analysis.exhibit.exhibit import Exhibit, Finding, Section, Sentence
from recovery_analysis.exhibit.survey_words import (
    WHO,
    coverage_words,
    no_survey_words,
    share_words,
    silent_words,
)
from recovery_analysis.words.identifiers import CommunityId

_TOP = 3
_HEADING = "What lockdown and return were like"


def overview(released: Released[ExperienceResult], *, community: CommunityId, name: str) -> Section:
    """Show what was most widespread among pupils and families, and who answered.

    Parameters
    ----------
    released
        The evidence that passed the gate.
    community, name
        Whom the report is about.
    """
    del community
    result = released.result
    if not result.roles:
        what = "what lockdown and return were like, and which pupils need which induction,"
        note = Sentence(
            id="experience-none",
            text=no_survey_words("pupils or families", name, what),
            role="missing",
        )
        return Section(id="experience", heading=_HEADING, exhibits=(note,))
    exhibits: list[Exhibit] = []
    for place, told in enumerate(result.roles):
        exhibits += _of_role(told, is_first=place == 0)
    absent = [WHO[role] for role in ("pupil", "family") if result.of(role) is None]
    exhibits += [
        Sentence(
            id=f"experience-no-{who}",
            text=no_survey_words(who, name, f"what {who} say"),
            role="missing",
        )
        for who in absent
    ]
    return Section(
        id="experience",
        heading=_HEADING,
        exhibits=tuple(exhibits),
        findings=tuple(_response(told, name) for told in result.roles),
    )


def _of_role(told: RoleExperience, *, is_first: bool) -> list[Exhibit]:
    who = WHO[told.role]
    shown = [item for item in told.items if item.share.value is not None]
    top = sorted(shown, key=lambda item: -(item.share.value or 0))[:_TOP]
    exhibits: list[Exhibit] = [
        Sentence(
            id=f"experience-{told.role}-top",
            text=_top_words(top, who),
            role="answer" if is_first else "plain",
        ),
        Sentence(
            id=f"experience-{told.role}-coverage",
            text=coverage_words(told.coverage, told.role),
            role="note",
        ),
    ]
    silent = silent_words(told.coverage, told.role)
    if silent:
        exhibits.append(Sentence(id=f"experience-{told.role}-silent", text=silent, role="missing"))
    return exhibits


def _top_words(top: list[ItemShare], who: str) -> str:
    if not top:
        return f"Too few {who} answered to report a share."
    clauses = "; ".join(share_words(item.item, item.share, who) for item in top)
    return f"Most widespread among {who}: {clauses}."


def _response(told: RoleExperience, name: str) -> Finding:
    response = told.coverage.response
    return finding(
        response,
        id=f"experience.{told.role}.response",
        chapter="experience",
        measure=f"survey_{told.role}_response",
        academic_year=told.coverage.academic_year,
        group="all",
        rule="now",
        sentence=f"{name}: {WHO[told.role]} who answered, of pupils on roll: {with_unit(response)}.",
    )
