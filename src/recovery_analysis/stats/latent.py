"""Groups of pupils who answer alike: latent classes by stepmix, their number chosen by BIC.

It stands apart from :mod:`recovery_analysis.stats.survey` because stepmix loads scikit-learn, which takes a
second or two.

References
----------
Goodman, L. A. (1974). Exploratory latent structure analysis using both identifiable and unidentifiable models.
doi:10.1093/biomet/61.2.215
Morin, S., Legault, R., Laliberte, F. and others (2025). StepMix: a Python package for pseudo-likelihood
estimation of generalized mixture models with external variables. doi:10.18637/jss.v113.i08
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from stepmix.stepmix import StepMix

from recovery_analysis.errors import NotConverged, NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats, refuse_not_finite

_MAX_STEPS = 20_000
#: A climb ends where a step adds less than this to the mean log-likelihood of a pupil.
WITHIN = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassCount:
    """One number of classes that was tried; ``why_not`` says why it could not be chosen."""

    n_classes: int
    log_likelihood: float
    bic: float
    smallest: int
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LatentClasses:
    """Classes from the largest to the smallest.

    ``share`` (K) is the part of pupils in each class; ``probability`` holds, for each item, K x levels chances
    of an answer in the order of ``levels``; ``posterior`` (n x K) and ``assigned`` (n) say where each pupil
    belongs. ``entropy`` is relative, 1 = every pupil certain, 0 = no idea (1 for one class); under 0.8,
    tables by ``assigned`` mix the classes. ``tried`` lists every number of classes.
    """

    n_classes: int
    share: Floats
    probability: tuple[Floats, ...]
    levels: tuple[tuple[int, ...], ...]
    posterior: Floats
    assigned: Codes
    size: Codes
    entropy: float
    bic: float
    log_likelihood: float
    tried: tuple[ClassCount, ...]
    n: int


def latent_classes(
    *,
    items: ArrayLike,
    seed: int,
    max_classes: int = 6,
    minimum_size: int = 10,
    starts: int = 20,
    within: float = WITHIN,
) -> LatentClasses:
    """Find classes of pupils from their answers to several questions.

    Parameters
    ----------
    items
        n x q answers as whole numbers (codes); those who left one out are left out first and counted.
    seed
        Seed of the random starts, to be recorded with the result.
    max_classes, minimum_size, starts
        Most classes tried; fewest pupils that a class may have (also a rule of disclosure); random starts
        for each number of classes, of which the likeliest end counts.
    within
        A climb ends where a step adds less than this to the mean log-likelihood of a pupil. At 1e-6, ten
        thousand pupils and ten yes-or-no questions take about a second.

    Raises
    ------
    ParameterError
        If an argument is not as described.
    TooFewToReport
        If there are fewer pupils than ``minimum_size``, or fewer than 2 items.
    NotIdentified
        If an item has the same answer throughout.
    NotConverged
        If no start reaches a top for one class or for the number chosen.

    Notes
    -----
    Of the numbers of classes that converge, that have no class under ``minimum_size`` (by assignment) and
    fewer parameters than there are answer patterns, the one with the smallest BIC is taken. Pupils who
    answer alike are counted, not repeated: the likelihood is the same.

    Examples
    --------
    >>> answers = [[0, 0, 0]] * 40 + [[1, 1, 1]] * 60
    >>> found = latent_classes(items=answers, seed=1, max_classes=2)
    >>> print(found.n_classes, [round(float(part), 2) for part in found.share])
    2 [0.6, 0.4]
    """
    codes, levels = _codes(items, minimum_size)
    for name, number in (("max_classes", max_classes), ("starts", starts)):
        if number < 1:
            raise ParameterError(f"{name} must be 1 or more, not {number}")
    if not 0 < within < 1:
        raise ParameterError(f"within must be between 0 and 1, not {within}")
    patterns = _Patterns.of(codes)
    tried: list[ClassCount] = []
    best: tuple[ClassCount, Floats, Floats] | None = None
    for count in range(1, max_classes + 1):
        if not _identifiable(count, levels):
            break
        outcome, shares, posterior = _fitted(
            patterns, count, levels, minimum_size, (starts, within, seed)
        )
        tried.append(outcome)
        if outcome.why_not is None and (best is None or outcome.bic < best[0].bic):
            best = (outcome, shares, posterior)
    if best is None:
        raise NotConverged(
            "no number of latent classes reached a top: raise starts, or join rare answers of items"
        )
    return _result(*best, codes=codes, levels=levels, tried=tuple(tried))


def _codes(
    items: ArrayLike, minimum_size: int
) -> tuple[NDArray[np.intp], tuple[tuple[int, ...], ...]]:
    try:
        answers = np.asarray(items, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError("items must hold whole numbers (codes of answers)") from error
    if answers.ndim != 2:
        raise ParameterError(f"items must be pupils x questions, not of shape {answers.shape}")
    refuse_not_finite(answers, "items")
    if bool((answers != np.round(answers)).any()):
        raise ParameterError("items must be whole numbers: codes of answers, not scores")
    if minimum_size < 1:
        raise ParameterError(f"minimum_size must be 1 or more, not {minimum_size}")
    n, q = answers.shape
    if n < max(2, minimum_size) or q < 2:
        raise TooFewToReport(
            f"items holds {n} pupils and {q} questions: classes need at least"
            f" {max(2, minimum_size)} pupils and 2 questions"
        )
    codes = np.empty(answers.shape, dtype=np.intp)
    levels: list[tuple[int, ...]] = []
    for column in range(q):
        found, codes[:, column] = np.unique(answers[:, column], return_inverse=True)
        if len(found) < 2:
            raise NotIdentified(
                f"question {column} of items (counted from 0) has the same answer throughout: drop it"
            )
        levels.append(tuple(int(level) for level in found))
    return codes, tuple(levels)


def _n_parameters(count: int, levels: tuple[tuple[int, ...], ...]) -> int:
    return count - 1 + count * sum(len(level) - 1 for level in levels)


def _identifiable(count: int, levels: tuple[tuple[int, ...], ...]) -> bool:
    """Whether there are more answer patterns than parameters; one class always is."""
    patterns = 1
    for level in levels:
        patterns *= len(level)
    return count == 1 or _n_parameters(count, levels) < patterns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Patterns:
    """Distinct rows of answers, how many pupils gave each, and which is each pupil's."""

    codes: NDArray[np.intp]
    count: Floats
    of_pupil: NDArray[np.intp]

    @classmethod
    def of(cls, codes: NDArray[np.intp]) -> "_Patterns":
        """Count the pupils of each distinct row."""
        found, of_pupil, count = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
        return cls(codes=found, count=count.astype(np.float64), of_pupil=of_pupil.reshape(-1))


def _fitted(
    patterns: _Patterns,
    count: int,
    levels: tuple[tuple[int, ...], ...],
    minimum_size: int,
    climb: tuple[int, float, int],
) -> tuple[ClassCount, Floats, Floats]:
    starts, within, seed = climb
    model: Any = StepMix(
        n_components=count,
        measurement="categorical",
        n_init=starts,
        max_iter=_MAX_STEPS,
        abs_tol=within,
        random_state=seed,
        verbose=0,
        progress_bar=0,
    )
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.fit(patterns.codes, sample_weight=patterns.count)
    stopped = any(issubclass(one.category, ConvergenceWarning) for one in said)
    of_pattern = np.asarray(model.predict_proba(patterns.codes), dtype=np.float64)
    posterior = of_pattern[patterns.of_pupil]
    n = len(posterior)
    smallest = int(np.bincount(posterior.argmax(axis=1), minlength=count).min())
    log_likelihood = float(model.score(patterns.codes, sample_weight=patterns.count)) * n
    why = None
    if stopped:
        why = "stopped before a top"
    elif smallest < minimum_size:
        why = f"a class has {smallest} pupils, fewer than {minimum_size}"
    bic = _n_parameters(count, levels) * float(np.log(n)) - 2 * log_likelihood
    outcome = ClassCount(
        n_classes=count, log_likelihood=log_likelihood, bic=bic, smallest=smallest, why_not=why
    )
    return outcome, np.asarray(model.get_parameters()["weights"], dtype=np.float64), posterior


def _result(
    outcome: ClassCount,
    share: Floats,
    posterior: Floats,
    *,
    codes: NDArray[np.intp],
    levels: tuple[tuple[int, ...], ...],
    tried: tuple[ClassCount, ...],
) -> LatentClasses:
    order = np.argsort(-share, kind="stable")
    posterior = posterior[:, order]
    assigned = posterior.argmax(axis=1).astype(np.intp)
    # the chances are worked out from the posterior: at a top of the likelihood they are the model's own
    probability = tuple(
        np.column_stack(
            [
                (posterior * (codes[:, item] == level)[:, None]).sum(axis=0) / posterior.sum(axis=0)
                for level in range(len(levels[item]))
            ]
        )
        for item in range(codes.shape[1])
    )
    sure = np.where(posterior > 0, posterior, 1.0)
    doubt = -float((posterior * np.log(sure)).sum())
    most = len(codes) * float(np.log(outcome.n_classes)) if outcome.n_classes > 1 else 1.0
    return LatentClasses(
        n_classes=outcome.n_classes,
        share=share[order],
        probability=probability,
        levels=levels,
        posterior=posterior,
        assigned=assigned,
        size=np.bincount(assigned, minlength=outcome.n_classes).astype(np.intp),
        entropy=1.0 if outcome.n_classes == 1 else 1 - doubt / most,
        bic=outcome.bic,
        log_likelihood=outcome.log_likelihood,
        tried=tried,
        n=len(codes),
    )
