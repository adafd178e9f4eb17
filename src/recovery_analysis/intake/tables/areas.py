"""Local authorities and their statistical neighbours."""

from recovery_analysis.intake.schema import Column, Table

LOCAL_AUTHORITIES = Table(
    name="local_authorities",
    what="a local authority's code, name and region in one publication",
    key=("la_code", "series"),
    columns=(
        Column(name="la_code", what="three-digit DfE code", pattern=r"^\d{3}$"),
        Column(name="series", what="publication that the row comes from"),
        Column(name="la_name", what="name as published"),
        Column(name="region_name", what="region", nullable=True),
    ),
)

LA_NEIGHBOURS = Table(
    name="la_neighbours",
    what="a statistical neighbour of a local authority",
    key=("la_code", "neighbour_rank", "series"),
    columns=(
        Column(name="la_code", what="three-digit DfE code", pattern=r"^\d{3}$"),
        Column(name="neighbour_rank", what="1 is the nearest", kind="number", low=1, high=30),
        Column(name="neighbour_la_code", what="the neighbour's code", pattern=r"^\d{3}$"),
        Column(name="closeness", what="the publisher's word for how near", nullable=True),
        Column(name="series", what="publication that the row comes from"),
    ),
)
