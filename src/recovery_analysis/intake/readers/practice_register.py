"""A register of practices: what each school took up, from when to when, at what cost.

Caveats: a register says that a practice was begun, not how well it was done.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.headers import has_field, normal_headers
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.pupil_rows import (
    SCHOOL,
    filled_dates,
    filled_text,
    open_list,
    reading_of,
    schools_of,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="practice_register",
    title="Register of practices",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

FIELDS = {
    **SCHOOL,
    "practice": ("practice", "practicename", "nameofpractice"),
    "start_date": ("startdate", "start", "firstday", "from"),
    "end_date": ("enddate", "end", "lastday", "to"),
    "adaptation": ("adaptation", "adaptations"),
    "staff_hours": ("staffhours", "hoursofstaff", "hours"),
    "cost_pounds": ("costpounds", "cost"),
}
_NEEDED = ("practice", "start_date")
_MOST_HOURS = 1_000_000
_MOST_POUNDS = 100_000_000
_FOREVER = pd.Timestamp(2200, 1, 1)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return all(has_field(names, FIELDS, name) for name in _NEEDED)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=_NEEDED)
    label, text = listed.cells.label, listed.cells.text
    start = filled_dates(listed, "start_date", may_be_future=True)
    end = read_dates(text("end_date"), label=label, may_be_future=True)
    refuse_rows(
        end.lt(start),
        label=label,
        column=end.name,
        problem="a last day before the first",
        fix="Correct the two dates of these rows.",
    )
    practices = pd.DataFrame(
        {
            "practice": filled_text(listed, "practice"),
            "school_ref": schools_of(listed),
            "series": SOURCE.kind,
            "start_date": start,
            "end_date": end,
            "adaptation": listed.text("adaptation"),
            "staff_hours": numbers_within(
                text("staff_hours"), low=0, high=_MOST_HOURS, label=label
            ),
            "cost_pounds": numbers_within(
                text("cost_pounds").str.replace(r"[£,\s]", "", regex=True),
                low=0,
                high=_MOST_POUNDS,
                label=label,
            ),
            ROW: listed.rows,
        }
    )
    reading = reading_of(listed, {"practices": practices}, year_from="not needed")
    _refuse_overlaps(reading.tables["practices"], label=label)
    return reading


def _refuse_overlaps(practices: pd.DataFrame, *, label: str) -> None:
    """Refuse two spells of one practice at one school that share a day; one without an end goes on."""
    spells = practices.assign(
        name=practices["practice"].str.casefold(), until=practices["end_date"].fillna(_FOREVER)
    ).sort_values(["school_ref", "name", "start_date", ROW])
    key = [spells["school_ref"], spells["name"]]
    earlier = spells["until"].groupby(key).cummax().groupby(key).shift()
    overlaps = spells["start_date"].le(earlier)
    if overlaps.any():
        rows = ", ".join(str(row) for row in sorted(spells.loc[overlaps, ROW])[:6])
        raise FileRefused(
            f"{label}: {int(overlaps.sum())} rows start while an earlier row of the same practice at the same "
            f"school still runs: rows {rows}. Give the earlier row its last day, or make the two one row."
        )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
