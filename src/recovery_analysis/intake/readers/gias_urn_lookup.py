"""Lookup from every URN to the latest URN of the same school, drawn from the links of the register."""

import pandas as pd

from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import numbered, without_repeats
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="gias_urn_lookup",
    title="Lookup from old to latest URN",
    publisher="Department for Education, arranged by a third party",
)

LINK_TYPE = "Latest URN (lookup)"


def _recognises(raw: RawFile) -> bool:
    return set(raw.columns) >= {"OLD_URN", "LATEST_URN"}


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    label = table.raw.label
    frame = numbered(table)
    old, repaired_old = repair_ids(frame["OLD_URN"], kind="urn", label=label)
    latest, repaired_latest = repair_ids(frame["LATEST_URN"], kind="urn", label=label)
    links = pd.DataFrame({"urn": old, "link_urn": latest, "link_type": LINK_TYPE, ROW: frame[ROW]})
    unchanged = old.eq(latest)
    no_answer = latest.eq("") | old.eq("")
    kept, repeats = without_repeats(links[~unchanged & ~no_answer])
    return Reading(
        tables={"school_links": kept},
        rows_read=len(frame),
        dropped=dropped(
            (int((unchanged & ~no_answer).sum()), "the URN is still the latest"),
            (int(no_answer.sum()), "one of the two URNs is blank"),
            (repeats, "an exact repeat of another row"),
        ),
        notes=(
            *repair_note(repaired_old, "OLD_URN"),
            *repair_note(repaired_latest, "LATEST_URN"),
        ),
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
