"""A community of three secondary schools with numbers that can be checked by hand."""

import pytest

from recovery_analysis.analysis.gap import gap_of_measure

SCHOOLS = ("100001", "100002", "100003")


@pytest.fixture
def gap_of(handmade, tmp_path):
    """Give a function from rows to the gap result of one measure in la:300 (or another community)."""
    made = []

    def build(
        rows=(),
        *,
        measure="attainment8",
        community="la:300",
        schools=None,
        published=(),
        baseline=None,
        phase="Secondary",
        **tables,
    ):
        made.append(1)
        there = handmade.opened(
            tmp_path / f"store-{len(made)}",
            schools=schools or [handmade.school(urn, phase=phase, pupils=1000) for urn in SCHOOLS],
            school_measures=list(rows),
            published_measures=list(published),
            **tables,
        )
        data = handmade.data_of(there, community, baseline=baseline or handmade.BASELINE)
        return gap_of_measure(data, measure)

    return build
