"""The private layouts that a mapping can give a file: fields, their spellings, and what must be there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from recovery_analysis.intake.headers import Aliases, normal_header
from recovery_analysis.intake.raw_file import RawFile
from recovery_analysis.intake.reader import Reader
from recovery_analysis.intake.readers import (
    accelerated_reader,
    curriculum_strands,
    device_access,
    initiative_register,
    myon,
    oak_use,
    practice_register,
    pupil_attendance,
    pupil_census,
    pupil_list,
    question_marks,
    star_assessments,
    star_skill_areas,
    star_standards,
    surveys,
)
from recovery_analysis.intake.star_fields import (
    SKILL_AREA_FIELDS,
    STANDARD_FIELDS,
    STAR_FIELDS,
    TIME_FIELDS,
)
from recovery_analysis.intake.tables import TABLES

#: Fields of which a file needs one at least.
OneOf = tuple[str, ...]

_TIME: OneOf = tuple(TIME_FIELDS)
_VENDOR_PUPIL: OneOf = ("upn", "local_id", "vendor_id")
_VENDOR_SCHOOL: OneOf = (
    "school_urn",
    "school_state_id",
    "school_identifier",
    "school_sourced_id",
    "school_local_id",
)
_PUPIL: OneOf = ("upn", "local_id")
_SCHOOL: OneOf = ("school_urn", "school_state_id")
_SCORE: OneOf = ("scaled_score", "unified_score", "universal_score", "percentile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A layout that a reader knows: its fields, which of them it needs, whether its headers were ever seen.

    ``needed`` lists groups of fields; a file needs one field of each group.
    """

    reader: Reader = field(repr=False)
    aliases: Aliases = field(repr=False)
    needed: tuple[OneOf, ...]
    is_unverified: bool = False

    @property
    def name(self) -> str:
        """Give the kind of file that the reader is called by."""
        return self.reader.source.kind

    def spelling(self, name: str) -> str:
        """Give the spelling of a field that is its own alone."""
        return self.aliases[name][0]


def _singly(*names: str) -> tuple[OneOf, ...]:
    return tuple((name,) for name in names)


def _vendors() -> tuple[Layout, ...]:
    mastery = (*_singly("assessment_id", "domain", "skill_area", "mastery"), _TIME)
    return (
        Layout(
            reader=star_assessments.READER,
            aliases=STAR_FIELDS,
            needed=(_VENDOR_PUPIL, _VENDOR_SCHOOL, _TIME, _SCORE),
            is_unverified=True,
        ),
        Layout(
            reader=star_skill_areas.READER,
            aliases=SKILL_AREA_FIELDS,
            needed=mastery,
            is_unverified=True,
        ),
        Layout(
            reader=star_standards.READER,
            aliases=STANDARD_FIELDS,
            needed=mastery,
            is_unverified=True,
        ),
        Layout(
            reader=accelerated_reader.READER,
            aliases=accelerated_reader.QUIZ_FIELDS,
            needed=(_VENDOR_PUPIL, _VENDOR_SCHOOL, _TIME, ("percent",)),
            is_unverified=True,
        ),
        Layout(
            reader=myon.READER,
            aliases=myon.USAGE_FIELDS,
            needed=(_VENDOR_PUPIL, _VENDOR_SCHOOL, ("minutes",)),
            is_unverified=True,
        ),
    )


def _lists_of_pupils() -> tuple[Layout, ...]:
    return (
        Layout(
            reader=pupil_list.READER,
            aliases=pupil_list.FIELDS,
            needed=(_PUPIL, _SCHOOL),
            is_unverified=True,
        ),
        Layout(
            reader=pupil_census.READER,
            aliases=pupil_census.FIELDS,
            needed=(*_singly("upn", "year_group", "sen_status"), _SCHOOL),
        ),
        Layout(
            reader=pupil_attendance.READER,
            aliases=pupil_attendance.FIELDS,
            needed=(
                _PUPIL,
                _SCHOOL,
                *_singly("week_start", "sessions_possible", "sessions_attended"),
            ),
        ),
        Layout(
            reader=question_marks.READER,
            aliases=question_marks.FIELDS,
            needed=(_PUPIL, _SCHOOL, *_singly("test_date", "subject", "paper")),
        ),
        Layout(
            reader=device_access.READER,
            aliases=device_access.FIELDS,
            needed=(_PUPIL, _SCHOOL, *_singly("recorded_date", "device")),
        ),
    )


def _of_schools() -> tuple[Layout, ...]:
    return (
        Layout(
            reader=surveys.READER,
            aliases=surveys.FIELDS,
            needed=(*_singly("survey", "respondent_id", "role"), _SCHOOL),
        ),
        Layout(
            reader=curriculum_strands.READER,
            aliases=curriculum_strands.FIELDS,
            needed=_singly("subject", "strand", "year_group"),
        ),
        Layout(
            reader=oak_use.READER,
            aliases=oak_use.OAK_FIELDS,
            needed=(
                _SCHOOL,
                *_singly("academic_year", "term", "year_group", "subject", "lessons", "reached"),
            ),
        ),
        Layout(
            reader=practice_register.READER,
            aliases=practice_register.FIELDS,
            needed=(*_singly("practice", "start_date"), _SCHOOL),
        ),
        Layout(
            reader=initiative_register.READER,
            aliases=initiative_register.FIELDS,
            needed=(*_singly("initiative", "status"), _SCHOOL),
        ),
    )


#: Every layout that a mapping can name.
LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout for layout in (*_vendors(), *_lists_of_pupils(), *_of_schools())
}

#: Every normalised column name that some layout or canonical table knows: safe to show, whatever the file.
KNOWN_NAMES: frozenset[str] = frozenset(
    name for layout in LAYOUTS.values() for names in layout.aliases.values() for name in names
) | frozenset(normal_header(column.name) for table in TABLES.values() for column in table.columns)


def known_columns(raw: RawFile) -> list[str]:
    """Give the columns of a file whose names are known; the others may be a person's values."""
    return [column for column in raw.columns if normal_header(column) in KNOWN_NAMES]
