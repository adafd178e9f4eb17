"""The publications and own files behind a figure, in words for its source line."""

from collections.abc import Sequence

SOURCE_WORDS = {
    "ks2_school": "key stage 2 performance tables",
    "ks4_school": "key stage 4 performance tables",
    "lait": "local authority interactive tool (LAIT)",
    "trust_measures": "key stage 4 measures of multi-academy trusts",
    "gap_index": "published disadvantage gap index",
    "secondary_extract": "key stage 4 school figures, cut-down copy",
    "school rows": "this report, from the schools' published rows",
    "star_assessments": "Star tests",
    "survey_pupil": "pupil survey",
    "survey_family": "family survey",
    "survey_staff": "staff survey",
    "none": "no source",
}


def source_words(sources: Sequence[str]) -> tuple[str, ...]:
    """Name sources in words, each once.

    Examples
    --------
    >>> source_words(["lait", "lait", "star_assessments"])
    ('local authority interactive tool (LAIT)', 'Star tests')
    """
    return tuple(dict.fromkeys(SOURCE_WORDS.get(source, source) for source in sources))
