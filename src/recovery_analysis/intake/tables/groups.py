"""Groups of schools (trusts, federations, sponsors) and which school joined which group when.

Caveats: 'Multi-academy trust' includes trusts of one school. One URN can be in a trust, a sponsor's list
and a federation at once: filter on ``group_type``. The group links file has open links only: a school that
left a trust before the extract does not show its earlier membership.
"""

from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.intake.tables.schools import URN_PATTERN

#: Group types that are trusts in the sense of the reports.
TRUST_TYPES = ("Multi-academy trust", "Single-academy trust")

GROUPS = Table(
    name="groups",
    what="a group of schools in GIAS",
    key=("group_uid",),
    columns=(
        Column(name="group_uid", what="Group UID, text", pattern=r"^[1-9]\d{0,5}$"),
        Column(name="group_id", what="Group ID such as TR00860", nullable=True),
        Column(name="group_name", what="name as published"),
        Column(
            name="companies_house_number",
            what="eight characters, zeros restored",
            nullable=True,
            pattern=r"^[A-Z0-9]{8}$",
        ),
        Column(name="group_type", what="type of group in words"),
        Column(name="status", what="Open or Closed", nullable=True),
        Column(name="open_date", what="day opened or incorporated", kind="date", nullable=True),
        Column(name="close_date", what="day closed", kind="date", nullable=True),
    ),
)

TRUST_SPELLS = Table(
    name="trust_spells",
    what="a school's membership of a group, from a day on",
    key=("urn", "group_uid"),
    columns=(
        Column(name="urn", what="school's URN", pattern=URN_PATTERN),
        Column(name="group_uid", what="Group UID", pattern=r"^[1-9]\d{0,5}$"),
        Column(name="group_name", what="group's name as published"),
        Column(name="group_type", what="type of group in words"),
        Column(
            name="joined_date",
            what="day joined; null when published as 1900-01-01",
            kind="date",
            nullable=True,
        ),
        Column(
            name="left_date", what="day the group closed, where it has", kind="date", nullable=True
        ),
    ),
)
