"""The Department for Education's download of a pupil census (autumn, spring or summer), one row a pupil.

Caveats: free school meals in the last six years (EVERFSM_6) is the department's; the file does not say who is
looked after. The autumn census has no ethnicity. A file with several terms of a year gives each pupil's last.
"""

import pandas as pd

from recovery_analysis.intake.headers import has_field, normal_headers
from recovery_analysis.intake.list_years import years_of_list
from recovery_analysis.intake.pupil_characteristics import (
    CHARACTERISTICS,
    alias_rows,
    characteristic_notes,
    pupils_table,
)
from recovery_analysis.intake.pupil_rows import (
    PUPIL,
    SCHOOL,
    YEAR,
    open_list,
    pupil_rows,
    reading_of,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="pupil_census",
    title="School census, pupils (Get Information About Pupils)",
    publisher="Department for Education; for the school alone",
    licence="Private data of the trust or school",
)

FIELDS = {
    **SCHOOL,
    **PUPIL,
    **YEAR,
    **CHARACTERISTICS,
    "year_group": ("ncyearactual",),
    "term": ("censusterm",),
    "enrolment": ("enrolstatus",),
}
_NEEDED = ("upn", "year_group", "sen_status")

#: Registrations that another school's roll holds, and pupils who had left before the census.
_ELSEWHERE = {
    "S": "a subsidiary registration: another school holds the main one",
    "G": "a guest: another school holds the registration",
    "O": "a pupil of another provider",
    "P": "a pupil who had left before the census",
}
_TERMS = {"aut": 0, "spr": 1, "sum": 2}


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    is_census = has_field(names, FIELDS, "enrolment", "term") or "pupilmatchingref" in names
    return is_census and names >= {"upn", "ncyearactual", "senprovision"}


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=_NEEDED)
    rows = pupil_rows(listed, series=SOURCE.kind)
    years, year, origin = years_of_list(table, listed, given)
    pupils = pupils_table(listed, rows, years)
    status = listed.cells.text("enrolment").str.upper()
    left_out = [(int(status.eq(code).sum()), reason) for code, reason in _ELSEWHERE.items()]
    here = pupils[~status.isin(tuple(_ELSEWHERE))]
    latest = _latest_term(here, listed.cells.text("term"))
    left_out.append((len(here) - len(latest), "an earlier term of a pupil in the same year"))
    return reading_of(
        listed,
        {"pupils": latest, "pupil_aliases": alias_rows(listed, rows)},
        more_dropped=tuple(left_out),
        notes=(*rows.notes, *characteristic_notes(listed, pupils)),
        academic_year=year,
        year_from=origin,
    )


def _latest_term(pupils: pd.DataFrame, terms: pd.Series) -> pd.DataFrame:
    """Keep each pupil's rows of the last term of a year that the file holds."""
    order = terms.reindex(pupils.index).str.casefold().str[:3].map(_TERMS).fillna(-1)
    key = [pupils[name] for name in ("pupil_id", "school_ref", "academic_year")]
    return pupils[order.eq(order.groupby(key).transform("max"))]


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
