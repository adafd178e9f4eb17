"""The table of all figures of one measure in the community: by year and source, with both groups."""

from recovery_analysis.analysis.gap.result import BuiltYear, GapResult, YearGap
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.community.membership import RULE_WORDS
from recovery_analysis.exhibit.cells import TIDY_COLUMNS, cell, missing_notes, range_cell, tidy_row
from recovery_analysis.exhibit.exhibit import Table, TableColumn
from recovery_analysis.exhibit.gap.context import (
    gap_unit_title,
    place_of,
    short_source,
    unit_title,
)
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import MEASURES

_GROUPS = ("disadvantaged", "other", "gap")


def own_table(result: GapResult, section_id: str, community: CommunityId, name: str) -> Table:
    """Show every figure of the community: published ones first, then those built from its schools."""
    rows = []
    tidy: list[tuple[str, ...]] = []
    estimates: list[Estimate] = []
    place = place_of(community, name)
    for label, source, rule, year in _own_years(result):
        parts = [getattr(year, group) for group in _GROUPS]
        estimates += parts
        note = "" if year.was_measured else " (no national tests or exams)"
        rows.append(
            (
                f"{year.academic_year}{note}",
                label,
                *(cell(part) for part in parts),
                range_cell(year.gap),
                "" if year.gap.n_schools is None else f"{year.gap.n_schools:,}",
                "" if year.gap.n_pupils is None else f"{year.gap.n_pupils:,}",
            )
        )
        tidy += [
            tidy_row(
                part,
                place=place,
                academic_year=year.academic_year,
                measure=result.measure,
                group=group,
                rule=rule,
                source=source,
            )
            for group, part in zip(_GROUPS, parts, strict=True)
        ]
    unit = unit_title(result.measure)
    return Table(
        id=f"{section_id}-own",
        title=f"All figures for {name}",
        caption=f"{MEASURES[result.measure].title}, {name}, by year and source",
        columns=(
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="source", title="Source"),
            TableColumn(
                name="disadvantaged", title=f"Disadvantaged pupils ({unit})", kind="number"
            ),
            TableColumn(name="other", title=f"Other pupils ({unit})", kind="number"),
            TableColumn(name="gap", title=f"Gap ({gap_unit_title(result.measure)})", kind="number"),
            TableColumn(name="range", title="Likely range of the gap", kind="number"),
            TableColumn(name="schools", title="Schools", kind="number"),
            TableColumn(name="pupils", title="Pupils", kind="number"),
        ),
        rows=tuple(rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(tidy),
        notes=missing_notes(estimates),
        sources=source_words([s for part in estimates for s in part.sources]),
    )


def _own_years(result: GapResult) -> list[tuple[str, str, str, YearGap]]:
    """List (label, source, rule, year) of every own figure: published first, then built from schools."""
    found = [
        (short_source(item.source), item.source, "as published", year)
        for item in result.series("own")
        for year in item.years
    ]
    rules_differ = _rules_differ(result.built)
    for item in result.built:
        if item.rule == "baseline" and not rules_differ:
            continue
        label = "school rows" if not rules_differ else f"school rows, {RULE_WORDS[item.rule]}"
        found.append((label, "school rows", item.rule, item.gap))
    return sorted(found, key=lambda row: (row[3].academic_year, row[0]))


def _rules_differ(built: tuple[BuiltYear, ...]) -> bool:
    by_rule = {
        rule: [item.gap.gap.value for item in built if item.rule == rule]
        for rule in ("now", "baseline")
    }
    return by_rule["now"] != by_rule["baseline"]
