"""Words for pupils: groups that a report compares, year groups, terms and subjects."""

from datetime import date

from recovery_analysis.words.periods import AcademicYear

#: Columns of the pupil table by which pupils are compared, with the words for yes and no.
PUPIL_GROUPS: dict[str, tuple[str, str]] = {
    "disadvantaged": ("disadvantaged pupils", "other pupils"),
    "sen": ("pupils with special educational needs", "pupils without special educational needs"),
    "eal": (
        "pupils whose first language is not English",
        "pupils whose first language is English",
    ),
}

YES = "yes"
NO = "no"

SEN_STATUSES = ("none", "sen_support", "ehcp")

SUBJECTS: dict[str, str] = {
    "reading": "reading",
    "maths": "mathematics",
    "early_literacy": "early literacy",
}

#: Terms as Renaissance's UK windows cut the year: autumn August to November, spring to March, summer to July.
SEASONS = ("autumn", "spring", "summer")

_SEASON_OF_MONTH = {8: 0, 9: 0, 10: 0, 11: 0, 12: 1, 1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2}


def season_of(day: date) -> str:
    """Give the testing season that a day lies in.

    Examples
    --------
    >>> season_of(date(2019, 10, 4)), season_of(date(2020, 3, 20)), season_of(date(2021, 6, 1))
    ('autumn', 'spring', 'summer')
    """
    return SEASONS[_SEASON_OF_MONTH[day.month]]


def testing_year(day: date) -> AcademicYear:
    """Give the academic year of a test: August counts to the autumn that follows.

    Examples
    --------
    >>> testing_year(date(2020, 8, 28))
    AcademicYear(2020/21)
    """
    return AcademicYear(day.year if day.month >= 8 else day.year - 1)


def year_group_words(year_group: int) -> str:
    """Write a national curriculum year.

    Examples
    --------
    >>> year_group_words(0), year_group_words(5)
    ('Reception', 'Year 5')
    """
    return "Reception" if year_group == 0 else f"Year {year_group}"


def phase_of_year_group(year_group: int) -> str:
    """Say whether a national curriculum year is primary (Reception to Year 6) or secondary.

    Examples
    --------
    >>> phase_of_year_group(6), phase_of_year_group(7)
    ('primary', 'secondary')
    """
    return "primary" if year_group <= 6 else "secondary"
