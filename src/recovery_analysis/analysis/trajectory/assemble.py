"""The progress question for one community: one result a subject, and what the files can not tell."""

from dataclasses import dataclass

from recovery_analysis.analysis.result import missing
from recovery_analysis.analysis.trajectory.coverage import coverage_of, school_values
from recovery_analysis.analysis.trajectory.estimates import UNIT, growth_of, least_of
from recovery_analysis.analysis.trajectory.result import (
    Basis,
    ProgressResult,
    SubjectProgress,
    WindowProgress,
)
from recovery_analysis.analysis.trajectory.windows import (
    by_group,
    by_window,
    by_year_group,
    change,
    main_windows,
    rows_before,
    window_progress,
)
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.norms import Norms
from recovery_analysis.norms.comparison import Compared, community_tests, compare
from recovery_analysis.norms.windows import window_of
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.pupils import SUBJECTS

#: Pupil-level tables that this question reads.
TABLES = ("assessments", "pupils")


def progress_evidence(data: CommunityData, pupils: PupilData, norms: Norms) -> ProgressResult:
    """Say where pupils are against what was to be expected before the baseline date.

    The schools are those in the community now; a pupil's earlier test may be from any of its schools. Where
    pupils have a test before the baseline date, each is compared with what that test led to expect; where
    none has, each year group is compared with the same year group before.

    Parameters
    ----------
    data, pupils
        The community; ``pupils`` with the tables in ``TABLES``.
    norms
        Norms of the whole store, from :func:`recovery_analysis.norms.read_norms`.
    """
    tests = pupils.table("assessments")
    own = community_tests(pupils)
    sides = {
        True: compare(own, norms, with_prior=True),
        False: compare(own, norms, with_prior=False),
    }
    members = set(data.now.school_ids)
    sides = {key: rows.where(rows.frame["school_id"].isin(members)) for key, rows in sides.items()}
    subjects = [name for name in SUBJECTS if tests["subject"].eq(name).any()]
    found = tuple(
        _subject(
            data, pupils, norms, name, prior=_of(sides[True], name), level=_of(sides[False], name)
        )
        for name in subjects
    )
    day = norms.baseline_date
    return ProgressResult(
        subjects=found,
        norm_pupils=norms.n_pupils,
        norm_schools=norms.n_schools,
        baseline_words=f"{day.day} {day:%B %Y}",
        cannot_tell=_cannot_tell(subjects, norms),
    )


def _of(rows: Compared, subject: str) -> Compared:
    return rows.where(rows.frame["subject"].eq(subject))


def _cannot_tell(subjects: list[str], norms: Norms) -> tuple[str, ...]:
    if not subjects:
        return (
            "No standardised tests of these schools were read, so this report can not tell where pupils are "
            "against expectation. Export Star Reading and Star Maths tests (all years, from before 20 March "
            "2020 on, with deactivated tests left out) and give the files to recovery ingest.",
        )
    if not norms.cells:
        return (
            f"The files hold too few tests up to {norms.baseline_date.day} {norms.baseline_date:%B %Y} to say "
            "what was to be expected: at least 30 pupils of a year group, from two schools, are needed. Export "
            "the earlier years, too, and give them to recovery ingest.",
        )
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stages:
    """Before, first and now on the basis in use, as rows and as results."""

    basis: Basis
    rows: Compared
    before_first: Compared
    before: Compared
    first: Compared | None
    now: Compared | None


def _stages(prior: Compared, level: Compared, baseline_window: int) -> _Stages:
    """Use pupils' own earlier tests where any window after the baseline has them."""
    basis: Basis = "prior" if main_windows(prior.frame) else "level"
    rows = prior if basis == "prior" else level
    windows = main_windows(rows.frame)
    since = ~rows.frame["is_before"]
    first, now = (
        [rows.where(since & rows.frame["window"].eq(window)) for window in windows]
        if windows
        else (None, None)
    )
    return _Stages(
        basis=basis,
        rows=rows.where(since | rows.frame["years"].le(1)),
        before_first=rows_before(rows, first, baseline_window),
        before=rows_before(rows, now, baseline_window),
        first=first,
        now=now,
    )


def _subject(
    data: CommunityData,
    pupils: PupilData,
    norms: Norms,
    subject: str,
    *,
    prior: Compared,
    level: Compared,
) -> SubjectProgress:
    stages = _stages(prior, level, window_of(norms.baseline_date))
    tests = pupils.table("assessments")
    sources = tuple(sorted(tests.loc[tests["subject"].eq(subject), "series"].unique()))
    none = missing(MissingReason.NOT_RECORDED, unit=UNIT, sources=sources)
    no_months = missing(MissingReason.NOT_RECORDED, unit="months", sources=sources)
    first, now, before = stages.first, stages.now, stages.before
    to_now, to_now_months = change(before, now, norms, sources) if now else (none, no_months)
    to_first, _ = change(stages.before_first, first, norms, sources) if first else (none, no_months)
    return SubjectProgress(
        subject=subject,
        basis=stages.basis,
        before=_all(before, norms, sources),
        first=_all(first, norms, sources),
        now=_all(now, norms, sources),
        change=to_now,
        change_first=to_first,
        change_months=to_now_months,
        least=least_of(growth_of(now.frame, norms) if now else None),
        first_by_year_group=by_year_group(first, norms, sources) if first else (),
        now_by_year_group=by_year_group(now, norms, sources) if now else (),
        trajectory=by_window(stages.rows, norms, sources),
        levels=by_window(level, norms, sources, "all, beside the same year group before"),
        groups=by_group(now, norms, sources) if now else (),
        schools=school_values(data, norms, subject, sources),
        coverage=coverage_of(data, pupils, now.frame, subject, int(now.frame["window"].max()))
        if now
        else None,
        cannot_tell=_missing_words(subject, stages, norms),
    )


def _all(rows: Compared | None, norms: Norms, sources: tuple[str, ...]) -> WindowProgress | None:
    if rows is None or not len(rows.frame):
        return None
    return window_progress(rows, norms, "all", sources)


def _missing_words(subject: str, stages: _Stages, norms: Norms) -> tuple[str, ...]:
    """Say what the tests of this subject can not show."""
    words = SUBJECTS[subject]
    day = f"{norms.baseline_date.day} {norms.baseline_date:%B %Y}"
    found: list[str] = []
    if stages.now is None:
        found.append(
            f"No {words} test after {day} can be compared: none was read, or too few pupils of the same "
            "year group were tested before that day."
        )
    elif stages.basis == "level":
        found.append(
            f"No pupil has {words} tests on both sides of {day} with an expectation between them, so each year "
            "group is compared with the same year group before, not each pupil with the pupil's own start."
        )
    if stages.now is not None and not len(stages.before.frame):
        found.append(
            f"These schools have no {words} progress of their own before {day}: what is expected comes from "
            f"the {norms.n_schools} schools of the store that were tested before, and lasting differences "
            "between schools can not be told from what has happened since."
        )
    return tuple(found)
