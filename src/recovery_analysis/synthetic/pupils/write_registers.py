"""Write the registers of practices and of initiatives."""

import pandas as pd

from recovery_analysis.synthetic.pupils.source_files import SourceFiles, uk_days
from recovery_analysis.synthetic.pupils.table_file import Cells, whole, write_table

PRACTICE_FILE, INITIATIVE_FILE = "practices.csv", "initiatives.csv"
_PRACTICE_COLUMNS = (
    "practice",
    "urn",
    "start_date",
    "end_date",
    "adaptation",
    "staff_hours",
    "cost_pounds",
)
_INITIATIVE_COLUMNS = (
    "initiative",
    "urn",
    "status",
    "staff_hours",
    "cost_pounds",
    "intended_outcome",
    "target_low",
    "target_high",
    "target_date",
    "depends_on",
)


def write_registers(files: SourceFiles) -> None:
    """Write each sender's registers; an empty one is not written."""
    for sender in files.senders:
        practices = _of(files, "practices", sender)
        if len(practices):
            cells: Cells = {
                "practice": practices["practice"].tolist(),
                "urn": practices["school_ref"].str.removeprefix("urn:").tolist(),
                "start_date": uk_days(practices["start_date"].to_numpy()),
                "staff_hours": whole(practices["staff_hours"].tolist()),
                "cost_pounds": whole(practices["cost_pounds"].tolist()),
            }
            path = files.path("registers", sender, PRACTICE_FILE)
            write_table(path, _PRACTICE_COLUMNS, cells, len(practices))
        initiatives = _of(files, "initiatives", sender)
        if len(initiatives):
            _write_initiatives(files, sender, initiatives)


def _of(files: SourceFiles, name: str, sender: str) -> pd.DataFrame:
    table = files.world.table(name)
    sent_by = dict(zip(files.world.roll.schools.refs, files.sender, strict=True))
    return table[table["school_ref"].map(sent_by).eq(sender)]


def _write_initiatives(files: SourceFiles, sender: str, rows: pd.DataFrame) -> None:
    cells: Cells = {
        "initiative": rows["initiative"].tolist(),
        "urn": rows["school_ref"].str.removeprefix("urn:").tolist(),
        "status": rows["status"].tolist(),
        "staff_hours": whole(rows["staff_hours"].tolist()),
        "cost_pounds": whole(rows["cost_pounds"].tolist()),
        "intended_outcome": rows["intended_outcome"].tolist(),
        "target_low": [f"{value:g}" for value in rows["target_low"]],
        "target_high": [f"{value:g}" for value in rows["target_high"]],
        "target_date": uk_days(rows["target_date"].to_numpy()),
        "depends_on": rows["depends_on"].fillna("").tolist(),
    }
    path = files.path("registers", sender, INITIATIVE_FILE)
    write_table(path, _INITIATIVE_COLUMNS, cells, len(rows))
