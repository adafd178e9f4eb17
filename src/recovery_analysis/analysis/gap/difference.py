"""The gap between two groups' figures of one area, trust or school; positive when behind."""

from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.words.measures import Measure
from recovery_analysis.words.missing import MissingReason


def gap_unit(measure: Measure) -> str:
    """Give the unit of a gap: a gap between percentages is in percentage points."""
    return "percentage points" if measure.unit == "percent" else measure.unit


def gap_between(
    disadvantaged: Estimate, other: Estimate, measure: Measure, *, why_no_interval: str
) -> Estimate:
    """Give the gap of two published figures; missing, with the reason, when either is."""
    sources = tuple(dict.fromkeys(disadvantaged.sources + other.sources))
    if disadvantaged.value is None or other.value is None:
        return missing(
            disadvantaged.missing_reason or other.missing_reason or MissingReason.NOT_PUBLISHED,
            unit=gap_unit(measure),
            decimals=measure.decimals,
            sources=sources,
        )
    pupils = [n for n in (disadvantaged.n_pupils, other.n_pupils) if n is not None]
    both = len(pupils) == 2
    return Estimate(
        # Two figures of at most two decimals: rounding takes away what binary floats add.
        value=round(measure.gap_sign * (other.value - disadvantaged.value), 6),
        unit=gap_unit(measure),
        decimals=max(disadvantaged.decimals, other.decimals),
        basis="published",
        method="difference of two published figures",
        sources=sources,
        why_no_interval=why_no_interval,
        n_pupils=sum(pupils) if both else None,
        n_smallest=min(pupils) if both else None,
        n_schools=disadvantaged.n_schools,
    )
