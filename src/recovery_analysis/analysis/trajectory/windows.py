"""Progress by window: all pupils, year groups, groups of pupils, and the change since before."""

from dataclasses import replace

import numpy as np
import pandas as pd

from recovery_analysis.analysis.parts import smallest_of_parts
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.analysis.trajectory.estimates import (
    UNIT,
    declined_share,
    declined_usual,
    difference_of,
    growth_of,
    in_months,
    least_of,
    mean_of,
    norm_error,
)
from recovery_analysis.analysis.trajectory.result import GroupProgress, WindowProgress
from recovery_analysis.norms import Norms
from recovery_analysis.norms.comparison import Compared
from recovery_analysis.norms.windows import WINDOWS_A_YEAR, season_at, year_at
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.pupils import PUPIL_GROUPS, year_group_words

#: A window with fewer than this share of the pupils of the fullest one is not taken for the first or latest.
LEAST_OF_FULLEST = 0.3
METHOD = "mean of actual minus expected score; CR2 by school, with the error of the norms"
CHANGE_METHOD = (
    "difference of actual minus expected, now minus before, in the same schools; CR2 by school"
)


def window_progress(
    rows: Compared, norms: Norms, label: str, sources: tuple[str, ...]
) -> WindowProgress:
    """Describe the rows of one window (or of several: the latest names them); there is at least one row."""
    frame = rows.frame
    weights = np.full(len(frame), 1 / len(frame))
    variance, df = norm_error(rows, norms, weights)
    contrast = mean_of(frame["residual"], frame["school_id"], norm_variance=variance, norm_df=df)
    growth = growth_of(frame, norms)
    window = int(frame["window"].max())
    return WindowProgress(
        window=window,
        academic_year=str(year_at(window)),
        season=season_at(window),
        is_before=bool(frame["is_before"].all()),
        label=label,
        difference=contrast.estimate(unit=UNIT, method=METHOD, sources=sources),
        months=in_months(contrast, growth, sources),
        declined=declined_share(frame, sources),
        declined_usual=declined_usual(rows, norms, sources),
        least=least_of(growth),
    )


def by_window(
    rows: Compared, norms: Norms, sources: tuple[str, ...], label: str = "all"
) -> tuple[WindowProgress, ...]:
    """Describe every window, in order of time; both sides of the baseline date apart."""
    frame = rows.frame
    sides = frame[["window", "is_before"]].drop_duplicates().sort_values(["window", "is_before"])
    return tuple(
        window_progress(
            rows.where(frame["window"].eq(window) & frame["is_before"].eq(is_before)),
            norms,
            label,
            sources,
        )
        for window, is_before in sides.itertuples(index=False)
    )


def by_year_group(
    rows: Compared, norms: Norms, sources: tuple[str, ...]
) -> tuple[WindowProgress, ...]:
    """Describe each year group of one window's rows."""
    groups = rows.frame["year_group"]
    present = sorted(groups.unique())
    smallest = smallest_of_parts([int(groups.eq(group).sum()) for group in present])
    return tuple(
        _held(
            window_progress(
                rows.where(groups.eq(group)), norms, year_group_words(int(group)), sources
            ),
            reveals,
        )
        for group, reveals in zip(present, smallest, strict=True)
    )


def _held(item: WindowProgress, reveals: int) -> WindowProgress:
    """Let a part count for no more than what it reveals of the other parts of its whole."""

    def held(estimate: Estimate) -> Estimate:
        if estimate.n_smallest is None:
            return estimate
        return replace(estimate, n_smallest=min(estimate.n_smallest, reveals))

    return replace(
        item,
        difference=held(item.difference),
        months=held(item.months),
        declined=held(item.declined),
    )


def main_windows(frame: pd.DataFrame) -> tuple[int, int] | None:
    """Give the first and the latest window after the baseline in which enough pupils were tested."""
    counts = frame[~frame["is_before"]].groupby("window").size()
    full = counts[counts.ge(LEAST_OF_FULLEST * counts.max())] if len(counts) else counts
    return (int(full.index.min()), int(full.index.max())) if len(full) else None


def rows_before(rows: Compared, after: Compared | None, baseline_window: int) -> Compared:
    """Give the rows of the year up to the baseline date that are like those after it.

    Where tests after it lie two years from their prior test, so do those before: what a school adds each year
    then enters both sides alike. Without such tests, those one year apart stand in.
    """
    frame = rows.frame
    recent = frame["is_before"] & frame["window"].gt(baseline_window - WINDOWS_A_YEAR)
    like = recent & frame["years"].isin(after.frame["years"].unique() if after else [])
    return rows.where(like if like.any() else recent & frame["years"].le(1))


def change(
    before: Compared, after: Compared, norms: Norms, sources: tuple[str, ...]
) -> tuple[Estimate, Estimate]:
    """Give after minus before in score points, and in months, in the schools that have both."""
    shared = set(before.frame["school_id"]) & set(after.frame["school_id"])
    both = pd.concat([before.frame, after.frame], ignore_index=True)
    both["is_after"] = np.arange(len(both)) >= len(before.frame)
    both = both[both["school_id"].isin(shared)]
    if both.empty:
        return (
            missing(MissingReason.NOT_RECORDED, unit=UNIT, sources=sources),
            missing(MissingReason.NOT_RECORDED, unit="months", sources=sources),
        )
    found = difference_of(both["residual"], both["school_id"], both["is_after"])
    growth = growth_of(both[both["is_after"]], norms)
    return (
        found.estimate(unit=UNIT, method=CHANGE_METHOD, sources=sources),
        in_months(found, growth, sources),
    )


def by_group(rows: Compared, norms: Norms, sources: tuple[str, ...]) -> tuple[GroupProgress, ...]:
    """Compare the two sides of each characteristic in one window's rows, where both sides have pupils."""
    found: list[GroupProgress] = []
    for group, words in PUPIL_GROUPS.items():
        known = rows.where(rows.frame[group].notna())
        is_first = known.frame[group].eq(1)
        if not is_first.any() or is_first.all():
            continue
        share = is_first.to_numpy(np.float64)
        weights = share / share.sum() - (1 - share) / (1 - share).sum()
        variance, df = norm_error(known, norms, weights)
        frame = known.frame
        contrast = difference_of(
            frame["residual"], frame["school_id"], is_first, norm_variance=variance, norm_df=df
        )
        counts = int(is_first.sum()), int((~is_first).sum()), len(rows.frame) - len(frame)
        sides = [
            _held(window_progress(known.where(mask), norms, label, sources), reveals)
            for mask, label, reveals in zip(
                (is_first, ~is_first), words, smallest_of_parts(counts)[:2], strict=True
            )
        ]
        method = f"mean of actual minus expected: {words[0]} minus {words[1]}; CR2 by school"
        found.append(
            GroupProgress(
                group=group,
                first=sides[0],
                second=sides[1],
                difference=contrast.estimate(unit=UNIT, method=method, sources=sources),
                months=in_months(contrast, growth_of(frame, norms), sources),
            )
        )
    return tuple(found)
