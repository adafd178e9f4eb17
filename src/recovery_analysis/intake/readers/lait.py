"""Local authority interactive tool (LAIT): the long table of local authorities by year.

The text in ``Years`` names the year in which the academic year ends, at times with the stage of the release
behind it ("2024 (Rev)"). The values are text; some were written with the noise of a binary number
(36.799999999999997) and are rounded to two decimals, the finest that the tool publishes.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.markers import LAIT, split_markers
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import numbered, without_repeats
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.periods import DISRUPTED_YEARS, AcademicYear

SOURCE = Source(
    kind="lait",
    title="Local authority interactive tool",
    publisher="Department for Education",
)

_COLUMNS = {"Short Desc", "Years", "LA and Regions", "Values", "LA Number"}

_SUBJECTS = ("Reading", "Writing", "Maths")

#: The tool's short name of a measure, and the measure and group of pupils that it stands for.
MEASURE_OF: dict[str, tuple[str, str]] = {
    "DAP_KS4_ATT8": ("attainment8", "disadvantaged"),
    "NonDAP_KS4_ATT8": ("attainment8", "other"),
    "AVG_Attain8_Score": ("attainment8", "all"),
    "DAP_KS4_Prog8": ("progress8", "disadvantaged"),
    "NonDAP_KS4_Prog8": ("progress8", "other"),
    "AVG_Prog8_Score": ("progress8", "all"),
    "DAP_NEW_KS2_RWM": ("ks2_rwm_expected_pct", "disadvantaged"),
    "NonDAP_NEW_KS2_RWM": ("ks2_rwm_expected_pct", "other"),
    "KS2RWM_Expected_STD": ("ks2_rwm_expected_pct", "all"),
    "KS2R_AVG_Scaled_Score": ("ks2_reading_scaled_score", "all"),
    "KS2M_AVG_Scaled_Score": ("ks2_maths_scaled_score", "all"),
    "KS2GPS_AVG_Scaled_Score": ("ks2_gps_scaled_score", "all"),
    "TotAbs": ("overall_absence_pct", "all"),
    **{f"KS2_DAP_{s}_Progress": (f"ks2_{s.lower()}_progress", "disadvantaged") for s in _SUBJECTS},
    **{f"KS2_NonDAP_{s}_Progress": (f"ks2_{s.lower()}_progress", "other") for s in _SUBJECTS},
    **{f"KS2{s[0]}_Prog_VA": (f"ks2_{s.lower()}_progress", "all") for s in _SUBJECTS},
}

#: The tool's number of England; 980 to 990 are regions, lower numbers local authorities.
_ENGLAND = "970"
_FIRST_REGION = 980

_YEAR = r"^(?P<year>20\d{2})(?: \((?P<stage>[A-Za-z]+)\))?$"
#: A figure that stands at two stages is taken from the later one.
_STAGES = {"prov": 0, "": 1, "rev": 2, "final": 3}
_DECIMALS = 2
_KEY = ["entity", "entity_id", "academic_year", "measure", "pupil_group"]


def _recognises(raw: RawFile) -> bool:
    return set(raw.columns) >= _COLUMNS


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    label = table.raw.label
    everything = numbered(table)
    frame = everything[everything["Short Desc"].isin(list(MEASURE_OF))]
    if frame.empty:
        raise FileRefused(
            f"{label}: column Short Desc: none of the measures that the reports use "
            f"({', '.join(MEASURE_OF)}). Download the whole long table of the tool."
        )
    end_years, stages = _years(frame["Years"], label)
    numbers, repaired = repair_ids(frame["LA Number"], kind="la_code", label=label)
    measures = _measures(frame, end_years=end_years, numbers=numbers, label=label)
    measures, repeats = without_repeats(measures.assign(stage=stages.map(_STAGES)))
    last_stage = measures.groupby(_KEY)["stage"].transform("max")
    latest = measures[measures["stage"].eq(last_stage)].drop(columns="stage")
    staged = int(stages.ne("").sum())
    return Reading(
        tables={"published_measures": latest},
        rows_read=len(everything),
        dropped=dropped(
            (len(everything) - len(frame), "not a measure that the reports use"),
            (repeats, "an exact repeat of another row"),
            (len(measures) - len(latest), "an earlier release of the same figure"),
        ),
        notes=(
            *((f"{staged} figures are marked with the stage of their release",) if staged else ()),
            *repair_note(repaired, "LA Number"),
        ),
        academic_year=f"{AcademicYear.ending(end_years.min())} to "
        f"{AcademicYear.ending(end_years.max())}",
        year_from="content",
    )


def _years(cells: pd.Series, label: str) -> tuple[pd.Series, pd.Series]:
    """Split "2024 (Rev)" into the end year and the stage of the release in lower case."""
    parts = cells.str.strip().str.extract(_YEAR)
    stages = parts["stage"].fillna("").str.lower()
    unread = parts["year"].isna() | ~stages.isin(list(_STAGES))
    if unread.any():
        rows = ", ".join(str(int(position) + 2) for position in cells.index[unread][:6])
        raise FileRefused(
            f"{label}: column Years: expected the year in which the academic year ends, such as 2024 or "
            f"2024 (Rev), (prov) or (Final); {int(unread.sum())} cells differ, first in rows {rows}."
        )
    return parts["year"].astype("int64"), stages


def _measures(
    frame: pd.DataFrame, *, end_years: pd.Series, numbers: pd.Series, label: str
) -> pd.DataFrame:
    value, reason = split_markers(frame["Values"], markers=LAIT, label=label)
    measure = frame["Short Desc"].map({name: found[0] for name, found in MEASURE_OF.items()})
    years = end_years.map({year: AcademicYear.ending(year) for year in end_years.unique()})
    no_tests = (
        value.isna()
        & years.isin(DISRUPTED_YEARS)
        & (measure.str.startswith("ks2_") | measure.eq("progress8"))
    )
    is_region = numbers.astype("int64").ge(_FIRST_REGION)
    entity = pd.Series("la", index=frame.index).mask(is_region, "region")
    place = frame["LA and Regions"].str.strip()
    return pd.DataFrame(
        {
            "entity": entity.mask(numbers.eq(_ENGLAND), "england"),
            "entity_id": numbers.mask(is_region, place).mask(numbers.eq(_ENGLAND), "england"),
            "entity_name": place,
            "academic_year": years.map(str),
            "measure": measure,
            "pupil_group": frame["Short Desc"].map(
                {name: found[1] for name, found in MEASURE_OF.items()}
            ),
            "population": "state_funded",
            "value": value.round(_DECIMALS),
            "missing_reason": reason.mask(no_tests, MissingReason.NO_TESTS.value),
            "series": SOURCE.kind,
            ROW: frame[ROW],
        }
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
