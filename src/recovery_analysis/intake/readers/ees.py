"""Explore education statistics: a tidy CSV and the metadata file beside it.

The metadata file has the data file's name with ``.meta.csv`` in place of ``.csv`` and says which columns are
filters and which are indicators. Every indicator of every row becomes one observation.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.markers import EXPLORE_EDUCATION_STATISTICS, split_markers
from recovery_analysis.intake.raw_file import RawFile, RawTable, inspect, read_cells
from recovery_analysis.intake.reader import Reader, Reading, Source, YearOrigin, dropped
from recovery_analysis.intake.records import numbered, text_or_null
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="ees",
    title="Explore education statistics",
    publisher="Department for Education",
)
METADATA_SOURCE = Source(
    kind="ees_metadata",
    title="Explore education statistics: metadata file",
    publisher="Department for Education",
)

_TIME = ("time_period", "time_identifier", "geographic_level")
#: Code and name of each kind of place, the most specific first.
_PLACES = (
    ("school_urn", "school_name"),
    ("school_laestab", "school_name"),
    ("provider_ukprn", "provider_name"),
    ("institution_id", "institution_name"),
    ("ward_code", "ward_name"),
    ("planning_area_code", "planning_area_name"),
    ("trust_id", "trust_name"),
    ("sponsor_id", "sponsor_name"),
    ("pcon_code", "pcon_name"),
    ("lad_code", "lad_name"),
    ("opportunity_area_code", "opportunity_area_name"),
    ("new_la_code", "la_name"),
    ("old_la_code", "la_name"),
    ("local_enterprise_partnership_code", "local_enterprise_partnership_name"),
    ("english_devolved_area_code", "english_devolved_area_name"),
    ("region_code", "region_name"),
    ("country_code", "country_name"),
)
_STANDARD = {*_TIME, *(column for place in _PLACES for column in place)}
_META_COLUMNS = {"col_name", "col_type", "label"}
_ROW_KEY = [*_TIME, "location_code", "filters"]
_ACADEMIC_YEAR = "Academic year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the metadata file says: filter columns, and label and unit of each indicator."""

    label: str
    filters: tuple[str, ...]
    indicators: tuple[str, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]


def _recognises(raw: RawFile) -> bool:
    return set(raw.columns) >= {*_TIME, "country_code"}


def _recognises_metadata(raw: RawFile) -> bool:
    return set(raw.columns) >= _META_COLUMNS


def read_metadata(raw: RawFile) -> Metadata:
    """Read the metadata file that stands beside a data file.

    Raises
    ------
    FileRefused
        The metadata file is absent, is not one, or lists no indicators.
    """
    path = raw.path.with_name(f"{raw.path.stem}.meta.csv")
    if not path.exists():
        raise FileRefused(
            f"{raw.label}: the metadata file {path.name} does not stand beside it; it says which columns "
            "are indicators. Download the data set again with its metadata and keep both in one folder."
        )
    meta_raw = inspect(path)
    if not _recognises_metadata(meta_raw):
        raise FileRefused(
            f"{path.name}: expected the columns col_name, col_type and label of a metadata file. "
            "Download the data set again with its metadata."
        )
    frame = read_cells(meta_raw).frame
    kind = frame["col_type"].str.strip().str.lower()
    indicators = frame[kind.eq("indicator")]
    if indicators.empty:
        raise FileRefused(
            f"{path.name}: column col_type: no row is an Indicator. Download the metadata again."
        )
    unit = "indicator_unit"
    return Metadata(
        label=path.name,
        filters=tuple(sorted(frame.loc[kind.eq("filter"), "col_name"])),
        indicators=tuple(indicators["col_name"]),
        labels=tuple(indicators["label"]),
        units=tuple(indicators[unit]) if unit in frame else ("",) * len(indicators),
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    frame = numbered(table)
    meta = read_metadata(table.raw)
    absent = [name for name in (*meta.filters, *meta.indicators) if name not in table.frame]
    if absent:
        raise FileRefused(
            f"{table.raw.label}: {meta.label} lists columns that the data file does not have: "
            f"{', '.join(absent)}. The two files are of different releases; download both again."
        )
    base, notes = _base(table.raw, frame, meta)
    repeated = frame.drop(columns=ROW).duplicated()
    rows, base = frame[~repeated], base[~repeated]
    known = _STANDARD | set(meta.filters) | set(meta.indicators)
    unlisted = [name for name in table.raw.columns if name not in known]
    if unlisted:
        notes = (*notes, f"columns in neither the standard nor {meta.label}: {', '.join(unlisted)}")
    year, origin = _academic_years(rows)
    return Reading(
        tables={"ees_observations": _observations(rows, base, meta, label=table.raw.label)},
        rows_read=len(frame),
        dropped=dropped((int(repeated.sum()), "an exact repeat of another row")),
        notes=notes,
        academic_year=year,
        year_from=origin,
    )


def _base(
    raw: RawFile, frame: pd.DataFrame, meta: Metadata
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give the columns that all indicators of a row share."""
    code = pd.Series(pd.NA, index=frame.index, dtype="str")
    name = code.copy()
    for code_column, name_column in _PLACES:
        if code_column not in frame:
            continue
        cells = frame[code_column].str.strip()
        found = code.isna() & ~cells.isin(list(EXPLORE_EDUCATION_STATISTICS))
        code = code.mask(found, cells)
        if name_column in frame:
            name = name.mask(found, text_or_null(frame[name_column]))
    filters = pd.Series("", index=frame.index, dtype="str")
    for position, column in enumerate(meta.filters):
        filters = filters + ("; " if position else "") + f"{column}=" + frame[column].str.strip()
    base = pd.DataFrame(
        {
            "data_set": raw.path.stem,
            **{column: frame[column].str.strip() for column in _TIME},
            "location_code": code,
            "location_name": name,
            "filters": filters,
            ROW: frame[ROW],
        }
    )
    return _tell_places_apart(base)


def _tell_places_apart(base: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Add the name to a code that two places share: Inner and Outer London have London's code."""
    clash = base[base.duplicated(subset=_ROW_KEY, keep=False)]
    names = clash.groupby("location_code")["location_name"].nunique()
    shared = names.index[names.gt(1)]
    if shared.empty:
        return base, ()
    several = base["location_code"].isin(shared) & base["geographic_level"].isin(
        clash["geographic_level"]
    )
    told = base["location_code"] + " " + base["location_name"].fillna("")
    return (
        base.assign(location_code=base["location_code"].mask(several, told)),
        (f"codes that two places share, written with the place's name: {', '.join(shared)}",),
    )


def _observations(
    rows: pd.DataFrame, base: pd.DataFrame, meta: Metadata, *, label: str
) -> pd.DataFrame:
    split = [
        split_markers(rows[name], markers=EXPLORE_EDUCATION_STATISTICS, label=label)
        for name in meta.indicators
    ]
    long = base.take(np.tile(np.arange(len(base)), len(meta.indicators)))
    return long.reset_index(drop=True).assign(
        indicator=np.repeat(meta.indicators, len(rows)),
        label=np.repeat(meta.labels, len(rows)),
        unit=text_or_null(pd.Series(np.repeat(meta.units, len(rows)), dtype="str")),
        value=pd.concat([value for value, _ in split], ignore_index=True),
        missing_reason=pd.concat([reason for _, reason in split], ignore_index=True),
    )


def _academic_years(rows: pd.DataFrame) -> tuple[str, YearOrigin]:
    """Name the academic years of a file whose periods all are academic years."""
    if not rows["time_identifier"].str.strip().eq(_ACADEMIC_YEAR).all():
        return "not one year", "not needed"
    years = [AcademicYear.parse(period) for period in rows["time_period"].unique()]
    first, last = min(years), max(years)
    return (str(first) if first == last else f"{first} to {last}"), "content"


def _read_metadata_alone(table: RawTable, given: AcademicYear | None) -> Reading:
    return Reading(
        tables={},
        rows_read=len(table.frame),
        dropped=dropped((len(table.frame), "read together with its data file")),
    )


READERS = (
    Reader(source=SOURCE, recognises=_recognises, read=_read),
    Reader(source=METADATA_SOURCE, recognises=_recognises_metadata, read=_read_metadata_alone),
)
SOURCES = (SOURCE, METADATA_SOURCE)
