"""Strands: known truth comes back, few pupils do not lead the list, every lack of data is a readable result."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis import strands
from recovery_analysis.analysis.parts import smallest_of_parts
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.strands.priority import start_with
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release
from recovery_analysis.intake.tables import TABLES

URNS = ("100001", "100002", "100003", "100004", "100005")
QUESTIONS = 4


def frame(name, rows):
    """Arrange rows as the slice of a community gives them: school_id in place of school_ref."""
    given = pd.DataFrame(rows)
    arranged = TABLES[name].arrange(given.assign(school_ref="urn:100001"))
    arranged = arranged.drop(columns=["school_ref", "raw_row"], errors="ignore")
    return (
        arranged.assign(school_id=given["school_id"].astype("str").to_numpy())
        if "school_id" in given
        else arranged
    )


def marks(
    rng,
    rates,
    *,
    day,
    year,
    pupils=40,
    schools=URNS,
    subject="maths",
    year_group=5,
    paper="Paper 1",
):
    """Give question marks of pupils whose chance of each mark is the strand's rate and their own ability."""
    rows = []
    for school in schools:
        for pupil in range(pupils):
            ability = rng.normal(0, 0.1)
            for strand, rate in rates.items():
                gained = rng.binomial(QUESTIONS, np.clip(rate + ability, 0.02, 0.98))
                rows += [
                    {
                        "pupil_id": f"{year[:4]}{school}{pupil:05d}".rjust(32, "0"),
                        "school_id": school,
                        "academic_year": year,
                        "series": "question_marks",
                        "year_group": year_group,
                        "test_date": pd.Timestamp(day),
                        "subject": subject,
                        "paper": paper,
                        "question": f"{strand} {n}",
                        "strand": strand,
                        "marks": float(n < gained),
                        "marks_possible": 1.0,
                    }
                    for n in range(QUESTIONS)
                ]
    return rows


def plan(*rows, subject="maths", year_group=5):
    base = {"subject": subject, "year_group": year_group, "series": "plan", "school_id": "any"}
    return [base | row for row in rows]


BEFORE = {"Fractions": 0.7, "Geometry": 0.6, "Number": 0.75, "Statistics": 0.5}
NOW = {"Fractions": 0.5, "Geometry": 0.58, "Number": 0.6, "Statistics": 0.52}


@pytest.fixture(scope="module")
def schools_of(handmade, tmp_path_factory):
    def build(urns=URNS, phase="Primary"):
        there = handmade.opened(
            tmp_path_factory.mktemp("strands") / "store",
            schools=[handmade.school(urn, phase=phase) for urn in urns],
        )
        return handmade.data_of(there, "la:300")

    return build


@pytest.fixture(scope="module")
def five(schools_of):
    return schools_of()


def evidence(data, **tables):
    frames = {name: frame(name, rows) for name, rows in tables.items() if rows}
    return strands.strand_evidence(data, PupilData(frames=frames))


@pytest.fixture(scope="module")
def both(five):
    rng = np.random.default_rng(5)
    rows = marks(rng, BEFORE, day="2019-11-05", year="2019/20")
    rows += marks(rng, NOW, day="2020-11-04", year="2020/21")
    curriculum = plan(
        {
            "strand": "Fractions",
            "taught_on": pd.Timestamp("2020-01-15"),
            "dependents_n": 6,
            "is_core": "no",
        },
        {
            "strand": "Number",
            "taught_on": pd.Timestamp("2019-10-15"),
            "dependents_n": 12,
            "is_core": "yes",
        },
        {"strand": "Geometry", "taught_on": pd.Timestamp("2021-03-15"), "is_core": "no"},
    )
    return evidence(five, question_marks=rows, curriculum_strands=curriculum)


def by_name(items):
    return {item.name: item for item in items}


def test_shortfalls_come_back_against_the_same_papers_of_before(both):
    (group,) = both.groups
    assert (group.subject, group.phase, group.year_group, group.academic_year) == (
        "maths",
        "primary",
        5,
        "2020/21",
    )
    assert group.borrowed
    assert group.pupils.value == 200
    found = by_name(group.strands)
    for name, strand in found.items():
        truth = 100 * (BEFORE[name] - NOW[name])
        assert strand.reference == "own"
        assert strand.comparable == "the same papers in the same season"
        assert strand.shortfall.low < truth < strand.shortfall.high
        assert strand.now.value == pytest.approx(100 * NOW[name], abs=5)
    assert found["Fractions"].months_since == 10
    assert found["Geometry"].months_since < 0
    assert len(group.schools) == 5


def test_the_rule_orders_core_first_and_starts_with_what_is_behind(both):
    (group,) = release(both).result.groups
    ordered = strands.in_order(group.strands, "primary", both.baseline_date)
    assert [s.name for s in ordered] == ["Number", "Fractions", "Statistics", "Geometry"]
    assert [strands.status(s) for s in ordered[:2]] == ["behind", "behind"]
    assert start_with(group.strands, "primary", both.baseline_date) == ("Number", "Fractions")
    parts = strands.factors(ordered[1])
    assert parts.time == pytest.approx(1 + 10 / 12)
    assert parts.rests == pytest.approx(1.6)
    assert parts.product == pytest.approx(parts.below * parts.time * parts.rests)
    assert strands.factors(ordered[2]) is None


def test_in_secondary_what_was_taught_before_the_closure_comes_first(both):
    (group,) = both.groups
    ordered = [s.name for s in strands.in_order(group.strands, "secondary", date(2019, 12, 1))]
    assert ordered[0] == "Number"
    assert ordered[-1] == "Geometry"


def test_without_marks_of_before_the_national_figure_serves_else_only_the_level(five):
    rng = np.random.default_rng(6)
    rows = marks(rng, {"Fractions": 0.5, "Ratio": 0.4}, day="2020-11-04", year="2020/21")
    result = evidence(
        five,
        question_marks=rows,
        curriculum_strands=plan({"strand": "fractions ", "facility_before_pct": 70}),
    )
    found = by_name(result.groups[0].strands)
    assert found["Fractions"].reference == "national"
    assert found["Fractions"].before.value == 70
    assert found["Fractions"].shortfall.low < 20 < found["Fractions"].shortfall.high
    ratio = found["Ratio"]
    assert (ratio.reference, ratio.shortfall.value, ratio.before.value) == ("none", None, None)
    assert ratio.now.value == pytest.approx(40, abs=5)
    assert strands.status(ratio) == "unknown"


def test_a_strand_with_twelve_pupils_does_not_lead_the_list(five):
    rng = np.random.default_rng(8)
    few = {"Rare": 0.3}
    rows = marks(rng, BEFORE | {"Rare": 0.6}, day="2019-11-05", year="2019/20")
    rows += marks(rng, NOW, day="2020-11-04", year="2020/21")
    rows += marks(rng, few, day="2020-11-04", year="2020/21", pupils=12, schools=URNS[:1])
    found = by_name(evidence(five, question_marks=rows).groups[0].strands)
    rare = found["Rare"]
    assert rare.shortfall.value < rare.before.value - rare.now.value - 3
    widths = {name: s.shortfall.high - s.shortfall.low for name, s in found.items()}
    assert widths["Rare"] > 1.3 * widths["Number"]


def test_three_pupils_show_no_number(schools_of):
    rng = np.random.default_rng(9)
    rows = marks(rng, BEFORE, day="2019-11-05", year="2019/20", schools=URNS[:2])
    rows += marks(rng, NOW, day="2020-11-04", year="2020/21", schools=URNS[:1])
    rows += marks(rng, NOW, day="2020-11-04", year="2020/21", pupils=3, schools=URNS[1:2])
    (group,) = release(evidence(schools_of(URNS[:2]), question_marks=rows)).result.groups
    large, small = group.schools
    for strand in small.strands:
        assert strand.now.value is None
        assert strand.shortfall.value is None
        assert strands.status(strand) == "unknown"
    # the larger school would give the smaller one away, with the whole beside it
    assert all(strand.now.value is None for strand in large.strands)
    assert not group.borrowed


def test_marks_of_one_side_or_none_give_empty_results(five):
    rng = np.random.default_rng(10)
    old = evidence(
        five, question_marks=marks(rng, BEFORE, day="2019-11-05", year="2019/20", pupils=5)
    )
    assert (old.groups, old.has_older_marks) == ((), True)
    none = evidence(five)
    assert (none.groups, none.skills, none.has_older_marks, none.has_plan) == ((), (), False, False)
    assert none.schools_n == 5


def test_marks_that_were_not_given_and_year_groups_from_the_pupil_list(five):
    rng = np.random.default_rng(11)
    rows = marks(rng, NOW, day="2020-11-04", year="2020/21", pupils=10, schools=URNS[:1])
    for place, row in enumerate(rows):
        row["year_group"] = None
        row["marks"] = None if place % 2 else row["marks"]
    listed = [
        {
            "pupil_id": key,
            "school_id": URNS[0],
            "academic_year": "2020/21",
            "series": "mis",
            "year_group": 4,
        }
        for key in {row["pupil_id"] for row in rows}
    ]
    (group,) = evidence(five, question_marks=rows, pupils=listed).groups
    assert group.year_group == 4
    assert group.pupils.value == 10


def skills(rng, rates, *, day, year, pupils=30):
    tests, scores = [], []
    for school in URNS:
        for pupil in range(pupils):
            key = f"{year[:4]}{school}{pupil:05d}"
            base = {
                "assessment_id": f"a{key}".rjust(32, "0").replace("a", "f"),
                "pupil_id": key.rjust(32, "0"),
            }
            base |= {
                "subject": "reading",
                "academic_year": year,
                "series": "star",
                "test_date": pd.Timestamp(day),
            }
            out = {"unusable_reason": "deactivated"} if pupil == 0 else {}
            tests.append(base | {"season": "autumn", "year_group": 4, "school_id": school} | out)
            ability = rng.normal(0, 8)
            scores += [
                base
                | {
                    "domain": "Reading",
                    "skill_area": area,
                    "mastery_pct": np.clip(rate + ability, 0, 100),
                }
                for area, rate in rates.items()
            ]
    return tests, scores


def test_star_skill_areas_are_a_source_of_their_own_and_stay_in_season(five):
    rng = np.random.default_rng(12)
    tests, scores = [], []
    for day, year, rates in (
        ("2019-10-01", "2019/20", {"Inference": 60, "Vocabulary": 70}),
        ("2020-02-01", "2019/20", {"Inference": 90, "Vocabulary": 90}),
        ("2020-10-01", "2020/21", {"Inference": 50, "Vocabulary": 69}),
    ):
        more_tests, more_scores = skills(rng, rates, day=day, year=year)
        shift = "9" if day == "2020-02-01" else "8"
        for row in (*more_tests, *more_scores):
            row["assessment_id"] = shift + row["assessment_id"][1:]
        tests += more_tests
        scores += more_scores
    result = evidence(five, assessments=tests, skill_scores=scores)
    assert result.groups == ()
    (group,) = result.skills
    assert group.pupils.value == 29 * 5
    found = by_name(group.strands)
    assert found["Reading: Inference"].before.value == pytest.approx(60, abs=2)
    assert (
        found["Reading: Inference"].shortfall.low < 10 < found["Reading: Inference"].shortfall.high
    )


def test_a_plan_of_the_school_beats_that_of_any_and_a_later_year_is_not_used(five):
    rng = np.random.default_rng(13)
    rows = marks(rng, {"Number": 0.5}, day="2020-11-04", year="2020/21", pupils=12)
    curriculum = plan(
        {"strand": "Number", "taught_on": pd.Timestamp("2020-01-10"), "facility_before_pct": 60}
    )
    curriculum += plan(
        {"strand": "Number", "taught_on": pd.Timestamp("2020-06-10"), "school_id": URNS[0]}
    )
    curriculum += plan({"strand": "Number", "taught_on": pd.Timestamp("2020-09-10")}, year_group=6)
    (group,) = evidence(five, question_marks=rows, curriculum_strands=curriculum).groups
    assert group.strands[0].taught_on == date(2020, 1, 10)
    assert [s.strands[0].taught_on.month for s in group.schools] == [6, 1, 1, 1, 1]


def released(value, low, high):
    return Estimate(
        value=value,
        low=low,
        high=high,
        unit="percentage points",
        decimals=1,
        basis="computed",
        method="",
        sources=(),
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "word"),
    [
        (5.0, 1.0, 9.0, "behind"),
        (1.5, 0.5, 2.5, "as-expected"),
        (0.2, -1.0, 1.4, "as-expected"),
        (3.0, -0.1, 6.1, "unknown"),
        (-4.0, -7.0, -1.0, "ahead"),
    ],
)
def test_status_follows_the_printed_rule(both, value, low, high, word):
    strand = type(both.groups[0].strands[0])
    fields = {name: getattr(both.groups[0].strands[0], name) for name in strand.__slots__}
    assert strands.status(strand(**fields | {"shortfall": released(value, low, high)})) == word


@pytest.mark.parametrize("counts", [[3, 20, 30], [2, 3, 20, 40], [40, 3], [0, 4, 9, 9], [7, 8]])
def test_a_hidden_part_can_not_be_worked_out_from_the_others(counts):
    hidden = [
        n for n, smallest in zip(counts, smallest_of_parts(counts), strict=True) if 0 < smallest < 6
    ]
    assert not hidden or sum(hidden) >= 6
    assert all(n in hidden for n in counts if 0 < n < 6)
