"""Kinds of school: the publishers' many type names and codes folded into the words of the reports."""

from typing import Literal

Sector = Literal["academy", "maintained", "independent", "other"]

#: Codes of the performance tables (NFTYPE) and the words of their reduced copies (SCHTYPE).
_CODES: dict[str, Sector] = {
    "AC": "academy",
    "ACC": "academy",
    "ACCS": "academy",
    "ACS": "academy",
    "CTC": "academy",
    "F": "academy",
    "FS": "academy",
    "FSS": "academy",
    "CY": "maintained",
    "CYS": "maintained",
    "FD": "maintained",
    "FDS": "maintained",
    "VA": "maintained",
    "VC": "maintained",
    "IND": "independent",
    "INDSPEC": "independent",
    "NMSS": "other",
}

_WORDS: tuple[tuple[str, Sector], ...] = (
    ("independent", "independent"),
    ("non-maintained", "other"),
    ("children's centre", "other"),
    ("nursery school", "maintained"),
    ("academ", "academy"),
    ("free school", "academy"),
    ("studio school", "academy"),
    ("university technical", "academy"),
    ("city technology", "academy"),
    ("community", "maintained"),
    ("voluntary", "maintained"),
    ("foundation", "maintained"),
    ("pupil referral", "maintained"),
    ("maintained school", "maintained"),
)


def sector_of(type_name: str) -> Sector:
    """Say whether a type of establishment is an academy, maintained, independent or something else.

    Examples
    --------
    >>> sector_of("Academy converter"), sector_of("VC"), sector_of("Other independent school")
    ('academy', 'maintained', 'independent')
    """
    if type_name in _CODES:
        return _CODES[type_name]
    lowered = type_name.casefold()
    for fragment, sector in _WORDS:
        if fragment in lowered:
            return sector
    return "other"
