"""A curriculum plan: strands of subjects, when they were taught, what rests on them, how they stood before.

Caveats: the plan is a school's or a trust's own, or one for all schools (``any``); facility before the baseline
is from a national sample that the plan's author names elsewhere.
"""

import pandas as pd

from recovery_analysis.intake.cell_words import year_groups, yes_or_no
from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.headers import has_field, normal_headers
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.pupil_rows import (
    SCHOOL,
    YEAR_GROUP,
    OpenList,
    filled_text,
    open_list,
    reading_of,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="curriculum_strands",
    title="Curriculum plan by strand",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

FIELDS = {
    **SCHOOL,
    **YEAR_GROUP,
    "subject": ("subject",),
    "strand": ("strand", "domain", "topic", "contentdomain"),
    "exam_board": ("examboard", "specification", "board"),
    "taught_on": ("taughton", "datetaught", "teachingended"),
    "dependents_n": ("dependentsn", "dependents", "dependentunits", "laterunits"),
    "facility_before_pct": ("facilitybeforepct", "facilitybefore", "nationalfacility"),
    "is_core": ("iscore", "core"),
}
_NEEDED = ("subject", "strand", "year_group")
_PLAN = ("taught_on", "dependents_n", "facility_before_pct", "is_core")
_ANY = "any"
_FIRST_YEAR, _LAST_YEAR = 0, 13


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return has_field(names, FIELDS, *_PLAN) and all(
        has_field(names, FIELDS, name) for name in ("subject", "strand")
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=_NEEDED)
    label, text = listed.cells.label, listed.cells.text
    years = year_groups(text("year_group"), label=label)
    refuse_rows(
        ~years.between(_FIRST_YEAR, _LAST_YEAR),
        label=label,
        column=years.name,
        problem="no year group from R (0) to 13",
        fix="Write the year in which the strand is taught; a strand of two years is two rows.",
    )
    strands = pd.DataFrame(
        {
            "subject": filled_text(listed, "subject").str.casefold(),
            "strand": filled_text(listed, "strand"),
            "year_group": years,
            "school_ref": _schools(listed),
            "series": SOURCE.kind,
            "exam_board": listed.text("exam_board"),
            "taught_on": read_dates(text("taught_on"), label=label, may_be_future=True),
            "dependents_n": numbers_within(
                text("dependents_n"), low=0, high=500, label=label, whole=True
            ),
            "facility_before_pct": numbers_within(
                text("facility_before_pct"), low=0, high=100, label=label
            ),
            "is_core": yes_or_no(text("is_core"), label=label),
            "raw_row": listed.rows,
        }
    )
    return reading_of(listed, {"curriculum_strands": strands}, year_from="not needed")


def _schools(listed: OpenList) -> pd.Series:
    """Give each row's school by URN; a blank cell, 'any' and 'all' stand for a plan of all schools."""
    cells = listed.cells.text("school_urn")
    plain = cells.str.casefold()
    number = plain.str.removeprefix("urn:").str.removesuffix(".0")
    refs = ("urn:" + number).mask(plain.isin(("", _ANY, "all")), _ANY)
    refuse_rows(
        refs.ne(_ANY) & ~number.str.fullmatch(r"[1-9]\d{5}"),
        label=listed.cells.label,
        column=cells.name,
        problem="neither a URN of six digits nor 'any'",
        fix="Write the school's URN, or 'any' for a plan of all schools.",
    )
    return refs


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
