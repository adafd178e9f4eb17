"""A community's tests beside what was to be expected: one row a test, in the way that the norms are made."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recovery_analysis.community.pupils import PupilData
from recovery_analysis.norms.characteristics import (
    GROUPS,
    Lists,
    flags_of,
    is_in,
    is_unknown,
    lists_of,
)
from recovery_analysis.norms.fit import flags_of_pairs
from recovery_analysis.norms.norms import Floats, Norms, Outcomes, outcomes
from recovery_analysis.norms.windows import (
    SUBJECT_NAMES,
    Pairs,
    Tests,
    anchored_pairs,
    day_number,
    first_tests,
    window_number,
    without_prior,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Tests beside their expectation.

    ``frame`` has one row a test with an expectation: pupil_id, school_id, subject, window, is_before,
    year_group, years (between the tests; 0 without a prior), prior_score, residual (actual minus expected,
    scaled score points), residual_sd (of single pupils before the baseline, same unit), declined (1, 0, NaN
    where a test does not say its error), and a column for each group (1 in it, 0 not, NaN not known).
    ``cell`` and ``columns`` are the expectations' own, row by row.
    """

    frame: pd.DataFrame
    cell: NDArray[np.int64]
    columns: Floats

    def where(self, mask: "pd.Series | NDArray[np.bool_]") -> "Compared":
        """Give some of the rows."""
        kept = np.flatnonzero(np.asarray(mask, dtype=np.bool_))
        frame = self.frame.iloc[kept].reset_index(drop=True)
        return Compared(frame=frame, cell=self.cell[kept], columns=self.columns[kept])

    def norm_variance(self, norms: Norms, weights: Floats) -> float:
        """Give the variance that the norms' own errors add to a weighted sum of the residuals."""
        total = 0.0
        for cell in np.unique(self.cell).tolist():
            own = self.cell == cell
            moved = weights[own] @ self.columns[own]
            total += float(moved @ norms.cells[cell].vcov @ moved)
        return total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommunityTests:
    """A community's usable tests, the first of each window, and its pupil lists, as arrays."""

    tests: Tests
    lists: Lists
    pupil_ids: NDArray[np.object_]
    school_ids: NDArray[np.object_]


def community_tests(pupils: PupilData) -> CommunityTests:
    """Turn a community's tests and lists into arrays; rows without score or year group are left out."""
    frame = pupils.table("assessments")
    usable = frame["unusable_reason"].isna() & frame["scaled_score"].notna()
    frame = frame[usable & frame["year_group"].notna()]
    listed = pupils.table("pupils")
    both = pd.concat([frame["pupil_id"], listed["pupil_id"]], ignore_index=True)
    code, pupil_ids = pd.factorize(both, sort=True)
    school, school_ids = pd.factorize(frame["school_id"], sort=True)
    starts = frame["academic_year"].str[:4].astype("int64").to_numpy()
    season, words = pd.factorize(frame["season"])
    subject, names = pd.factorize(frame["subject"])
    tests = Tests(
        pupil=code[: len(frame)],
        school=school,
        subject=_lookup([SUBJECT_NAMES.index(name) for name in names], subject),
        window=(starts - 1990) * 3 + _lookup([window_number(1990, word) for word in words], season),
        day=frame["test_date"].to_numpy("datetime64[D]").astype(np.int64),
        year_group=frame["year_group"].to_numpy(np.int64),
        score=frame["scaled_score"].to_numpy(np.float64),
        sem=frame["standard_error"].to_numpy(np.float64),
        tie=pd.factorize(frame["assessment_id"], sort=True)[0],
    )
    years = listed["academic_year"].str[:4].astype("int64").to_numpy()
    return CommunityTests(
        tests=first_tests(tests),
        lists=lists_of(code[len(frame) :], years, flags_of(listed)),
        pupil_ids=np.asarray(pupil_ids, dtype=object),
        school_ids=np.asarray(school_ids, dtype=object),
    )


def _lookup(values: list[int], code: NDArray[np.intp]) -> NDArray[np.int64]:
    return np.array(values, np.int64)[code]


def compare(own: CommunityTests, norms: Norms, *, with_prior: bool) -> Compared:
    """Compare a community's tests with expectations.

    Parameters
    ----------
    own
        The community's tests.
    norms
        Norms of the store.
    with_prior
        Against what each pupil's last test before the baseline led to expect (a test before the baseline:
        against each of its earlier ones, one row each); else against the same year group and season before.
    """
    pairing = anchored_pairs if with_prior else without_prior
    pairs = pairing(own.tests, norms.baseline_date)
    flags = flags_of_pairs(own.lists, own.tests, pairs)
    found = outcomes(norms.cells, own.tests, pairs, flags)
    told = np.flatnonzero(np.isfinite(found.residual))
    return Compared(
        frame=_frame(own, norms, pairs, found, flags).iloc[told].reset_index(drop=True),
        cell=found.cell[told],
        columns=found.columns[told],
    )


def _frame(
    own: CommunityTests, norms: Norms, pairs: Pairs, found: Outcomes, flags: NDArray[np.uint8]
) -> pd.DataFrame:
    tests, now = own.tests, pairs.now
    declined = np.where(np.isnan(found.threshold), np.nan, found.residual < -found.threshold)
    prior = tests.score[pairs.prior] if len(pairs) else np.empty(0)
    cells, place = np.unique(found.cell, return_inverse=True)
    known = [norms.cells[cell].residual_variance if cell in norms.cells else np.nan
             for cell in cells.tolist()]  # fmt: skip
    return pd.DataFrame(
        {
            "pupil_id": own.pupil_ids[tests.pupil[now]],
            "school_id": own.school_ids[tests.school[now]],
            "subject": np.array(SUBJECT_NAMES, dtype=object)[tests.subject[now]],
            "window": tests.window[now],
            "is_before": tests.day[now] <= day_number(norms.baseline_date),
            "year_group": tests.year_group[now],
            "years": pairs.years,
            "prior_score": np.where(pairs.prior >= 0, prior, np.nan),
            "residual": found.residual,
            "residual_sd": np.sqrt(np.array(known, np.float64))[place],
            "declined": declined,
            **{
                group: np.where(is_unknown(flags, group), np.nan, is_in(flags, group))
                for group in GROUPS
            },
        }
    ).astype({"pupil_id": "str", "school_id": "str", "subject": "str"})


def progress_of_pupils(pupils: PupilData, norms: Norms) -> pd.DataFrame:
    """Give each pupil's latest progress across the baseline date: one row a pupil and subject.

    For analyses that set progress beside something else. Columns as in :class:`Compared`.
    """
    compared = compare(community_tests(pupils), norms, with_prior=True).frame
    since = compared[~compared["is_before"]].sort_values("window", kind="stable")
    kept = since.drop_duplicates(["pupil_id", "subject"], keep="last")
    return kept.sort_values(["subject", "pupil_id"], ignore_index=True)
