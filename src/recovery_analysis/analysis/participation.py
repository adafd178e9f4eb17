"""Who takes part and who only watches; what the missing schools would have to be to change a headline (N13).

References
----------
Manski, C. F. (2003). Partial Identification of Probability Distributions. Springer. doi:10.1007/b97478
"""

from dataclasses import dataclass

import pandas as pd

from recovery_analysis.analysis.headlines import (
    Headline,
    Missing,
    MissingTold,
    headlines_of,
    what_missing_would_be,
)
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.missing import MissingReason

TABLES = (
    "pupils",
    "assessments",
    "reading_quizzes",
    "online_reading",
    "online_lessons",
    "attendance_weeks",
    "question_marks",
    "survey_respondents",
    "survey_answers",
    "device_access",
)
#: More schools than this are counted, not listed.
MOST_SCHOOLS_LISTED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of evidence that a school can give."""

    code: str
    title: str
    is_private: bool = True


SOURCES = (
    Source(code="public", title="Public results", is_private=False),
    Source(code="pupil_list", title="Pupil list"),
    Source(code="star_before", title="Star before 20 March 2020"),
    Source(code="star_since", title="Star since"),
    Source(code="marks", title="Marks by question"),
    Source(code="accelerated_reader", title="Accelerated Reader"),
    Source(code="myon", title="myON"),
    Source(code="oak", title="Oak"),
    Source(code="attendance", title="Attendance"),
    Source(code="devices", title="Devices"),
    Source(code="pupil_survey", title="Pupil survey"),
    Source(code="family_survey", title="Family survey"),
    Source(code="staff_survey", title="Staff survey"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolSources:
    """What one school gives: codes of ``SOURCES``; ``on_roll`` is its published number of pupils."""

    school_id: str
    school_name: str
    phase: str
    sector: str
    on_roll: int | None
    gives: tuple[str, ...]

    @property
    def only_watches(self) -> bool:
        """Say whether it gives no private source."""
        return not set(self.gives) - {"public"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCover:
    """How far one source covers the community: schools that give it, and the share of pupils in them."""

    source: Source
    schools_n: int
    pupils_share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationResult:
    """Schools and their sources, cover of each source, and what each headline's missing would have to be.

    ``roll_unknown_n`` schools have no published number of pupils: the middle one of the others stands in.
    """

    name: str
    academic_year: str
    schools: tuple[SchoolSources, ...]
    schools_n: int
    watching_n: int
    roll_unknown_n: int
    covers: tuple[SourceCover, ...]
    told: tuple[MissingTold, ...]
    is_listed: bool


def participation_evidence(
    data: CommunityData, pupils: PupilData, progress: pd.DataFrame | None = None
) -> ParticipationResult:
    """Say which school gives which evidence, and how far headlines depend on the schools that give none.

    Parameters
    ----------
    data, pupils
        The community; its rows of ``TABLES``.
    progress
        As for :func:`recovery_analysis.analysis.barriers.barriers_evidence`; None where it is not known.
    """
    now = data.schools[data.schools["school_id"].isin(data.now.school_ids)]
    givers = _givers(data, pupils)
    roll, unknown = _roll(now)
    private = {school for source in SOURCES if source.is_private for school in givers[source.code]}
    is_listed = len(now) <= MOST_SCHOOLS_LISTED
    return ParticipationResult(
        name=data.name,
        academic_year=_year(data, pupils),
        schools=_schools(now, givers) if is_listed else (),
        schools_n=len(now),
        watching_n=int((~now["school_id"].isin(private)).sum()),
        roll_unknown_n=unknown,
        covers=tuple(_cover(source, givers[source.code], roll) for source in SOURCES),
        told=tuple(
            what_missing_would_be(headline, _missing_of(headline, roll))
            for headline in headlines_of(pupils, progress)
        ),
        is_listed=is_listed,
    )


def _givers(data: CommunityData, pupils: PupilData) -> dict[str, set[str]]:
    """Give the schools behind each source."""
    tests = pupils.table("assessments")
    is_before = tests["test_date"].lt(pd.Timestamp(data.baseline_date))
    people = pupils.table("survey_respondents")
    figures = data.school_measures
    frames = {
        "public": figures[figures["value"].notna()],
        "pupil_list": pupils.table("pupils"),
        "star_before": tests[is_before],
        "star_since": tests[~is_before],
        "marks": pupils.table("question_marks"),
        "accelerated_reader": pupils.table("reading_quizzes"),
        "myon": pupils.table("online_reading"),
        "oak": pupils.table("online_lessons"),
        "attendance": pupils.table("attendance_weeks"),
        "devices": pupils.table("device_access"),
        **{
            f"{role}_survey": people[people["role"].eq(role)]
            for role in ("pupil", "family", "staff")
        },
    }
    now = set(data.now.school_ids)
    return {code: set(frame["school_id"].unique()) & now for code, frame in frames.items()}


def _roll(now: pd.DataFrame) -> tuple[pd.Series, int]:
    """Give pupils by school; where a school's number is not published, the middle one of the others."""
    roll = now.set_index("school_id")["pupils_n"]
    known = roll[roll.gt(0)]
    if known.empty:
        return pd.Series(1.0, index=roll.index), len(roll)
    return roll.where(roll.gt(0)).fillna(known.median()), len(roll) - len(known)


def _schools(now: pd.DataFrame, givers: dict[str, set[str]]) -> tuple[SchoolSources, ...]:
    return tuple(
        SchoolSources(
            school_id=str(school.school_id),
            school_name=str(school.school_name),
            phase=str(school.phase),
            sector=str(school.sector),
            on_roll=None if pd.isna(school.pupils_n) else int(school.pupils_n),  # pyright: ignore
            gives=tuple(
                source.code for source in SOURCES if str(school.school_id) in givers[source.code]
            ),
        )
        for school in now.itertuples()
    )


def _cover(source: Source, schools: set[str], roll: pd.Series) -> SourceCover:
    total = float(roll.sum())
    unit = {"unit": "percent", "decimals": 0}
    share = (
        missing(MissingReason.NOT_PUBLISHED, **unit)
        if total <= 0
        else Estimate(
            value=100 * float(roll[roll.index.isin(schools)].sum()) / total,
            basis="computed",
            method="published pupils of the schools that give it / published pupils of all schools",
            sources=("schools",),
            why_no_interval="every school is counted",
            n_schools=len(schools),
            **unit,
        )
    )
    return SourceCover(source=source, schools_n=len(schools), pupils_share=share)


def _missing_of(headline: Headline, roll: pd.Series) -> Missing:
    seen = roll.index.isin(headline.school_ids)
    return Missing(
        schools_n=int((~seen).sum()),
        pupils_n=float(roll[~seen].sum()),
        giving_pupils_n=float(roll[seen].sum()),
    )


def _year(data: CommunityData, pupils: PupilData) -> str:
    """Give the latest academic year of any private source, else of the public figures."""
    years = [
        str(frame["academic_year"].max())
        for frame in (pupils.table(name) for name in TABLES if name != "survey_answers")
        if len(frame)
    ]
    if years:
        return max(years)
    public = data.school_measures.loc[data.school_measures["value"].notna(), "academic_year"]
    return str(public.max()) if len(public) else ""
