"""Write weekly attendance of pupils."""

import numpy as np

from recovery_analysis.synthetic.pupils.source_files import SourceFiles, uk_days
from recovery_analysis.synthetic.pupils.table_file import Cells, whole, write_table

ATTENDANCE_FILE = "attendance_weeks.csv"
_SESSIONS = (
    "sessions_possible",
    "sessions_attended",
    "sessions_authorised",
    "sessions_unauthorised",
)
_COLUMNS = ("urn", "upn", "local_id", "year_group", "week_start", *_SESSIONS)


def write_attendance(files: SourceFiles) -> None:
    """Write each sender's weeks of all autumns; who gives none has no file."""
    world = files.world
    table = world.table("attendance_weeks")
    place = {text: at for at, text in enumerate(world.roll.pupil_id.tolist())}
    pupils = np.array([place[text] for text in table["pupil_id"].tolist()], dtype=np.int64)
    years = table["academic_year"].str[:4].astype(int).to_numpy()
    for sender in files.senders:
        mine = files.is_from(sender)[world.roll.school[pupils]]
        if not mine.any():
            continue
        rows, at, year = table[mine], pupils[mine], years[mine]
        who: dict[str, list[str] | str] = {}
        for start in np.unique(year):
            part = files.pupil_cells(at[year == start], int(start), sender)
            for name, cells in part.items():
                who[name] = [*who.get(name, []), *cells]
        every: Cells = who | {
            "year_group": whole(rows["year_group"].tolist()),
            "week_start": uk_days(rows["week_start"].to_numpy()),
            **{name: whole(rows[name].tolist()) for name in _SESSIONS},
        }
        path = files.path("attendance", sender, ATTENDANCE_FILE)
        write_table(path, _COLUMNS, every, len(rows))
