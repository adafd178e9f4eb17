"""How a property of pupils goes with their progress, within schools. An association, never an effect."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recovery_analysis.analysis.pupil_list import TRAITS
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.shares import FEWEST_DF, nothing
from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.norms.comparison import progress_of_pupils
from recovery_analysis.stats.within import WithinFit, fit_within
from recovery_analysis.words.pupils import YES

__all__ = ["METHOD", "PROGRESS_COLUMNS", "progress_of_pupils", "went_with"]

#: Columns of a table of progress: one row a pupil and subject.
PROGRESS_COLUMNS = ("pupil_id", "school_id", "subject", "residual", "residual_sd")
#: Units of the two estimates of each comparison.
UNITS = ("scaled score points", "standard deviations")
#: Fewer pupils than this with or without the property, and nothing is estimated.
FEWEST_OF_EACH = 6
METHOD = (
    "difference in progress between pupils of the same school, allowing for starting point, year group and "
    "characteristics; cluster-robust over schools (CR2)"
)


def went_with(
    progress: pd.DataFrame,
    exposure: pd.DataFrame,
    traits: pd.DataFrame,
    *,
    subject: str,
    sources: tuple[str, ...],
) -> tuple[tuple[Estimate, Estimate], ...]:
    """Compare the progress of pupils with each property with that of pupils with none, within schools.

    Parameters
    ----------
    progress
        ``PROGRESS_COLUMNS``: ``residual`` is progress against expectation in scaled score points, after the
        prior score; an optional column ``prior_score`` is held equal once more.
    exposure
        ``pupil_id`` and one column of 0 and 1 a property; a row of noughts is the reference.
    traits
        From :func:`~recovery_analysis.analysis.pupil_list.traits_of`.
    subject
        Subject of the progress.

    Returns
    -------
    tuple[tuple[Estimate, Estimate], ...]
        One pair a property, in scaled score points and in standard deviations of progress; without a value
        where fewer than 6 pupils have it or lack it, or schools are too few.
    """
    names = [name for name in exposure.columns if name != "pupil_id"]
    kept = [name for name in (*PROGRESS_COLUMNS, "prior_score") if name in progress]
    rows = progress[progress["subject"].eq(subject) & progress["residual"].notna()][kept]
    rows = rows.drop_duplicates("pupil_id", keep="last").merge(exposure, on="pupil_id")
    rows = rows.merge(traits, on="pupil_id", how="left").reset_index(drop=True)
    flags = rows[names].to_numpy(dtype=np.float64)
    without = int((flags.sum(axis=1) == 0).sum())
    counts = flags.sum(axis=0).astype(int)
    used = [place for place, count in enumerate(counts) if count >= FEWEST_OF_EACH]
    found = [(nothing(UNITS[0], sources), nothing(UNITS[1], sources)) for _ in names]
    if not used or without < FEWEST_OF_EACH:
        return tuple(found)
    # Pupils with a property too rare to tell of are no reference either.
    told = np.flatnonzero(~np.delete(flags, used, axis=1).any(axis=1))
    fits = _fits(rows.iloc[told], flags[told][:, used])
    if fits is None:
        return tuple(found)
    for at, place in enumerate(used):
        smallest = min(int(counts[place]), without)
        about = {"smallest": smallest, "sources": sources}
        found[place] = (
            _estimate(fits[0], at, unit=UNITS[0], **about),
            _estimate(fits[1], at, unit=UNITS[1], **about),
        )
    return tuple(found)


def _fits(rows: pd.DataFrame, flags: NDArray[np.float64]) -> tuple[WithinFit, WithinFit] | None:
    """Fit progress in points and in standard deviations; None where the rows can not tell."""
    residual = rows["residual"].to_numpy(dtype=np.float64)
    scale = rows["residual_sd"].to_numpy(dtype=np.float64)
    same = {
        "interest": flags,
        "cluster": pd.factorize(rows["school_id"])[0],
        "adjusters": _adjusters(rows),
    }
    try:
        return fit_within(y=residual, **same), fit_within(y=residual / scale, **same)
    except (TooFewToReport, NotIdentified):
        return None


def _estimate(
    fit: WithinFit, at: int, *, unit: str, smallest: int, sources: tuple[str, ...]
) -> Estimate:
    told = bool(fit.df[at] >= FEWEST_DF) and math.isfinite(fit.low[at])
    return Estimate(
        value=float(fit.coef[at]),
        low=float(fit.low[at]) if told else None,
        high=float(fit.high[at]) if told else None,
        why_no_interval="" if told else f"{fit.n_clusters} schools are too few",
        unit=unit,
        decimals=1 if unit == UNITS[0] else 2,
        basis="computed",
        method=METHOD,
        sources=sources,
        n_pupils=fit.n,
        n_schools=fit.n_clusters,
        n_smallest=smallest,
    )


def _adjusters(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Give columns to hold equal: traits (yes, and not known), year groups, the prior score if there is one."""
    columns = [
        flag.astype("float64")
        for trait in TRAITS
        for flag in (rows[trait].eq(YES), rows[trait].isna())
    ]
    columns += [rows["year_group"].eq(year).astype("float64") for year in _years(rows)]
    if "prior_score" in rows and rows["prior_score"].notna().any():
        columns.append(rows["prior_score"].fillna(rows["prior_score"].mean()))
    return pd.concat(columns, axis=1).to_numpy(dtype=np.float64)


def _years(rows: pd.DataFrame) -> list[float]:
    return sorted(float(year) for year in rows["year_group"].dropna().unique())[1:]
