"""What schools tried and what they have started: registers of practices and initiatives."""

from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.intake.tables.pupils import school_column, series_column

PRACTICES = Table(
    name="practices",
    what="one practice that one school took up",
    key=("practice", "school_ref", "start_date"),
    columns=(
        Column(name="practice", what="name of the practice"),
        school_column(),
        series_column(),
        Column(name="start_date", what="first day", kind="date"),
        Column(
            name="end_date", what="last day; blank while it goes on", kind="date", nullable=True
        ),
        Column(name="adaptation", what="what was done otherwise at this school", nullable=True),
        Column(
            name="staff_hours", what="hours of staff a year", kind="number", nullable=True, low=0
        ),
        Column(
            name="cost_pounds", what="money a year, pounds", kind="number", nullable=True, low=0
        ),
    ),
    rules=(
        (
            "the last day is on or after the first",
            lambda frame: frame["end_date"].isna() | frame["end_date"].ge(frame["start_date"]),
        ),
    ),
)

INITIATIVES = Table(
    name="initiatives",
    what="one initiative at one school: its cost, status, intended outcome and target",
    key=("initiative", "school_ref"),
    columns=(
        Column(name="initiative", what="name of the initiative"),
        school_column(),
        series_column(),
        Column(name="status", what="status", choices=("live", "proposed", "paused", "stopped")),
        Column(
            name="staff_hours", what="hours of staff a year", kind="number", nullable=True, low=0
        ),
        Column(
            name="cost_pounds", what="money a year, pounds", kind="number", nullable=True, low=0
        ),
        Column(name="intended_outcome", what="measure that it is to move", nullable=True),
        Column(name="target_low", what="lower end of the target", kind="number", nullable=True),
        Column(name="target_high", what="upper end of the target", kind="number", nullable=True),
        Column(name="target_date", what="day by which", kind="date", nullable=True),
        Column(name="depends_on", what="initiatives that it needs, separated by ;", nullable=True),
    ),
)
