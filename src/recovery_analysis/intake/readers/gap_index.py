"""Published national disadvantage gap index (Social Mobility Commission data sets in12 and in13).

The publisher codes 2019/20 and 2020/21 at key stage 2 as 0.000: no tests were held, so the value is null
with the reason ``no_tests``. At key stage 4 those years hold teacher-assessed grades and carry a value.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.markers import split_markers
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.periods import DISRUPTED_YEARS, AcademicYear

SOURCE = Source(
    kind="gap_index",
    title="Disadvantage gap index",
    publisher="Social Mobility Commission, from Department for Education statistics",
)

_MEASURES = {"in12": "ks2_gap_index", "in13": "ks4_gap_index"}
_COLUMNS = {
    "measure_code",
    "measure_title",
    "area_code",
    "primary_split_type",
    "time_period",
    "unit",
}
_INDEX_UNIT = "Disadvantage index"


def _recognises(raw: RawFile) -> bool:
    return set(raw.columns) >= _COLUMNS


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    frame = table.frame.assign(**{ROW: table.frame.index + 2})
    unknown = sorted(set(frame["measure_code"]) - set(_MEASURES))
    if unknown:
        raise FileRefused(
            f"{table.raw.label}: column measure_code: expected in12 (key stage 2) or in13 (key stage 4), "
            f"got {', '.join(unknown)}. Download the data set of one of these two indicators."
        )
    index = frame[frame["unit"].eq(_INDEX_UNIT)]
    value, reason = split_markers(
        index["value"], markers={"NA": MissingReason.NOT_PUBLISHED}, label=table.raw.label
    )
    years = index["time_period"].map(AcademicYear.parse)
    untested = value.eq(0) & years.isin(DISRUPTED_YEARS) & index["measure_code"].eq("in12")
    measures = pd.DataFrame(
        {
            "entity": "england",
            "entity_id": "england",
            "entity_name": index["area_name"],
            "academic_year": years.map(str),
            "measure": index["measure_code"].map(_MEASURES),
            "pupil_group": "gap",
            "population": "state_funded",
            "value": value.mask(untested),
            "missing_reason": reason.mask(untested, MissingReason.NO_TESTS.value),
            "series": SOURCE.kind,
            ROW: index[ROW],
        }
    )
    return Reading(
        tables={"published_measures": measures},
        rows_read=len(frame),
        dropped=dropped(
            (len(frame) - len(index), "a split of the attainment rate, not the gap index"),
        ),
        notes=(f"{int(untested.sum())} values of 0.000 read as 'no tests were held'",)
        if untested.any()
        else (),
        academic_year=f"{years.min()} to {years.max()}",
        year_from="content",
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
