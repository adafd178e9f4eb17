"""The question of barriers for one community: reach of each, between whom it differs, what it went with."""

from typing import Any

import pandas as pd

from recovery_analysis.analysis.association import went_with
from recovery_analysis.analysis.barriers.result import (
    Barrier,
    BarriersResult,
    Linked,
    Replies,
    Theme,
)
from recovery_analysis.analysis.barriers.rows import (
    LISTS,
    TEACHING_ITEMS,
    answered_rows,
    device_rows,
    latest_respondents,
    listed_rows,
)
from recovery_analysis.analysis.pupil_list import latest_roll, phases_of, traits_of
from recovery_analysis.analysis.result import Breakdown
from recovery_analysis.analysis.shares import (
    SIDES,
    count_of,
    nothing,
    parts_of_all,
    share_of,
    shares_by,
)
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.pupils import YES
from recovery_analysis.words.survey_items import SURVEY_ITEMS

TABLES = ("pupils", "device_access", "survey_respondents", "survey_answers")

#: Subjects whose progress is compared.
SUBJECTS = ("reading", "maths")
PHASES = ("primary", "secondary")
#: More schools than this are counted, not listed.
MOST_SCHOOLS_LISTED = 400


def barriers_evidence(
    data: CommunityData, pupils: PupilData, progress: pd.DataFrame | None = None
) -> BarriersResult:
    """Say what stood in the way of learning online, for whom, and how it went with progress.

    Parameters
    ----------
    data, pupils
        The community; its rows of ``TABLES``.
    progress
        One row a pupil and subject: ``pupil_id``, ``school_id``, ``subject``, ``residual`` (scaled score
        points against expectation), ``residual_sd``. None where it is not known.
    """
    traits = traits_of(pupils)
    devices = device_rows(pupils)
    respondents = {role: latest_respondents(pupils, role) for role in ("pupil", "family")}
    found: list[Barrier] = []
    for levels in LISTS:
        rows = listed_rows(devices, levels)
        counted = tuple(levels.words[code] for code in levels.counted)
        found += _barrier(
            rows,
            traits,
            progress,
            (levels.code, levels.title, levels.counted_words),
            theme=levels.theme,
            who="listed",
            words=tuple(levels.words.values()),
            counted=counted,
        )
    for code in TEACHING_ITEMS:
        item = SURVEY_ITEMS[code]
        for role, people in respondents.items():
            found += _barrier(
                answered_rows(pupils, people, code),
                traits,
                progress,
                (code, item.wording, item.counted_words),
                theme="teaching",
                who=role,
                words=item.answers,
                counted=item.counted,
            )
    return BarriersResult(
        barriers=tuple(found),
        **_lent(devices),
        **_replies(data, pupils, devices, respondents),
        missing_sources=_missing(devices, respondents),
        progress_known=progress is not None and len(progress) > 0,
        academic_year=_year(devices, *respondents.values()),
    )


def _barrier(
    rows: pd.DataFrame,
    traits: pd.DataFrame,
    progress: pd.DataFrame | None,
    name: tuple[str, str, str],
    *,
    theme: Theme,
    who: str,
    words: tuple[str, ...],
    counted: tuple[str, ...],
) -> list[Barrier]:
    """Give the barrier of rows, or none where there are no rows."""
    if rows.empty:
        return []
    joined = rows.merge(traits, on="pupil_id", how="left", suffixes=("", "_listed"))
    flags = joined["level"].isin(counted)
    # Numbers for schools: statistics group by them many times faster than by names.
    schools = pd.Series(pd.factorize(joined["school_id"])[0], index=joined.index)
    sources = tuple(sorted(rows["series"].unique()))
    weights = None if who == "listed" or rows["weight"].nunique() == 1 else joined["weight"]
    phases = phases_of(joined["year_group"].fillna(joined["year_group_listed"]))
    days = joined["day"].dropna()
    code, title, counted_words = name
    return [
        Barrier(
            code=code,
            title=title,
            counted_words=counted_words,
            theme=theme,
            who=who,  # pyright: ignore[reportArgumentType]
            first_day=days.min().date() if len(days) else None,
            last_day=days.max().date() if len(days) else None,
            by_group=shares_by(
                flags,
                schools,
                joined["disadvantaged"],
                labels=SIDES,
                sources=sources,
                weights=weights,
            ),
            by_phase=shares_by(
                flags,
                schools,
                phases,
                labels=PHASES,
                sources=sources,
                weights=weights,
            ),
            level_words=words,
            levels=parts_of_all(joined["level"], schools, words, sources=sources, weights=weights),
            linked=_linked(joined, flags, traits, progress, sources),
        )
    ]


def _linked(
    joined: pd.DataFrame,
    flags: pd.Series,
    traits: pd.DataFrame,
    progress: pd.DataFrame | None,
    sources: tuple[str, ...],
) -> tuple[Linked, ...]:
    """Compare progress of pupils with and without the barrier; family replies count once a pupil."""
    if progress is None or progress.empty:
        return ()
    exposure = pd.DataFrame({"pupil_id": joined["pupil_id"], "has": flags.astype("float64")})
    exposure = exposure[exposure["pupil_id"].notna()]
    exposure = exposure.groupby("pupil_id", as_index=False).agg({"has": "max"})
    found = []
    for subject in SUBJECTS:
        ((points, deviations),) = went_with(
            progress, exposure, traits, subject=subject, sources=sources
        )
        if points.is_there:
            found.append(Linked(subject=subject, points=points, deviations=deviations))
    return tuple(found)


def _lent(devices: pd.DataFrame) -> dict[str, Any]:
    known = devices[devices["lent_by_school"].notna()]
    sources = tuple(sorted(known["series"].unique()))
    without = known[known["device"].notna() & known["device"].ne("own")]
    return {
        "lent": share_of(known["lent_by_school"].eq(YES), known["school_id"], sources=sources),
        "lacking": share_of(
            without["lent_by_school"].ne(YES), without["school_id"], sources=sources
        )
        if len(without)
        else nothing("percent"),
    }


def _replies(
    data: CommunityData,
    pupils: PupilData,
    devices: pd.DataFrame,
    respondents: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    """Say for how many pupils of each school the evidence speaks; name the schools that gave none."""
    roll = latest_roll(pupils).groupby("school_id").size()
    given = {
        "listed": devices[devices["device"].notna()].groupby("school_id").size(),
        "pupil": respondents["pupil"].groupby("school_id").size(),
        "family": respondents["family"].groupby("school_id").size(),
    }
    schools = data.schools[data.schools["school_id"].isin(data.now.school_ids)]
    heard = schools["school_id"].isin({key for counts in given.values() for key in counts.index})
    if len(schools) > MOST_SCHOOLS_LISTED:
        return {"replies": None, "silent_n": int((~heard).sum()), "silent_schools": ()}
    ids = tuple(str(school) for school in schools.loc[heard, "school_id"])
    on_roll = [int(roll.get(school, 0)) for school in ids]
    replies = Replies(
        school_ids=ids,
        school_names=tuple(str(name) for name in schools.loc[heard, "school_name"]),
        on_roll=_counted([n or None for n in on_roll], on_roll, "pupils"),
        **{
            name: _counted(
                [int(counts[school]) if school in counts.index else None for school in ids],
                on_roll,
                "pupils" if name == "listed" else "respondents",
            )
            for name, counts in given.items()
        },
    )
    return {
        "replies": replies if ids else None,
        "silent_n": int((~heard).sum()),
        "silent_schools": tuple(str(name) for name in schools.loc[~heard, "school_name"]),
    }


def _counted(counts: list[int | None], on_roll: list[int], unit: str) -> Breakdown:
    """Give a total and its parts; a school that gave nothing has a part without a value."""
    return Breakdown(
        total=count_of(sum(n or 0 for n in counts), unit=unit, sources=()),
        parts=tuple(
            nothing(unit) if n is None else count_of(n, unit=unit, sources=(), out_of=of)
            for n, of in zip(counts, on_roll, strict=True)
        ),
    )


def _missing(devices: pd.DataFrame, respondents: dict[str, pd.DataFrame]) -> tuple[str, ...]:
    found = []
    if devices["device"].isna().all():
        found.append("a list of devices at home")
    if devices["connection"].isna().all():
        found.append("a list of internet connections at home")
    if respondents["pupil"].empty:
        found.append("a pupil survey")
    if respondents["family"].empty:
        found.append("a family survey")
    return tuple(found)


def _year(*frames: pd.DataFrame) -> str:
    years = [str(frame["academic_year"].max()) for frame in frames if len(frame)]
    return max(years, default="")
