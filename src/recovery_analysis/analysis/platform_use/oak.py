"""Oak National Academy: lessons a week and pupils who took part, as schools report them."""

import pandas as pd

from recovery_analysis.analysis.platform_use.result import OakRow, OakUse
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.shares import nothing, smallest_of
from recovery_analysis.community.pupils import PupilData

_REPORTED = "as schools report it themselves, not checked"
_TERM_ORDER = {"autumn": 0, "spring": 1, "summer": 2}


def oak_use(pupils: PupilData, schools_n: int) -> OakUse | None:
    """Sum up what the community's schools report; None where none reports.

    Parameters
    ----------
    pupils
        Holds ``online_lessons``.
    schools_n
        Schools of the community now.
    """
    rows = pupils.table("online_lessons")
    if rows.empty:
        return None
    years = sorted(rows["academic_year"].unique())
    terms = rows[["academic_year", "term"]].drop_duplicates()
    order = terms.assign(place=terms["term"].map(_TERM_ORDER)).sort_values(
        ["academic_year", "place"]
    )
    return OakUse(
        academic_years=years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}",
        terms=tuple(
            f"{term} {year}"
            for year, term in zip(order["academic_year"], order["term"], strict=True)
        ),
        schools_n=int(rows["school_id"].nunique()),
        schools_unknown_n=max(0, schools_n - int(rows["school_id"].nunique())),
        lessons_per_week=_lessons(rows),
        reach=_reach(rows),
        rows=tuple(
            OakRow(
                year_group=year_group,
                subject=subject,
                lessons_per_week=_lessons(part),
                reach=_reach(part),
            )
            for (year_group, subject), part in _groups(rows)
        ),
    )


def _groups(rows: pd.DataFrame) -> list[tuple[tuple[int, str], pd.DataFrame]]:
    """Give the reports of each year group and subject."""
    keys = zip(rows["year_group"].astype(int), rows["subject"], strict=True)
    at: dict[tuple[int, str], list[int]] = {}
    for place, key in enumerate(keys):
        at.setdefault(key, []).append(place)
    return [(key, rows.iloc[places]) for key, places in sorted(at.items())]


def _lessons(rows: pd.DataFrame) -> Estimate:
    """Average the reports; each school's class and term counts once."""
    return Estimate(
        value=float(rows["lessons_per_week"].mean()),
        unit="lessons",
        decimals=1,
        basis="computed",
        method=f"mean of the reports, {_REPORTED}",
        sources=tuple(sorted(set(rows["series"]))),
        why_no_interval=_REPORTED,
        n_schools=int(rows["school_id"].nunique()),
    )


def _reach(rows: pd.DataFrame) -> Estimate:
    """Divide pupils who took part by pupils in the year groups, where a report gives both."""
    known = rows[rows["pupils_reached_n"].notna() & rows["pupils_n"].gt(0)]
    sources = tuple(sorted(set(rows["series"])))
    if known.empty:
        return nothing("percent", sources)
    reached, of = int(known["pupils_reached_n"].sum()), int(known["pupils_n"].sum())
    # A single report's small number could be worked out from the sums of many: the smallest one counts.
    smallest = (
        min(
            smallest_of(int(part), int(whole))
            for part, whole in zip(known["pupils_reached_n"], known["pupils_n"], strict=True)
        )
        if len(known) <= 2
        else smallest_of(reached, of)
    )
    return Estimate(
        value=100 * reached / of,
        unit="percent",
        decimals=0,
        basis="computed",
        method=f"pupils who took part of pupils in the classes, {_REPORTED}",
        sources=sources,
        why_no_interval=_REPORTED,
        n_pupils=of,
        n_schools=int(known["school_id"].nunique()),
        n_smallest=smallest,
    )
