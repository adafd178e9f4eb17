"""Star's skill areas (``SR_SkillArea_v1.csv`` and its like, 16 columns): mastery of each area in a test.

Caveats: mastery is the vendor's estimate from the score, not the share of questions answered well. The file
names no school and no subject: the file's name has to say SR, SM or SEL. A domain that stands under two
families is two domains, "Family: Domain".
"""

from recovery_analysis.intake.headers import (
    columns_in_file_order,
    has_field,
    normal_headers,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.star_fields import SKILL_AREA_FIELDS
from recovery_analysis.intake.star_mastery import read_mastery
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="star_skill_areas",
    title="Renaissance Star skill areas, extract of a trust or school",
    publisher="Renaissance Learning",
    licence="Private data of the trust or school",
)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return all(
        has_field(names, SKILL_AREA_FIELDS, field)
        for field in ("assessment_id", "domain", "skill_area", "mastery")
    )


def wanted_columns(raw: RawFile) -> list[str]:
    """Give the columns of a file that this reader reads."""
    return columns_in_file_order(raw, SKILL_AREA_FIELDS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    """Read a file of skill areas.

    Raises
    ------
    FileRefused
        A test, date or mastery can not be read: column, rows and the fix.
    """
    return read_mastery(table, given, aliases=SKILL_AREA_FIELDS, series=SOURCE.kind)


READER = Reader(source=SOURCE, recognises=_recognises, read=_read, wanted=wanted_columns)
