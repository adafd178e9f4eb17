"""Before, new baseline and now, the trend, the pace and what was made up, on numbers made by hand."""

from datetime import date

import pytest

from recovery_analysis.disclosure.gate import release

YEARS = (
    "2015/16",
    "2016/17",
    "2017/18",
    "2018/19",
    "2019/20",
    "2020/21",
    "2021/22",
    "2022/23",
    "2023/24",
)


def series(handmade, gaps, *, entity="la", identifier="300", source="lait"):
    """Give published rows whose gap in each year is the number given."""
    return [
        row
        for year, gap in gaps.items()
        for row in handmade.published(
            entity, identifier, year, series=source, disadvantaged=50 - gap, other=50
        )
    ]


def gaps(*numbers):
    return {year: n for year, n in zip(YEARS, numbers, strict=True) if n is not None}


def test_before_new_baseline_and_now(gap_of, handmade):
    found = gaps(10, 10, 10, 10, 30, 40, 14, 13, 12)
    linked = gap_of(published=series(handmade, found)).linked
    assert linked.before.academic_year == "2018/19"
    assert linked.new_baseline.academic_year == "2021/22"
    assert linked.now.academic_year == "2023/24"
    assert linked.change.value == pytest.approx(2)
    # widened by 4, of which 2 are left
    assert linked.made_up.value == pytest.approx(50)
    assert linked.made_up.unit == "percent"
    assert linked.source == "lait"


def test_2020_and_2021_never_enter_and_are_marked(gap_of, handmade):
    with_them = gap_of(published=series(handmade, gaps(9, 10, 11, 12, 45, 5, 15, 14, 13)))
    without = gap_of(published=series(handmade, gaps(9, 10, 11, 12, None, None, 15, 14, 13)))
    assert with_them.linked == without.linked
    (own,) = with_them.series("own")
    marked = {year.academic_year: year.was_measured for year in own.years}
    assert [text for text, measured in marked.items() if not measured] == ["2019/20", "2020/21"]
    assert {year.academic_year for year in own.measured}.isdisjoint({"2019/20", "2020/21"})


@pytest.mark.parametrize(
    ("baseline", "before", "first"),
    [
        (date(2018, 10, 1), "2017/18", "2021/22"),
        (date(2019, 8, 31), "2017/18", "2021/22"),
        (date(2019, 9, 1), "2018/19", "2021/22"),
        (date(2022, 9, 1), "2021/22", "2023/24"),
        (date(2015, 9, 1), None, "2016/17"),
        (date(2024, 6, 1), "2022/23", None),
    ],
)
def test_another_baseline_date_moves_before_and_after(gap_of, handmade, baseline, before, first):
    linked = gap_of(
        published=series(handmade, gaps(10, 10, 10, 10, 30, 40, 14, 13, 12)), baseline=baseline
    ).linked
    assert (linked.before.academic_year if linked.before else None) == before
    assert (linked.new_baseline.academic_year if linked.new_baseline else None) == first
    assert linked.change.is_there == (before is not None and first is not None)


def test_two_years_give_no_trend_three_a_trend_four_a_line_carried_on(gap_of, handmade):
    two, three, four = (
        gap_of(published=series(handmade, found)).linked
        for found in (
            gaps(None, None, 11, 12, None, None, 20, None, None),
            gaps(None, 10.1, 11, 12.1, None, None, 20, None, None),
            gaps(9, 10, 11, 12, None, None, 20, None, None),
        )
    )
    assert not two.trend_before.is_there
    assert three.trend_before.value == pytest.approx(1)
    assert not three.opened_since.is_there
    assert three.opened_since.note == "fewer than four years before the baseline date"
    # the line through 9, 10, 11, 12 stands at 15 in 2021/22
    assert four.trend_before.value == pytest.approx(1)
    assert four.opened_since.value == pytest.approx(5)


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ((14, None, None), "there is only one year of figures since the new baseline."),
        ((14, 13, None), "there are only 2 years of figures since the new baseline."),
        ((None, None, None), "figures are needed both before and after the baseline date."),
        ((14, 13, 12), "The line through the figures since the new baseline is closing."),
        ((12, 13, 14), "is opening. At the present rate it does not get back to its 2018/19 size."),
        ((9, 8, 7), "already stands at or below its 2018/19 size."),
    ],
)
def test_the_pace_in_words(gap_of, handmade, since, words):
    linked = gap_of(published=series(handmade, gaps(10, 10, 10, 10, None, None, *since))).linked
    assert words in linked.pace_words
    assert "there is only 2" not in linked.pace_words


@pytest.mark.parametrize(
    ("numbers", "value", "reason"),
    [
        ((10, 14, 15), -25, None),
        ((10, 14, 9), 125, None),
        ((10, 9, 8), None, "not_applicable"),
        ((10, 14, None), None, "not_published"),
    ],
)
def test_the_share_made_up(gap_of, handmade, numbers, value, reason):
    before, first, now = numbers
    made_up = gap_of(
        published=series(handmade, gaps(None, None, None, before, None, None, first, None, now))
    ).linked.made_up
    assert made_up.missing_reason == reason
    assert made_up.value == (None if value is None else pytest.approx(value))


def test_a_trust_without_published_figures_uses_its_school_rows(gap_of, handmade):
    rows = [
        *handmade.cells("100001", "2018/19", d=40, o=50, n_d=30, n_o=60),
        *handmade.cells("100001", "2021/22", d=38, o=50, n_d=30, n_o=60),
    ]
    linked = gap_of(
        rows, community="trust:3190", trust_spells=[handmade.spell("100001", "3190")]
    ).linked
    assert linked.source == "school rows"
    assert linked.change.value == pytest.approx(2)


def test_a_change_is_hidden_when_either_of_its_years_is(gap_of, handmade):
    rows = [
        *handmade.cells("100001", "2018/19", d=40, o=50, n_d=3, n_o=60),
        *handmade.cells("100001", "2021/22", d=38, o=50, n_d=30, n_o=60),
        *handmade.cells("100001", "2022/23", d=39, o=50, n_d=30, n_o=60),
    ]
    linked = release(gap_of(rows)).result.linked
    assert linked.before.gap.missing_reason == "too_few"
    assert linked.now.gap.value is not None
    for derived in (linked.change, linked.made_up):
        assert derived.value is None, "a hidden year could be worked back from it"
        assert derived.missing_reason == "too_few"


def test_neighbours_count_once_each(gap_of, handmade):
    found = gap_of(
        published=[
            *series(handmade, gaps(10, 10, 10, 10, None, None, 12, 12, 12)),
            *series(handmade, {"2018/19": 8}, identifier="301"),
            *series(handmade, {"2018/19": 11}, identifier="302"),
            *series(handmade, {"2018/19": 40}, identifier="399"),
            *series(handmade, {"2018/19": 13}, entity="england", identifier="england"),
        ],
        la_neighbours=[
            {"la_code": "300", "neighbour_rank": 1, "neighbour_la_code": "301", "series": "x"},
            {"la_code": "300", "neighbour_rank": 2, "neighbour_la_code": "302", "series": "x"},
        ],
    )
    (mean,) = found.series("neighbours_mean")
    assert mean.year("2018/19").gap.value == pytest.approx(9.5)
    assert mean.label == "Average of 2 statistical neighbours"
    assert [item.label for item in found.series("england")] == ["England"]
    assert "la:399" not in {item.entity for item in found.published}
