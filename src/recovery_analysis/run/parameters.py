"""The parameters of a chapter: typed, checked, and a misspelt one refused instead of ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from recovery_analysis.errors import ParameterError
from recovery_analysis.words.periods import CLOSURE

#: The word that stands for the embedded demo in place of a store's folder.
DEMO_STORE = "demo"

_TYPES: dict[str, type] = {
    "community": str,
    "store": str,
    "baseline_date": str,
    "as_of": str,
    "edition": str,
    "config": str,
    "seed": int,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What a chapter is run with.

    Parameters
    ----------
    community
        ``trust:UID``, ``la:CODE``, ``partnership:NAME`` or ``england``.
    store
        Folder of the store, or ``demo``.
    baseline_date, as_of
        ``YYYY-MM-DD``; an empty ``as_of`` is today.
    edition
        Words for the masthead, such as ``Autumn 2026``; may be empty.
    config
        Path of a recovery.toml; may be empty.
    seed
        For whatever draws at random; recorded in the report.
    """

    community: str
    store: str
    baseline_date: str = CLOSURE.isoformat()
    as_of: str = ""
    edition: str = ""
    config: str = ""
    seed: int = 20200320

    def __post_init__(self) -> None:
        for name, kind in _TYPES.items():
            value = getattr(self, name)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise ParameterError(
                    f"parameter {name}: expected {_kind_words(kind)}, got {type(value).__name__}. "
                    f"Write it as in the notebook's parameters cell."
                )
        if self.baseline_day > self.as_of_day:
            raise ParameterError(
                f"parameter baseline_date: {self.baseline_date} lies after as_of {self.as_of_day}; the "
                "baseline comes first."
            )

    @property
    def baseline_day(self) -> date:
        """The baseline date as a date."""
        return _day("baseline_date", self.baseline_date)

    @property
    def as_of_day(self) -> date:
        """The day of the report as a date."""
        return _day("as_of", self.as_of) if self.as_of else date.today()

    def to_dict(self) -> dict[str, Any]:
        """Give the parameters as papermill takes them."""
        return {name: getattr(self, name) for name in _TYPES}


def refuse_unknown(names: Mapping[str, Any]) -> None:
    """Refuse plain values among ``names`` (a notebook's namespace) that are no parameter.

    papermill only warns of an unknown parameter and would run the default community.

    Raises
    ------
    ParameterError
        A name is none of the chapter's parameters; the nearest one is offered.
    """
    for name, value in names.items():
        is_plain = isinstance(value, str | int | float | bool) or value is None
        if name.startswith("_") or not is_plain or name in _TYPES:
            continue
        near = get_close_matches(name, _TYPES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ParameterError(
            f"unknown parameter {name!r}; a chapter takes {', '.join(_TYPES)}.{hint}"
        )


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(
            f"parameter {name}: expected a date such as 2020-03-20, got {text!r}."
        ) from None


def _kind_words(kind: type) -> str:
    return "text" if kind is str else "a whole number"
