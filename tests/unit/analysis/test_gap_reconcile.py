"""Published figures beside built ones: they agree, or the cause is said from the counts at hand."""

import pytest


def published(handmade, *, d, o, **more):
    return handmade.published(
        "la", "300", "2018/19", series="ks4_school", disadvantaged=d, other=o, **more
    )


def two_schools(handmade, second):
    return [
        *handmade.cells("100001", "2018/19", d=40, o=50, n_d=10, n_o=30),
        *handmade.cells("100002", "2018/19", d=second, o=54, n_d=10, n_o=30),
    ]


def test_a_figure_that_agrees_says_so(gap_of, handmade):
    result = gap_of(two_schools(handmade, 42), published=published(handmade, d=41.0, o=52.0))
    assert {item.group: item.cause for item in result.reconciled} == dict.fromkeys(
        ("disadvantaged", "other", "gap"), "Agrees to the published precision."
    )
    assert all(item.difference.value == pytest.approx(0) for item in result.reconciled)


def test_half_of_the_last_place_is_within_the_precision(gap_of, handmade):
    result = gap_of(two_schools(handmade, 42.1), published=published(handmade, d=41.1, o=52.0))
    by_group = {item.group: item for item in result.reconciled}
    assert by_group["disadvantaged"].difference.value == pytest.approx(-0.05)
    assert by_group["disadvantaged"].cause == "Agrees to the published precision."


def test_a_difference_is_explained_by_counts_and_missing_schools(gap_of, handmade):
    rows = two_schools(handmade, "suppressed")
    area = [
        row | {"pupils_n": n}
        for row, n in zip(published(handmade, d=41.0, o=52.0), (20, 60), strict=True)
    ]
    result = gap_of(rows, published=area)
    cause = {item.group: item.cause for item in result.reconciled}["disadvantaged"]
    assert (
        "the published row counts 20 disadvantaged pupils, the schools with figures 10"
        in cause.lower()
    )
    assert "2 schools give no figure for both groups" in cause
    assert "1: confidential: the publisher hid a small number" in cause
    assert "1: not in the file of that year" in cause
    assert cause.endswith(".")


def test_one_missing_school_gives_and_does_not_give(gap_of, handmade):
    schools = [handmade.school(urn, phase="Secondary") for urn in ("100001", "100002")]
    result = gap_of(
        two_schools(handmade, "suppressed"),
        schools=schools,
        published=published(handmade, d=45.0, o=52.0),
    )
    cause = {item.group: item.cause for item in result.reconciled}["disadvantaged"]
    assert "1 school gives no figure for both groups" in cause


def test_whole_percentages_are_named_as_a_cause(gap_of, handmade):
    measure = "ks2_rwm_expected_pct"
    rows = handmade.cells("100001", "2018/19", measure, d=46, o=70, n_d=10, n_o=30)
    area = handmade.published(
        "la", "300", "2018/19", measure, series="ks2_school", disadvantaged=48, other=70
    )
    result = gap_of(
        rows, measure=measure, published=area, schools=[handmade.school("100001", phase="Primary")]
    )
    cause = {item.group: item.cause for item in result.reconciled}["disadvantaged"]
    assert "rounded to whole numbers before they are averaged" in cause


def test_lait_is_compared_only_where_nothing_else_is_published(gap_of, handmade):
    rows = two_schools(handmade, 42)
    lait = handmade.published("la", "300", "2018/19", disadvantaged=41.0, other=52.0)
    alone = gap_of(rows, published=lait)
    assert {item.source for item in alone.reconciled} == {"lait"}
    both = gap_of(rows, published=[*lait, *published(handmade, d=41.0, o=52.0)])
    assert {item.source for item in both.reconciled} == {"ks4_school"}


def test_a_trust_is_compared_over_the_schools_that_its_measure_counts(gap_of, handmade):
    rows = [
        *handmade.cells("100001", "2022/23", d=40, o=50, n_d=10, n_o=30),
        *handmade.cells("100002", "2022/23", d=20, o=30, n_d=10, n_o=30),
        *handmade.cells("100003", "2022/23", d=44, o=54, n_d=10, n_o=30),
    ]
    listed = {"trust_uid": "3190", "academic_year": "2022/23", "is_counted": True}
    result = gap_of(
        rows,
        community="trust:3190",
        published=handmade.published(
            "trust", "3190", "2022/23", series="trust_measures", disadvantaged=42.0, other=53.0
        ),
        trust_spells=[handmade.spell("100001", "3190"), handmade.spell("100002", "3190")],
        trust_measure_schools=[
            listed | {"urn": "100001"},
            listed | {"urn": "100003"},
            listed | {"urn": "100002", "is_counted": False},
        ],
    )
    by_group = {item.group: item for item in result.reconciled}
    # schools 100001 and 100003 whichever schools the trust has today
    assert by_group["disadvantaged"].built.value == pytest.approx(42)
    assert by_group["disadvantaged"].cause == "Agrees to the published precision."
    assert by_group["other"].built.value == pytest.approx(52)
    assert "weighs each school by its pupils times the years" in by_group["other"].cause
