"""A register of initiatives: what each school does or plans, its status, cost, intended outcome and target.

Caveats: costs and hours are as the school states them.
"""

from collections.abc import Mapping

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.cell_words import words_of
from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.headers import has_field, normal_headers
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.pupil_rows import (
    SCHOOL,
    OpenList,
    filled_text,
    open_list,
    reading_of,
    schools_of,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.records import number_or_null
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="initiative_register",
    title="Register of initiatives",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

FIELDS = {
    **SCHOOL,
    "initiative": ("initiative", "initiativename", "nameofinitiative"),
    "status": ("status",),
    "staff_hours": ("staffhours", "hoursofstaff", "hours"),
    "cost_pounds": ("costpounds", "cost"),
    "intended_outcome": ("intendedoutcome", "outcome", "measure"),
    "target_low": ("targetlow", "lowertarget"),
    "target_high": ("targethigh", "uppertarget"),
    "target_date": ("targetdate", "by"),
    "depends_on": ("dependson", "needs", "dependencies"),
}
_NEEDED = ("initiative", "status")
_STATUSES = {name: name for name in ("live", "proposed", "paused", "stopped")}
_MOST_HOURS = 1_000_000
_MOST_POUNDS = 100_000_000


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return all(has_field(names, FIELDS, name) for name in _NEEDED)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=_NEEDED)
    initiatives = _initiatives(listed)
    unknown = _check_dependencies(initiatives, label=listed.cells.label)
    absent = f"{unknown} initiatives that others need are not in this file at the same school"
    return reading_of(
        listed,
        {"initiatives": initiatives},
        notes=(absent,) if unknown else (),
        year_from="not needed",
    )


def _initiatives(listed: OpenList) -> pd.DataFrame:
    label, text = listed.cells.label, listed.cells.text
    hours = numbers_within(text("staff_hours"), low=0, high=_MOST_HOURS, label=label)
    pounds = text("cost_pounds").str.replace(r"[£,\s]", "", regex=True)
    low = number_or_null(text("target_low"), label=label)
    high = number_or_null(text("target_high"), label=label)
    refuse_rows(
        low.gt(high),
        label=label,
        column=low.name,
        problem="a lower end of the target above the upper end",
        fix="Correct the two ends of these rows.",
    )
    return pd.DataFrame(
        {
            "initiative": filled_text(listed, "initiative"),
            "school_ref": schools_of(listed),
            "series": SOURCE.kind,
            "status": _statuses(listed),
            "staff_hours": hours,
            "cost_pounds": numbers_within(pounds, low=0, high=_MOST_POUNDS, label=label),
            "intended_outcome": listed.text("intended_outcome"),
            "target_low": low,
            "target_high": high,
            "target_date": read_dates(text("target_date"), label=label, may_be_future=True),
            "depends_on": listed.text("depends_on"),
            ROW: listed.rows,
        }
    )


def _statuses(listed: OpenList) -> pd.Series:
    status = listed.cells.text("status")
    refuse_rows(
        status.eq(""),
        label=listed.cells.label,
        column=status.name,
        problem="no status",
        fix=f"Write one of: {', '.join(_STATUSES)}.",
    )
    return words_of(status, _STATUSES, label=listed.cells.label)


def _check_dependencies(initiatives: pd.DataFrame, *, label: str) -> int:
    """Refuse initiatives that wait for each other in a circle; count needs that the file does not hold."""
    unknown = 0
    circular: list[int] = []
    for _, at_school in initiatives.groupby("school_ref", sort=True):
        names = at_school["initiative"].str.casefold()
        needs = {
            name: {need.strip() for need in text.casefold().split(";") if need.strip()}
            for name, text in zip(names, at_school["depends_on"].fillna(""), strict=True)
        }
        unknown += sum(len(wanted - needs.keys()) for wanted in needs.values())
        stuck = _never_ready(needs)
        circular += at_school.loc[names.isin(stuck), ROW].tolist()
    if circular:
        raise FileRefused(
            f"{label}: initiatives in {len(circular)} rows depend on each other in a circle, so that none can "
            f"come first: rows {', '.join(str(row) for row in sorted(circular)[:6])}. Take out one of the "
            "dependencies."
        )
    return unknown


def _never_ready(needs: Mapping[str, set[str]]) -> set[str]:
    """Give the names that wait, directly or through others, for a circle of names."""
    waiting = {name: wanted & needs.keys() for name, wanted in needs.items()}
    while ready := {name for name, wanted in waiting.items() if not wanted}:
        waiting = {name: wanted - ready for name, wanted in waiting.items() if name not in ready}
    return set(waiting)


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
