"""Release a result: every estimate in it is checked, and only a released result can be exhibited."""

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar

from recovery_analysis.analysis.result import Breakdown, Estimate
from recovery_analysis.disclosure.policy import PUBLIC, Policy
from recovery_analysis.errors import DisclosureError
from recovery_analysis.words.missing import MissingReason

R = TypeVar("R")

#: What holds no estimate and passes as it is.
_PLAIN = (str, int, float, date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Generic[R]):
    """A result that passed the gate, under which policy, and how many numbers were hidden."""

    result: R
    policy: Policy
    hidden_n: int


def release(result: R, *, policy: Policy = PUBLIC) -> Released[R]:
    """Pass a result (a frozen dataclass, nested as it likes) through the gate.

    Every :class:`Estimate` that rests on 1 to ``policy.min_count - 1`` pupils in its smallest group loses
    its value, its interval and its counts, and gets the reason ``too_few``.

    Raises
    ------
    DisclosureError
        The result holds something that the gate can not look into, such as a data frame.
    """
    hidden = [0]
    safe = _walk(result, policy, hidden)
    return Released(result=safe, policy=policy, hidden_n=hidden[0])


def _walk(item: Any, policy: Policy, hidden: list[int]) -> Any:  # noqa: ANN401
    if isinstance(item, Estimate):
        return _check(item, policy, hidden)
    if isinstance(item, Breakdown):
        return _check_parts(item, policy, hidden)
    if isinstance(item, tuple) and hasattr(item, "_make"):
        return item._make(_walk(part, policy, hidden) for part in item)  # pyright: ignore[reportAttributeAccessIssue]
    if isinstance(item, tuple | list | frozenset):
        return type(item)(_walk(part, policy, hidden) for part in item)
    if isinstance(item, dict):
        return {key: _walk(part, policy, hidden) for key, part in item.items()}
    if is_dataclass(item) and not isinstance(item, type):
        parts = {f.name: getattr(item, f.name) for f in fields(item) if f.init}
        walked = {name: _walk(part, policy, hidden) for name, part in parts.items()}
        changed = {name: part for name, part in walked.items() if part is not parts[name]}
        return replace(item, **changed) if changed else item
    if item is None or isinstance(item, _PLAIN):
        return item
    raise DisclosureError(
        f"a result holds a {type(item).__name__}, which the disclosure gate can not look into. Put it into a "
        "frozen dataclass, tuple, list or dictionary of numbers, texts and estimates."
    )


def _check(estimate: Estimate, policy: Policy, hidden: list[int]) -> Estimate:
    held = estimate.basis == "computed" or policy.applies_to_published
    if not held or not _is_small(estimate, policy):
        return estimate
    return _hide(estimate, hidden)


def _is_small(estimate: Estimate, policy: Policy) -> bool:
    smallest = estimate.n_smallest
    few = smallest is not None and 0 < smallest < policy.min_count
    of = estimate.n_pupils
    few_of = estimate.unit == "percent" and of is not None and 0 < of < policy.min_denominator
    return few or (few_of and estimate.value is not None)


def _check_parts(breakdown: Breakdown, policy: Policy, hidden: list[int]) -> Breakdown:
    """Hide small parts, and the smallest of the others while the hidden ones could be worked out."""
    total = _check(breakdown.total, policy, hidden)
    parts = [_check(part, policy, hidden) for part in breakdown.parts]
    while total.value is not None and _can_be_worked_out(breakdown.parts, parts, policy):
        shown = [at for at, part in enumerate(parts) if part.value]
        if not shown:
            break
        smallest = min(shown, key=lambda at: (parts[at].value or 0, at))
        parts[smallest] = _hide(parts[smallest], hidden)
    return Breakdown(total=total, parts=tuple(parts))


def _can_be_worked_out(before: tuple[Estimate, ...], after: list[Estimate], policy: Policy) -> bool:
    """Say whether what is hidden adds up to a small number, or stands alone."""
    gone = [
        old.value
        for old, new in zip(before, after, strict=True)
        if old.value is not None and new.value is None
    ]
    return bool(gone) and (len(gone) == 1 or sum(gone) < policy.min_count)


def _hide(estimate: Estimate, hidden: list[int]) -> Estimate:
    if estimate.value is not None:
        hidden[0] += 1
    return replace(
        estimate,
        value=None,
        low=None,
        high=None,
        n_pupils=None,
        n_smallest=None,
        missing_reason=MissingReason.TOO_FEW.value,
        why_no_interval="",
    )
