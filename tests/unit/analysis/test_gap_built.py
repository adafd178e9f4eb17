"""The gap built from school rows: weighted means by hand, who is left out and why, the paired change."""

import pytest


def year_of(result, text, rule="now"):
    (found,) = [b for b in result.built if b.academic_year == text and b.rule == rule]
    return found


def test_the_built_gap_is_the_difference_of_two_weighted_means(gap_of, handmade):
    result = gap_of(
        [
            *handmade.cells("100001", "2018/19", d=30, o=50, n_d=10, n_o=40),
            *handmade.cells("100002", "2018/19", d=40, o=60, n_d=30, n_o=10),
        ]
    )
    year = year_of(result, "2018/19").gap
    # disadvantaged (10 x 30 + 30 x 40) / 40 = 37.5; other (40 x 50 + 10 x 60) / 50 = 52
    assert year.disadvantaged.value == pytest.approx(37.5)
    assert year.other.value == pytest.approx(52)
    assert year.gap.value == pytest.approx(14.5)
    assert (year.gap.n_pupils, year.gap.n_smallest, year.gap.n_schools) == (90, 40, 2)
    assert year.gap.unit == "points"
    assert year.gap.basis == "computed"


def test_a_suppressed_value_never_counts_as_nought_and_its_school_is_named(gap_of, handmade):
    result = gap_of(
        [
            *handmade.cells("100001", "2018/19", d=30, o=50, n_d=10, n_o=40),
            *handmade.cells("100002", "2018/19", d="suppressed", o=90, n_d=3, n_o=900),
        ]
    )
    built = year_of(result, "2018/19")
    assert built.gap.disadvantaged.value == pytest.approx(30)
    assert built.gap.other.value == pytest.approx(50)
    assert dict(built.left_out) == {
        "100002": "confidential: the publisher hid a small number",
        "100003": "not in the file of that year",
    }
    (hidden,) = [s for s in built.schools if s.school_id == "100002"]
    assert hidden.disadvantaged.value is None
    assert hidden.gap.missing_reason == "suppressed"
    assert hidden.gap.value is None


def test_a_school_with_no_number_of_pupils_weighs_by_its_roll(gap_of, handmade):
    share = {
        "urn": "100001",
        "academic_year": "2018/19",
        "measure": "ks4_disadvantaged_pct",
        "pupil_group": "all",
        "value": 25,
        "missing_reason": None,
        "series": "secondary_extract",
    }
    result = gap_of(
        [
            *handmade.cells("100001", "2018/19", d=30, o=50),
            share,
            *handmade.cells("100002", "2018/19", d=40, o=60),
            share | {"urn": "100002", "value": 75},
            *handmade.cells("100003", "2018/19", d=10, o=20),
        ]
    )
    built = year_of(result, "2018/19")
    # 250 and 750 disadvantaged, 750 and 250 other
    assert built.gap.disadvantaged.value == pytest.approx(37.5)
    assert built.gap.other.value == pytest.approx(52.5)
    assert built.gap.gap.n_pupils is None
    assert built.gap.gap.n_smallest is None
    assert "pupils on roll" in built.weights
    assert dict(built.left_out) == {"100003": "no pupils on roll known"}


def test_a_lower_is_better_measure_has_a_positive_gap_when_behind(gap_of, handmade):
    rows = handmade.cells("100001", "2018/19", "overall_absence_pct", d=8, o=5, n_d=10, n_o=10)
    result = gap_of(rows, measure="overall_absence_pct")
    built = year_of(result, "2018/19")
    assert built.gap.gap.value == pytest.approx(3)
    assert built.gap.gap.unit == "percentage points"
    assert built.schools[0].gap.value == pytest.approx(3)


def test_a_sign_turns_the_ends_of_the_interval_too(gap_of, handmade):
    higher, lower = (
        gap_of(
            [
                row
                for at, urn in enumerate(("100001", "100002", "100003"))
                for row in handmade.cells(
                    urn, "2018/19", measure, d=d + at, o=o + 2 * at, n_d=20, n_o=20
                )
            ],
            measure=measure,
        )
        for measure, d, o in (("attainment8", 30, 40), ("overall_absence_pct", 30, 40))
    )
    up, down = (year_of(result, "2018/19").gap.gap for result in (higher, lower))
    assert up.low is None or up.low < up.value < up.high
    assert down.value == pytest.approx(-up.value)
    assert (down.low, down.high) == (
        (None, None) if up.low is None else (pytest.approx(-up.high), pytest.approx(-up.low))
    )


def four_schools(handmade, *, years=("2018/19", "2021/22"), extra=()):
    rows = []
    for at, urn in enumerate(("100001", "100002", "100003", "100004")):
        rows += handmade.cells(urn, years[0], d=40 + at, o=50, n_d=20, n_o=20)
        rows += handmade.cells(urn, years[1], d=39, o=51 + at, n_d=20, n_o=20)
    return [*rows, *extra]


def test_the_paired_change_uses_only_schools_with_both_years(gap_of, handmade):
    schools = [handmade.school(f"10000{n}", phase="Secondary") for n in range(1, 7)]
    extra = [
        *handmade.cells("100005", "2018/19", d=0, o=90, n_d=500, n_o=500),
        *handmade.cells("100006", "2018/19", d=10, o=80, n_d=500, n_o=500),
        *handmade.cells("100006", "2021/22", d="suppressed", o=80, n_d=4, n_o=500),
    ]
    result = gap_of(four_schools(handmade, extra=extra), schools=schools)
    (paired,) = [item for item in result.paired if item.rule == "now"]
    assert (paired.first_year, paired.last_year) == ("2018/19", "2021/22")
    assert paired.schools_n == paired.change.n_schools == 4
    # gaps before 10, 9, 8, 7 and after 12, 13, 14, 15: means 8.5 and 13.5
    assert paired.first.value == pytest.approx(8.5)
    assert paired.last.value == pytest.approx(13.5)
    assert paired.change.value == pytest.approx(5)
    assert paired.change.n_smallest == 80
    assert paired.change.n_pupils == 320
    # one cluster a school: mean 5, standard error sqrt(5/3), t with 3 degrees of freedom
    half = 3.182446 * (5 / 3) ** 0.5
    assert paired.change.low == pytest.approx(5 - half, abs=1e-4)
    assert paired.change.high == pytest.approx(5 + half, abs=1e-4)
    assert result.before_year == "2018/19"
    assert result.now_year == "2021/22"


def test_the_smaller_group_counts_for_small_numbers_even_if_it_is_the_other_pupils(
    gap_of, handmade
):
    rows = [
        *handmade.cells("100001", "2018/19", d=40, o=50, n_d=30, n_o=4),
        *handmade.cells("100001", "2021/22", d=40, o=50, n_d=30, n_o=30),
    ]
    (paired,) = [item for item in gap_of(rows).paired if item.rule == "now"]
    assert paired.change.n_smallest == 4


def test_both_membership_rules(gap_of, handmade):
    schools = [handmade.school(f"10000{n}", phase="Secondary") for n in (1, 2, 3, 4)]
    result = gap_of(
        four_schools(handmade),
        schools=schools,
        community="trust:3190",
        trust_spells=[
            *(handmade.spell(f"10000{n}", "3190") for n in (1, 2)),
            *(handmade.spell(f"10000{n}", "3190", joined="2021-01-01") for n in (3, 4)),
        ],
    )
    assert year_of(result, "2018/19", "now").gap.gap.value == pytest.approx(8.5)
    assert year_of(result, "2018/19", "baseline").gap.gap.value == pytest.approx(9.5)
    assert {item.rule: item.schools_n for item in result.paired} == {"now": 4, "baseline": 2}


def test_a_trust_of_one_school_has_a_gap_and_no_interval(gap_of, handmade):
    rows = [
        *handmade.cells("100001", "2018/19", d=40, o=50, n_d=30, n_o=60),
        *handmade.cells("100001", "2021/22", d=38, o=50, n_d=30, n_o=60),
    ]
    result = gap_of(rows, community="trust:3190", trust_spells=[handmade.spell("100001", "3190")])
    gap = year_of(result, "2018/19").gap.gap
    assert gap.value == pytest.approx(10)
    assert gap.low is None
    assert gap.why_no_interval
    (paired,) = [item for item in result.paired if item.rule == "now"]
    assert paired.change.value == pytest.approx(2)
    assert paired.change.low is None
    assert paired.change.why_no_interval
    assert result.schools[0].change.value == pytest.approx(2)


@pytest.mark.parametrize("reason", ["suppressed", "low_coverage", "not_sat"])
def test_when_every_school_is_missing_the_reason_is_kept(gap_of, handmade, reason):
    rows = [
        row
        for urn in ("100001", "100002")
        for row in handmade.cells(urn, "2018/19", d=reason, o=reason, n_d=3, n_o=3)
    ]
    result = gap_of(rows)
    gap = year_of(result, "2018/19").gap
    assert gap.gap.value is None
    assert gap.gap.missing_reason == reason
    assert gap.gap.unit == "points"
    assert not result.has_evidence
    assert result.paired == ()
    assert result.reconciled == ()


def test_a_community_with_no_data_gives_a_readable_result(gap_of):
    result = gap_of()
    assert result.built == ()
    assert result.published == ()
    assert not result.has_evidence
    assert result.linked.change.missing_reason == "not_published"
    assert result.cannot_tell == (
        "The files that were read hold no attainment 8 score for disadvantaged pupils here.",
    )


def test_years_without_exams_are_never_before_after_or_paired(gap_of, handmade):
    rows = four_schools(handmade, years=("2019/20", "2020/21"))
    schools = [handmade.school(f"10000{n}", phase="Secondary") for n in (1, 2, 3, 4)]
    result = gap_of(rows, schools=schools)
    for text in ("2019/20", "2020/21"):
        assert not year_of(result, text).gap.was_measured
    assert (result.before_year, result.now_year) == ("", "")
    assert result.paired == ()
    assert result.linked.before is None
    assert result.linked.now is None
    assert all("  " not in text and " after  " not in text for text in result.cannot_tell)
