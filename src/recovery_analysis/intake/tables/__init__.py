"""The canonical tables: every reader's output has one of these shapes."""

from recovery_analysis.intake.schema import Table
from recovery_analysis.intake.tables.areas import LA_NEIGHBOURS, LOCAL_AUTHORITIES
from recovery_analysis.intake.tables.groups import GROUPS, TRUST_SPELLS
from recovery_analysis.intake.tables.measures import (
    EES_OBSERVATIONS,
    PUBLISHED_MEASURES,
    SCHOOL_MEASURES,
    TRUST_MEASURE_SCHOOLS,
)
from recovery_analysis.intake.tables.schools import SCHOOL_LINKS, SCHOOLS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SCHOOLS,
        SCHOOL_LINKS,
        GROUPS,
        TRUST_SPELLS,
        LOCAL_AUTHORITIES,
        LA_NEIGHBOURS,
        SCHOOL_MEASURES,
        PUBLISHED_MEASURES,
        TRUST_MEASURE_SCHOOLS,
        EES_OBSERVATIONS,
    )
}
