"""What the question of use answers: one frozen result a community."""

from dataclasses import dataclass

from recovery_analysis.analysis.result import Breakdown, Estimate
from recovery_analysis.analysis.shares import GroupShares


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A band of use with fixed ends: ``low`` <= amount < ``high`` (None: no end)."""

    code: str
    words: str
    low: float
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Shares NOT reached on both sides of a characteristic."""

    trait: str
    shares: GroupShares


@dataclass(frozen=True, slots=True, kw_only=True)
class BandLink:
    """How being in a band of use went with progress, against pupils without use; not an effect."""

    subject: str
    band: str
    points: Estimate
    deviations: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Average percent correct of pupils who took a quiz: bands, and the share at 85 or above."""

    band_words: tuple[str, ...]
    bands: Breakdown
    at_cut: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeSince:
    """Amount a pupil before and since the baseline date, in the same year and for the same pupils."""

    academic_year: str
    words: str
    before: Estimate
    since: Estimate
    change: Estimate
    reach_before: Estimate
    reach_since: Estimate
    last_day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformUse:
    """Use of one platform by pupils on roll in the schools that have its export.

    ``schools_with`` have an export and a pupil list; ``schools_unlisted`` an export alone; in
    ``schools_unknown`` use is not known, not nought. ``not_reached`` are shares without any use in the year.
    ``dose_words`` says how the amount is measured.
    """

    code: str
    title: str
    academic_year: str
    dose_words: str
    caution: str
    schools_with: tuple[str, ...]
    schools_unlisted: tuple[str, ...]
    schools_unknown: tuple[str, ...]
    schools_unknown_n: int
    reach: Estimate
    not_reached: tuple[Contrast, ...]
    by_year_group: GroupShares
    active: Estimate
    band_words: tuple[str, ...]
    bands: Breakdown
    quality: Quality | None
    before_since: BeforeSince | None
    linked: tuple[BandLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OakRow:
    """Oak lessons as schools report them, for one year group and subject over all terms reported."""

    year_group: int
    subject: str
    lessons_per_week: Estimate
    reach: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class OakUse:
    """Use of Oak National Academy as the schools report it themselves."""

    academic_years: str
    terms: tuple[str, ...]
    schools_n: int
    schools_unknown_n: int
    lessons_per_week: Estimate
    reach: Estimate
    rows: tuple[OakRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseResult:
    """Everything that the report says about platforms; a platform without any export is missing."""

    platforms: tuple[PlatformUse, ...]
    oak: OakUse | None
    missing_sources: tuple[str, ...]
    progress_known: bool

    @property
    def has_evidence(self) -> bool:
        """Say whether anything is known."""
        return bool(self.platforms) or self.oak is not None
