"""Why a number is not there: the closed list of reasons, and the word a leader reads for each."""

from enum import StrEnum


class MissingReason(StrEnum):
    """The reason that stands beside every null value."""

    SUPPRESSED = "suppressed"
    LOW_COVERAGE = "low_coverage"
    NOT_PUBLISHED = "not_published"
    NOT_APPLICABLE = "not_applicable"
    NOT_SAT = "not_sat"
    NEW_SCHOOL = "new_school"
    NO_TESTS = "no_tests"
    ROUNDS_TO_ZERO = "rounds_to_zero"
    LOW_RELIABILITY = "low_reliability"
    NOT_RECORDED = "not_recorded"
    TOO_FEW = "too_few"


#: Shorthand that stands in a table cell (GSS symbols in square brackets) and what it means in words.
SHORTHAND: dict[MissingReason, tuple[str, str]] = {
    MissingReason.SUPPRESSED: ("c", "confidential: the publisher hid a small number"),
    MissingReason.LOW_COVERAGE: ("u", "too few of the pupils are covered to publish a figure"),
    MissingReason.NOT_PUBLISHED: ("x", "not published"),
    MissingReason.NOT_APPLICABLE: ("z", "does not apply"),
    MissingReason.NOT_SAT: ("x", "no pupil was entered"),
    MissingReason.NEW_SCHOOL: ("x", "new school: no figure yet"),
    MissingReason.NO_TESTS: ("x", "no tests were held"),
    MissingReason.ROUNDS_TO_ZERO: ("low", "more than nothing but rounds to 0"),
    MissingReason.LOW_RELIABILITY: ("u", "published as unreliable"),
    MissingReason.NOT_RECORDED: ("x", "left blank by the publisher"),
    MissingReason.TOO_FEW: ("c", "too few pupils or schools to report"),
}


def shorthand(reason: str) -> str:
    """Give the bracketed symbol for a reason.

    Examples
    --------
    >>> shorthand("suppressed")
    '[c]'
    """
    return f"[{SHORTHAND[MissingReason(reason)][0]}]"


def meaning(reason: str) -> str:
    """Give the plain-words meaning of a reason.

    Examples
    --------
    >>> meaning("no_tests")
    'no tests were held'
    """
    return SHORTHAND[MissingReason(reason)][1]
