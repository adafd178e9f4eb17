"""Which reader knows a file: by its columns, never by its name."""

from difflib import SequenceMatcher

from recovery_analysis.errors import NotRecognised
from recovery_analysis.intake.headers import refuse_passwords
from recovery_analysis.intake.layouts import known_columns
from recovery_analysis.intake.raw_file import RawFile
from recovery_analysis.intake.reader import Reader
from recovery_analysis.intake.readers import (
    absence,
    accelerated_reader,
    census,
    curriculum_strands,
    device_access,
    dictionaries,
    ees,
    gap_index,
    gias_establishments,
    gias_group_links,
    gias_groups,
    gias_links,
    gias_urn_lookup,
    initiative_register,
    ks2_school,
    ks4_school,
    la_list,
    la_neighbours,
    lait,
    myon,
    oak_use,
    practice_register,
    pupil_attendance,
    pupil_census,
    pupil_list,
    question_marks,
    reduced_tables,
    school_fsm,
    secondary_extract,
    star_assessments,
    star_skill_areas,
    star_standards,
    surveys,
    transfer_file,
    trust_measures,
)

#: Every reader, most specific first: the first that recognises a file reads it.
READERS: tuple[Reader, ...] = (
    gias_group_links.READER,
    gias_groups.READER,
    gias_establishments.READER,
    gias_links.READER,
    gias_urn_lookup.READER,
    trust_measures.READER,
    *reduced_tables.READERS,
    ks2_school.READER,
    ks4_school.READER,
    secondary_extract.READER,
    absence.READER,
    census.READER,
    school_fsm.READER,
    lait.READER,
    *la_list.READERS,
    la_neighbours.READER,
    gap_index.READER,
    star_skill_areas.READER,
    star_standards.READER,
    # Before Star: its extract has Star's columns, empty.
    accelerated_reader.READER,
    star_assessments.READER,
    myon.READER,
    oak_use.READER,
    *ees.READERS,
    dictionaries.READER,
    transfer_file.READER,
    pupil_census.READER,
    question_marks.READER,
    curriculum_strands.READER,
    surveys.READER,
    device_access.READER,
    pupil_attendance.READER,
    practice_register.READER,
    initiative_register.READER,
    # Last: schools' systems name pupils in ways that other lists share.
    pupil_list.READER,
)


def recognise(raw: RawFile) -> Reader:
    """Give the reader of a file.

    Raises
    ------
    NotRecognised
        No reader knows the columns; the message names the formats known and the columns whose names some
        layout knows: the others may be a person's values, where a file has no header.
    FileRefused
        The file has a column of passwords.
    """
    refuse_passwords(raw)
    for reader in READERS:
        if reader.recognises(raw):
            return reader
    raise NotRecognised(
        f"{raw.label}: no reader knows {_seen(raw)}. Expected one of: "
        f"{', '.join(sorted({reader.source.kind for reader in READERS}))}"
        f"{_near_hint(raw)}. Check that this is the publisher's own file with its header row; for a file of "
        "your own under other column names, make a mapping: recovery mapping FILE"
    )


def _seen(raw: RawFile) -> str:
    """Say what row 1 has, in counts; names only where they are known."""
    if raw.format == "xml":
        return "this kind of XML file"
    known = known_columns(raw)
    named = f" ({', '.join(known[:8])}{', ...' if len(known) > 8 else ''})" if known else ""
    return (
        f"these columns: row 1 has {len(raw.columns)} cells, of which {len(known)} are column names that some "
        f"layout knows{named}"
    )


def _near_hint(raw: RawFile) -> str:
    """Name the reader whose kind is most like the file's name, when one is."""
    stem = raw.path.stem.casefold()
    kinds = {reader.source.kind for reader in READERS}
    kind, score = max(
        ((kind, SequenceMatcher(None, stem, kind).ratio()) for kind in kinds),
        key=lambda pair: pair[1],
    )
    return f" (by its name it could be {kind})" if score > 0.6 else ""
