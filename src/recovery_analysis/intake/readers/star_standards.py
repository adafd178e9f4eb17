"""Star's standards dashboard (``SR_Dashboard_Standards_v2.csv`` and its like, 21 columns).

Caveats: percent mastery is the vendor's estimate from the score, not the share of questions answered well.
The standards are those of the vendor's content for the school's country. The file names no school and no
subject: the file's name has to say SR, SM or SEL.
"""

from recovery_analysis.intake.headers import (
    columns_in_file_order,
    has_field,
    normal_headers,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.star_fields import STANDARD_FIELDS
from recovery_analysis.intake.star_mastery import read_mastery
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="star_standards",
    title="Renaissance Star standards dashboard, extract of a trust or school",
    publisher="Renaissance Learning",
    licence="Private data of the trust or school",
)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return all(
        has_field(names, STANDARD_FIELDS, field)
        for field in ("assessment_id", "domain", "skill_area", "mastery")
    )


def wanted_columns(raw: RawFile) -> list[str]:
    """Give the columns of a file that this reader reads."""
    return columns_in_file_order(raw, STANDARD_FIELDS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    """Read a file of standards.

    Raises
    ------
    FileRefused
        A test, date or mastery can not be read: column, rows and the fix.
    """
    return read_mastery(table, given, aliases=STANDARD_FIELDS, series=SOURCE.kind)


READER = Reader(source=SOURCE, recognises=_recognises, read=_read, wanted=wanted_columns)
