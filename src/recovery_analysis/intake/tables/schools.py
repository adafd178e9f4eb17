"""Schools as a publisher describes them at a date, and links between a school's successive URNs.

Caveats: a school that becomes an academy gets a new URN; the name, type and trust are those on the day of
the extract. Head teachers' names stand in the raw file and are never loaded. '1900-01-01' means unknown.
"""

from recovery_analysis.intake.schema import Column, Table

URN_PATTERN = r"^[1-9]\d{4,6}$"

SCHOOLS = Table(
    name="schools",
    what="one school (URN) as one publication describes it",
    key=("urn", "series", "as_of"),
    columns=(
        Column(name="urn", what="school's Unique Reference Number, text", pattern=URN_PATTERN),
        Column(name="series", what="publication that the row comes from"),
        Column(name="as_of", what="day that the description is of", kind="date"),
        Column(name="school_name", what="name as published"),
        Column(
            name="la_code", what="three-digit DfE code of the local authority", pattern=r"^\d{3}$"
        ),
        Column(name="la_name", what="local authority's name", nullable=True),
        Column(name="establishment_number", what="four-digit number within the LA", nullable=True),
        Column(name="type_name", what="type of establishment in words", nullable=True),
        Column(name="type_group", what="group of types in words", nullable=True),
        Column(name="phase", what="phase of education in words", nullable=True),
        Column(name="status", what="open, closed, proposed", nullable=True),
        Column(name="open_date", what="day opened", kind="date", nullable=True),
        Column(name="close_date", what="day closed", kind="date", nullable=True),
        Column(
            name="low_age",
            what="lowest statutory age, years",
            kind="number",
            nullable=True,
            low=0,
            high=30,
        ),
        Column(
            name="high_age",
            what="highest statutory age, years",
            kind="number",
            nullable=True,
            low=0,
            high=99,
        ),
        Column(name="pupils_n", what="pupils on roll", kind="number", nullable=True, low=0),
        Column(
            name="fsm_pct",
            what="percent of pupils eligible for free school meals now",
            kind="number",
            nullable=True,
            low=0,
            high=100,
        ),
        Column(
            name="trust_uid", what="Group UID of the trust, where the extract has it", nullable=True
        ),
        Column(name="trust_name", what="trust's name, where the extract has it", nullable=True),
        Column(name="region_name", what="region", nullable=True),
        Column(name="urban_rural", what="urban or rural, in words", nullable=True),
    ),
)

SCHOOL_LINKS = Table(
    name="school_links",
    what="a predecessor or successor of a school",
    key=("urn", "link_urn", "link_type"),
    columns=(
        Column(name="urn", what="school's URN", pattern=URN_PATTERN),
        Column(name="link_urn", what="the other school's URN", pattern=URN_PATTERN),
        Column(name="link_type", what="what the OTHER school is to this one, as GIAS words it"),
        Column(name="link_date", what="day of the change", kind="date", nullable=True),
    ),
)
