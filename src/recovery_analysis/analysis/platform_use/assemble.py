"""The question of use for one community: reach, who was not reached, dose, quality, what it went with."""

from datetime import date
from typing import Any

import pandas as pd

from recovery_analysis.analysis.association import went_with
from recovery_analysis.analysis.platform_use.amounts import (
    ACCELERATED_READER,
    PLATFORMS,
    QUALITY_BANDS,
    QUALITY_CUT,
    Platform,
    band_of,
    by_pupil,
    latest_year_only,
    split_rates,
    uses,
)
from recovery_analysis.analysis.platform_use.oak import oak_use
from recovery_analysis.analysis.platform_use.result import (
    BandLink,
    BeforeSince,
    Contrast,
    PlatformUse,
    Quality,
    UseResult,
)
from recovery_analysis.analysis.pupil_list import TRAITS, latest_years, on_roll, traits_of
from recovery_analysis.analysis.shares import (
    SIDES,
    GroupShares,
    mean_of,
    parts_of_all,
    share_of,
    shares_by,
)
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.periods import AcademicYear
from recovery_analysis.words.pupils import year_group_words

TABLES = ("pupils", "reading_quizzes", "online_reading", "online_lessons")

#: Subjects whose progress is compared by use of a reading platform.
SUBJECTS = ("reading",)
#: More schools than this are counted, not named.
MOST_SCHOOLS_NAMED = 400


def use_evidence(
    data: CommunityData, pupils: PupilData, progress: pd.DataFrame | None = None
) -> UseResult:
    """Say which platforms were used, by whom, who was not reached, and how use went with progress.

    Parameters
    ----------
    data, pupils
        The community; its rows of ``TABLES``. A school without rows of a platform has no export of it:
        its use is not known, and its pupils are in no share.
    progress
        As for :func:`recovery_analysis.analysis.barriers.barriers_evidence`; None where it is not known.
    """
    traits = traits_of(pupils)
    found, absent = [], []
    for platform in PLATFORMS:
        rows = uses(platform, pupils)
        if rows.empty:
            absent.append(f"an export of {platform.title}")
        else:
            found.append(_platform(platform, rows, data, pupils, traits, progress))
    oak = oak_use(pupils, len(data.now.school_ids))
    if oak is None:
        absent.append("schools' own reports of lessons of Oak National Academy")
    return UseResult(
        platforms=tuple(found),
        oak=oak,
        missing_sources=tuple(absent),
        progress_known=progress is not None and len(progress) > 0,
    )


def _platform(
    platform: Platform,
    rows: pd.DataFrame,
    data: CommunityData,
    pupils: PupilData,
    traits: pd.DataFrame,
    progress: pd.DataFrame | None,
) -> PlatformUse:
    latest = latest_year_only(rows)
    years = latest_years(latest)
    roll = on_roll(pupils, years)
    frame = by_pupil(platform, latest, roll).merge(traits, on="pupil_id", how="left")
    # Numbers for schools: statistics group by them many times faster than by names.
    frame = frame.assign(school=pd.factorize(frame["school_id"])[0])
    schools, sources = frame["school"], tuple(sorted(rows["series"].unique()))
    words = tuple(band.words for band in platform.bands)
    bands = band_of(frame["dose"], platform.bands)
    listed = set(roll["school_id"].unique())
    return PlatformUse(
        code=platform.code,
        title=platform.title,
        academic_year=_span(years),
        dose_words=platform.dose_words,
        caution=platform.caution,
        **_schools(data, set(years), listed),
        reach=share_of(frame["used"], schools, sources=sources),
        not_reached=tuple(
            Contrast(
                trait=trait,
                shares=shares_by(
                    ~frame["used"], schools, frame[trait], labels=SIDES, sources=sources
                ),
            )
            for trait in TRAITS
            if frame[trait].notna().any()
        ),
        by_year_group=_by_year_group(frame, sources),
        active=share_of(frame["active"], schools, sources=sources),
        band_words=words,
        bands=parts_of_all(bands, schools, words, sources=sources),
        quality=_quality(frame, sources) if platform is ACCELERATED_READER else None,
        before_since=_before_since(platform, rows, data.baseline_date, pupils, sources),
        linked=_linked(platform, frame, bands, traits, progress, sources),
    )


def _schools(data: CommunityData, with_export: set[str], listed: set[str]) -> dict[str, Any]:
    """Name the schools that have an export and a list, an export alone, and those of which nothing is known."""
    now = data.schools[data.schools["school_id"].isin(data.now.school_ids)]
    has = now["school_id"].isin(with_export)
    is_listed = now["school_id"].isin(listed)
    groups = {
        "schools_with": has & is_listed,
        "schools_unlisted": has & ~is_listed,
        "schools_unknown": ~has,
    }
    named = len(now) <= MOST_SCHOOLS_NAMED
    return {
        **{
            name: tuple(str(school) for school in now.loc[flag, "school_name"]) if named else ()
            for name, flag in groups.items()
        },
        "schools_unknown_n": int((~has).sum()),
    }


def _by_year_group(frame: pd.DataFrame, sources: tuple[str, ...]) -> GroupShares:
    words = frame["year_group"].map(lambda year: year_group_words(int(year)), na_action="ignore")
    labels = tuple(
        year_group_words(int(year)) for year in sorted(frame["year_group"].dropna().unique())
    )
    return shares_by(
        ~frame["used"], frame["school"], words.astype("str"), labels=labels, sources=sources
    )


def _quality(frame: pd.DataFrame, sources: tuple[str, ...]) -> Quality | None:
    known = frame[frame["correct"].notna()]
    if known.empty:
        return None
    words = tuple(band.words for band in QUALITY_BANDS)
    return Quality(
        band_words=words,
        bands=parts_of_all(
            band_of(known["correct"], QUALITY_BANDS), known["school"], words, sources=sources
        ),
        at_cut=share_of(known["correct"].ge(QUALITY_CUT - 1e-9), known["school"], sources=sources),
    )


def _before_since(
    platform: Platform,
    rows: pd.DataFrame,
    baseline: date,
    pupils: PupilData,
    sources: tuple[str, ...],
) -> BeforeSince | None:
    """Compare the part of the academic year before the baseline date with the part since, pupil by pupil."""
    year = AcademicYear.of(baseline)
    inside = rows[rows["academic_year"].eq(str(year))]
    roll = on_roll(pupils, dict.fromkeys(inside["school_id"].unique(), str(year)))
    frame = split_rates(
        platform, inside, roll, year_start=date(year.start, 9, 1), baseline=baseline
    )
    if frame.empty:
        return None
    schools = pd.Series(pd.factorize(frame["school_id"])[0], index=frame.index)
    last = inside["end"].max().date()
    change = frame["since"] - frame["before"]
    means = {
        name: mean_of(values, schools, unit=platform.unit, decimals=1, sources=sources)
        for name, values in (
            ("before", frame["before"]),
            ("since", frame["since"]),
            ("change", change),
        )
    }
    return BeforeSince(
        academic_year=str(year),
        words=platform.rate_words,
        **means,
        reach_before=share_of(frame["before"].gt(0), schools, sources=sources),
        reach_since=share_of(frame["since"].gt(0), schools, sources=sources),
        last_day=f"{last.day} {last:%B %Y}",
    )


def _linked(
    platform: Platform,
    frame: pd.DataFrame,
    bands: pd.Series,
    traits: pd.DataFrame,
    progress: pd.DataFrame | None,
    sources: tuple[str, ...],
) -> tuple[BandLink, ...]:
    """Compare progress of pupils in each band of use with that of pupils without, within schools."""
    if progress is None or progress.empty:
        return ()
    above = [band for band in platform.bands if band.code != "none"]
    exposure = pd.DataFrame(
        {"pupil_id": frame["pupil_id"]}
        | {band.code: bands.eq(band.words).astype("float64") for band in above}
    ).drop_duplicates("pupil_id", keep="last")
    found = []
    for subject in SUBJECTS:
        pairs = went_with(progress, exposure, traits, subject=subject, sources=sources)
        found += [
            BandLink(subject=subject, band=band.words, points=points, deviations=deviations)
            for band, (points, deviations) in zip(above, pairs, strict=True)
            if points.is_there
        ]
    return tuple(found)


def _span(years: dict[str, str]) -> str:
    first, last = min(years.values()), max(years.values())
    return first if first == last else f"{first} to {last}"
