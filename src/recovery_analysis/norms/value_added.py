"""The value that schools add after the baseline: one crossed model of schools, trusts and LAs a subject."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.errors import NotConverged, NotIdentified, TooFewToReport
from recovery_analysis.norms.characteristics import GROUPS, Flags, is_in
from recovery_analysis.norms.norms import SchoolValue, ValueAdded
from recovery_analysis.norms.reading import Places
from recovery_analysis.stats.expectation import LEAST_PUPILS
from recovery_analysis.stats.mixed import MixedFit, fit_from_statistics
from recovery_analysis.stats.mixed_statistics import SufficientStatistics, sufficient_statistics

#: A school with fewer pupils in the model is left out of the kept values.
LEAST_IN_SCHOOL = 10
#: Terms to try, the fullest first: a store of one trust or one LA can not tell that term.
_TERMS = (("school", "trust", "la"), ("school", "trust"), ("school", "la"), ("school",))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Latest:
    """Each pupil's latest test after the baseline: subject, school, stratum, flags, actual minus expected.

    A stratum is a window and a year group: pupils are compared within it.
    """

    subject: NDArray[np.int8]
    school: NDArray[np.int32]
    stratum: NDArray[np.int32]
    flags: Flags
    residual: NDArray[np.float32]


def value_added(parts: list[Latest], subject: int, places: Places) -> ValueAdded:
    """Fit one subject's model from parts of the pupils, added one after the other.

    Parameters
    ----------
    parts
        Disjoint sets of pupils.
    subject
        Place of the subject in ``SUBJECT_NAMES``.
    places
        The schools that numbers mean, with trust and LA.
    """
    means = _stratum_means(parts, subject)
    chosen = _groups_told(parts, subject)
    table: SufficientStatistics | None = None
    for part in parts:
        own = np.flatnonzero((part.subject == subject) & np.isfinite(means[part.stratum]))
        if not len(own):
            continue
        x = [np.ones(len(own)), *(is_in(part.flags[own], group) for group in chosen)]
        one = sufficient_statistics(
            y=part.residual[own].astype(np.float64) - means[part.stratum[own]],
            x=np.column_stack(x),
            groups={"school": part.school[own]},
        )
        table = one if table is None else table + one
    if table is None:
        return _none("No pupils have a test after the baseline date with an expectation.")
    return _fitted(table, places)


def _stratum_means(parts: list[Latest], subject: int) -> NDArray[np.float64]:
    """Mean of each stratum, NaN below 30 pupils: what all schools have in common is not a school's value."""
    size = max((int(part.stratum.max(initial=-1)) for part in parts), default=-1) + 1
    count, total = np.zeros((2, size))
    for part in parts:
        own = part.subject == subject
        count += np.bincount(part.stratum[own], minlength=size)
        total += np.bincount(part.stratum[own], weights=part.residual[own], minlength=size)
    return np.divide(total, count, out=np.full(size, np.nan), where=count >= LEAST_PUPILS)


def _groups_told(parts: list[Latest], subject: int) -> list[str]:
    """Give the groups that enough pupils are in, and enough are not."""
    n = sum(int((part.subject == subject).sum()) for part in parts)
    counts = {
        group: sum(int(is_in(part.flags[part.subject == subject], group).sum()) for part in parts)
        for group in GROUPS
    }
    return [group for group, yes in counts.items() if LEAST_PUPILS <= yes <= n - LEAST_PUPILS]


def _fitted(table: SufficientStatistics, places: Places) -> ValueAdded:
    why = ""
    for terms in _TERMS:
        try:
            fit = fit_from_statistics(statistics=_with_terms(table, terms, places))
        except (NotConverged, NotIdentified, TooFewToReport) as error:
            why = f"No model of schools can be made: {error}"
            continue
        return _values(fit, table, places)
    return _none(why)


def _with_terms(
    table: SufficientStatistics, terms: tuple[str, ...], places: Places
) -> SufficientStatistics:
    """Put trusts and LAs beside the schools: each school is one cell of the table, so no pupil is needed."""
    schools = [places.school_ids[number] for number in table.levels[0].tolist()]
    levels, members = [np.array(schools)], [table.members[0]]
    for term in terms[1:]:
        known = places.trusts if term == "trust" else places.las
        found = [known.get(school, "") for school in schools]
        names = sorted({name for name in found if name})
        number = {name: place for place, name in enumerate(names)} | {"": -1}
        levels.append(np.array(names, dtype=np.str_))
        by_level = np.array([number[name] for name in found], np.intp)
        members.append(by_level[table.members[0]])
    return SufficientStatistics(
        names=terms,
        levels=tuple(levels),
        members=np.array(members),
        counts=table.counts,
        means=table.means,
        within=table.within,
    )


def _values(fit: MixedFit, table: SufficientStatistics, places: Places) -> ValueAdded:
    blups = fit.blups["school"]
    counts = dict(
        zip((places.school_ids[k] for k in table.levels[0].tolist()), table.counts, strict=True)
    )
    columns = zip(
        blups.levels.tolist(), blups.value, blups.conditional_sd, blups.prediction_sd, strict=True
    )
    return ValueAdded(
        schools=tuple(
            SchoolValue(
                school_id=school,
                value=float(value),
                conditional_sd=float(conditional),
                prediction_sd=float(prediction),
                n_pupils=int(counts[school]),
            )
            for school, value, conditional, prediction in sorted(columns)
            if counts[school] >= LEAST_IN_SCHOOL
        ),
        variances=dict(fit.variances),
        at_zero=tuple(name for name, zero in fit.boundary.items() if zero),
        n_pupils=fit.n,
        n_levels=dict(fit.n_levels),
    )


def _none(words: str) -> ValueAdded:
    return ValueAdded(variances={}, n_levels={}, missing_words=words)
