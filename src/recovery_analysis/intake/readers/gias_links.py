"""Get Information About Schools: predecessors and successors of a school.

The date of a link may lie ahead of the extract: a planned merger is published before it happens.
"""

import pandas as pd

from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import numbered, text_or_null, without_repeats
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="gias_links",
    title="Get Information About Schools: links between schools",
    publisher="Department for Education",
)

_COLUMNS = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")
_KEY = ["urn", "link_urn", "link_type"]


def _recognises(raw: RawFile) -> bool:
    return set(raw.columns) >= set(_COLUMNS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    label = table.raw.label
    everything = numbered(table)
    blank = everything[list(_COLUMNS)].apply(lambda cells: cells.str.strip().eq("")).all(axis=1)
    frame = everything[~blank]
    urns, repaired_urns = repair_ids(frame["URN"], kind="urn", label=label)
    others, repaired_others = repair_ids(frame["LinkURN"], kind="urn", label=label)
    links = pd.DataFrame(
        {
            "urn": urns,
            "link_urn": others,
            "link_type": text_or_null(frame["LinkType"]),
            "link_date": read_dates(frame["LinkEstablishedDate"], label=label, may_be_future=True),
            ROW: frame[ROW],
        }
    )
    links, repeats = without_repeats(links)
    latest, earlier = _latest_of_each(links)
    return Reading(
        tables={"school_links": latest},
        rows_read=len(everything),
        dropped=dropped(
            (int(blank.sum()), "blank row"),
            (repeats, "an exact repeat of another row"),
            (earlier, "the same link with an earlier date or none"),
        ),
        notes=(*repair_note(repaired_urns, "URN"), *repair_note(repaired_others, "LinkURN")),
    )


def _latest_of_each(links: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Keep one row a link: where a link was entered twice, the later date is the correction."""
    ordered = links.sort_values("link_date", na_position="first", kind="stable")
    latest = ordered.drop_duplicates(subset=_KEY, keep="last").sort_index()
    return latest, len(links) - len(latest)


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
