"""One row a school: the best that the store's publications say of each URN."""

from dataclasses import dataclass

import pandas as pd

from recovery_analysis.community.lineage import Lineage, build_lineage
from recovery_analysis.store.store import Store
from recovery_analysis.words.sectors import sector_of

#: Which publication is believed first about a school's name, type, phase and LA.
SERIES_ORDER = (
    "gias_establishments",
    "gias_group_links",
    "secondary_extract",
    "ks4_school",
    "ks2_school",
)

#: Types that are no school in the sense of the reports although GIAS lists them.
_STATE_SECTORS = ("academy", "maintained")

#: Phases and types that never have statutory-age pupils.
_NOT_STATUTORY_AGE = ("16 plus",)


@dataclass(frozen=True, slots=True)
class Directory:
    """State-funded schools of the store.

    ``frame`` has one row a URN: urn, school_id, school_name, la_code, la_name, phase, type_name, sector
    (academy, maintained), status, open_date, close_date, pupils_n, region_name, and as_of, the day that the
    description is of. ``lineage`` maps a URN to
    the school's stable id over academy conversions.
    """

    frame: pd.DataFrame
    lineage: Lineage


def read_directory(store: Store) -> Directory:
    """Build the directory of a store's state-funded schools."""
    schools = store.table("schools")
    rank = schools["series"].map({name: place for place, name in enumerate(SERIES_ORDER)})
    ordered = schools.assign(rank=rank.fillna(len(SERIES_ORDER)))
    ordered = ordered.sort_values(["urn", "rank", "as_of"], ascending=[True, True, False])
    best = ordered.groupby("urn", sort=True).first().reset_index()
    best["sector"] = best["type_name"].fillna("").map(sector_of)
    state = best[best["sector"].isin(_STATE_SECTORS) & ~best["phase"].isin(_NOT_STATUTORY_AGE)]
    lineage = build_lineage(store.table("school_links"))
    frame = state.assign(
        school_id=state["urn"].map(lineage.school_id),
        phase=_phase_words(state),
    )
    columns = [
        "urn",
        "school_id",
        "school_name",
        "la_code",
        "la_name",
        "phase",
        "type_name",
        "sector",
        "status",
        "open_date",
        "close_date",
        "pupils_n",
        "region_name",
        "as_of",
    ]
    return Directory(frame=frame[columns].reset_index(drop=True), lineage=lineage)


def _phase_words(frame: pd.DataFrame) -> pd.Series:
    """Give primary, secondary, all-through, special or other; special schools have no phase in GIAS."""
    phase = frame["phase"].fillna("").str.casefold()
    kind = frame["type_name"].fillna("").str.casefold()
    special = kind.str.contains("special") | kind.isin(["cys", "accs", "acs", "fds", "fss"])
    words = pd.Series("other", index=frame.index)
    words = words.mask(phase.str.contains("primary"), "primary")
    words = words.mask(phase.str.contains("nursery"), "nursery")
    words = words.mask(phase.str.contains("secondary"), "secondary")
    words = words.mask(phase.str.contains("all-through"), "all-through")
    return words.mask(special, "special").mask(
        kind.str.contains("referral"), "alternative provision"
    )
