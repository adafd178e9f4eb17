"""Whether row 1 of a file is a header: in a file without one it is a record, perhaps a pupil's."""

import re

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.headers import normal_header
from recovery_analysis.intake.layouts import KNOWN_NAMES, LAYOUTS
from recovery_analysis.intake.raw_file import RawFile, first_records

_ROWS = 200
_VALUE = re.compile(
    r"""
    [-+£$(]*[\d.,:\s]*\d[\d.,:\s]*[%)]*            # a number or a time
    | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*            # a date in figures
    | \d{1,2}(?:st|nd|rd|th)?[-\s]+[a-z]{3,9}[-\s,]+\d{2,4}.*   # a date in words
    | [a-z]\d{11}[\da-z]                           # a Unique Pupil Number
    | [a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}            # a postcode
    | (?:year|yr|y)\s*\d{1,2}                      # a year group
    | \d{1,2}[a-z]{1,2}                            # a class
    | [a-z]                                        # a code such as F, M, Y or N
    | .*@.*\..*                                    # an e-mail address
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: Words that our fields' names are made of; a header under other names still has some of them.
_VOCABULARY = frozenset(
    word
    for layout in LAYOUTS.values()
    for name in layout.aliases
    for word in name.split("_")
    if len(word) > 2
) | {"pupil", "student", "number", "name", "code"}


def words_of_header(name: str) -> list[str]:
    """Split a column name into its words, in lower case.

    Examples
    --------
    >>> words_of_header("Total score (Scaled)"), words_of_header("StudentUPN")
    (['total', 'score', 'scaled'], ['student', 'upn'])
    """
    return [word.casefold() for word in _WORDS.findall(name)]


def refuse_no_header(raw: RawFile) -> None:
    """Refuse a file whose row 1 may be a record; no cell of it is shown.

    Row 1 is taken for a header where no cell is a number, date, UPN or the like, none stands below in its own
    column again, and one cell is a name that a layout knows, or half of them hold a word of such names.

    Raises
    ------
    FileRefused
        Row 1 does not look like a header.
    """
    names = [column.strip() for column in raw.columns]
    filled = [name for name in names if name]
    values = [place for place, name in enumerate(names, start=1) if _VALUE.fullmatch(name)]
    problem = ""
    if values:
        places = ", ".join(str(place) for place in values[:6])
        problem = (
            f"cells {places} are a number, date, UPN, class or address, which no column is named by"
        )
    elif repeated := _repeated_below(raw, names):
        places = ", ".join(str(place) for place in repeated[:6])
        problem = f"what stands in cells {places} stands below in the same column again"
    elif not any(normal_header(name) in KNOWN_NAMES for name in filled):
        telling = sum(not _VOCABULARY.isdisjoint(words_of_header(name)) for name in filled)
        if not telling or 2 * telling < len(filled):
            problem = "it has no word by which pupils' files name their columns"
    if problem:
        raise FileRefused(
            f"{raw.label}: row 1 does not look like a header: of its {len(names)} cells (not shown, as they may "
            f"be a pupil's), {problem}. Put a row with the columns' names above the records, or rename these "
            "columns, and run the command again."
        )


def _repeated_below(raw: RawFile, names: list[str]) -> list[int]:
    records = first_records(raw, rows=_ROWS)
    return [
        place + 1
        for place, name in enumerate(names)
        if name and records[place].astype("str").str.strip().eq(name).any()
    ]
