"""What the question of barriers answers: one frozen result a community."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from recovery_analysis.analysis.result import Breakdown, Estimate
from recovery_analysis.analysis.shares import GroupShares

Theme = Literal["device", "connection", "teaching"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """How having a barrier went with progress in one subject, within schools; not an effect."""

    subject: str
    points: Estimate
    deviations: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """One barrier among one kind of people.

    Parameters
    ----------
    code
        Short name, unique with ``who``.
    title, counted_words
        Name, and what the share is of, to follow "share of pupils who".
    theme
        Device, connection or teaching.
    who
        ``listed`` (a school's device list), ``pupil`` or ``family`` (a survey).
    by_group
        Shares of disadvantaged and other pupils and their difference.
    by_phase
        Shares in primary and secondary year groups.
    levels, level_words
        All answers in order with their shares; the words of each.
    linked
        By subject; empty where progress is not known.
    """

    code: str
    title: str
    counted_words: str
    theme: Theme
    who: Literal["listed", "pupil", "family"]
    first_day: date | None
    last_day: date | None
    by_group: GroupShares
    by_phase: GroupShares
    level_words: tuple[str, ...]
    levels: Breakdown
    linked: tuple[Linked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """How many of each school's pupils the evidence speaks for, beside its latest pupil list.

    Each breakdown has one part a school, without a value where the school gave no such source. ``on_roll``:
    pupils on the list; ``listed``: with a known device; ``pupil``, ``family``: respondents of each survey.
    """

    school_ids: tuple[str, ...]
    school_names: tuple[str, ...]
    on_roll: Breakdown
    listed: Breakdown
    pupil: Breakdown
    family: Breakdown


@dataclass(frozen=True, slots=True, kw_only=True)
class BarriersResult:
    """Barriers with any evidence, lent devices, who replied at each school, and what is missing.

    ``lent`` is the share of listed pupils who were lent a device; ``lacking`` the share without a device of
    their own who were not. ``silent_schools`` gave none of the sources (named up to 400 schools, counted in
    ``silent_n``). ``missing_sources`` are words for sources that no school gave.
    """

    barriers: tuple[Barrier, ...]
    lent: Estimate
    lacking: Estimate
    replies: Replies | None
    silent_n: int
    silent_schools: tuple[str, ...]
    missing_sources: tuple[str, ...]
    progress_known: bool
    academic_year: str

    @property
    def has_evidence(self) -> bool:
        """Say whether any barrier is known."""
        return bool(self.barriers)
