"""Weeks of attendance: like terms compared, known truth held, small counts hidden, every lack readable."""

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis import attendance
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release
from recovery_analysis.intake.tables import TABLES

URNS = tuple(str(100001 + n) for n in range(8))


def frame(name, rows):
    given = pd.DataFrame(rows)
    arranged = TABLES[name].arrange(given.assign(school_ref="urn:100001"))
    arranged = arranged.drop(columns=["school_ref", "raw_row"])
    return arranged.assign(school_id=given["school_id"].astype("str").to_numpy())


def mondays(first, n):
    return pd.date_range(first, periods=n, freq="W-MON")


def pupil_id(school, number):
    return f"{school}{number:05d}".rjust(32, "0")


def weeks(rng, absence, *, first, n, pupils=30, schools=URNS, possible=10):
    """Give weeks in which each session is missed with the pupil's own chance (absence: schools x pupils)."""
    rows = []
    for at, school in enumerate(schools):
        chance = np.broadcast_to(
            np.atleast_2d(absence)[at if np.ndim(absence) == 2 else 0], (pupils,)
        )
        for monday in mondays(first, n):
            attended = possible - rng.binomial(possible, chance)
            year = monday.year if monday.month >= 8 else monday.year - 1
            rows += [
                {
                    "pupil_id": pupil_id(school, number),
                    "school_id": school,
                    "academic_year": f"{year}/{(year + 1) % 100:02d}",
                    "series": "attendance_weeks",
                    "year_group": 7 + number % 2,
                    "week_start": monday,
                    "sessions_possible": possible,
                    "sessions_attended": attended[number],
                }
                for number in range(pupils)
            ]
    return rows


def listed(year, *, pupils=30, schools=URNS, disadvantaged=3):
    return [
        {
            "pupil_id": pupil_id(school, number),
            "school_id": school,
            "academic_year": year,
            "series": "mis",
            "year_group": 7 + number % 2,
            "disadvantaged": "yes" if number % disadvantaged == 0 else "no",
            "sen_status": "sen_support" if number % 5 == 0 else "none",
        }
        for school in schools
        for number in range(pupils)
    ]


@pytest.fixture(scope="module")
def community(handmade, tmp_path_factory):
    def build(urns=URNS):
        there = handmade.opened(
            tmp_path_factory.mktemp("weeks") / "store",
            schools=[handmade.school(urn, phase="Secondary") for urn in urns],
        )
        return handmade.data_of(there, "la:300")

    return build


@pytest.fixture(scope="module")
def eight(community):
    return community()


def evidence(data, **tables):
    frames = {name: frame(name, rows) for name, rows in tables.items() if rows}
    return attendance.pupil_attendance(data, PupilData(frames=frames))


@pytest.fixture(scope="module")
def both(eight):
    rng = np.random.default_rng(3)
    more = np.where(np.arange(30) % 3 == 0, 0.15, 0.05)
    rows = weeks(rng, np.full((8, 30), 0.05), first="2019-09-02", n=8)
    rows += weeks(rng, np.full((8, 30), 0.05), first="2020-02-24", n=3)
    rows += weeks(rng, np.full((8, 30), 0.9), first="2020-04-20", n=4)
    rows += weeks(rng, np.tile(more, (8, 1)), first="2020-09-07", n=8)
    return evidence(eight, attendance_weeks=rows, pupils=listed("2020/21"))


def test_like_terms_are_compared_and_closed_weeks_left_out(both):
    assert (both.before_year, both.now_year, both.over_terms) == ("2019/20", "2020/21", ("autumn",))
    assert [(t.academic_year, t.term) for t in both.terms] == [
        ("2019/20", "autumn"),
        ("2019/20", "spring"),
        ("2020/21", "autumn"),
    ]
    overall = both.change("attendance_pct")
    assert overall.before.value == pytest.approx(95, abs=0.5)
    assert overall.now.low < 100 - 100 * (0.15 + 2 * 0.05) / 3 < overall.now.high
    assert overall.change.value == pytest.approx(overall.now.value - overall.before.value)
    assert overall.now.n_schools == 8


def test_groups_their_difference_and_how_it_moved(both):
    more = both.change("attendance_pct", "disadvantaged pupils")
    others = both.change("attendance_pct", "other pupils")
    gap = both.change("attendance_pct", "disadvantaged pupils minus other pupils")
    assert gap.is_difference
    assert gap.now.value == pytest.approx(more.now.value - others.now.value)
    assert gap.now.low < -10 < gap.now.high
    assert gap.change.value == pytest.approx(gap.now.value - gap.before.value)
    assert gap.change.low < -10 < gap.change.high
    years = [
        c.group
        for c in both.changes
        if c.dimension == "year_group" and c.measure == "attendance_pct"
    ]
    assert years == ["7", "8"]
    assert both.change("missing_50_pct").now.value == 0


def test_pupils_who_miss_a_tenth_are_counted_by_school(both):
    share = both.change("missing_10_pct").now
    assert both.missing_10.total.value == pytest.approx(share.value / 100 * 240)
    assert sum(part.value for part in both.missing_10.parts) == both.missing_10.total.value
    assert [s.school_name for s in both.schools] == [f"School {urn}" for urn in URNS]
    assert both.missing_50.total.value == 0


def test_exactly_a_tenth_is_a_tenth(eight):
    rng = np.random.default_rng(1)
    rows = weeks(rng, np.zeros(30), first="2020-09-07", n=10, schools=URNS[:1])
    for row in rows[:300]:
        row["sessions_attended"] = 9
    result = evidence(eight, attendance_weeks=rows)
    assert result.change("missing_10_pct").now.value == 100
    assert result.change("missing_10_pct").now.low is None
    assert (result.before_year, result.back) == (None, None)
    assert result.change("attendance_pct").before.value is None
    assert result.schools_with_weeks == 1
    assert len(result.schools_without) == 7


def test_the_return_follows_pupils_seen_before(eight):
    rng = np.random.default_rng(2)
    rows = weeks(rng, np.full(20, 0.05), first="2020-02-24", n=4, pupils=20)
    after = weeks(rng, np.full(20, 0.05), first="2020-09-07", n=8, pupils=20)
    # number 0 never comes, number 1 is in no list any more; number 20 is new
    after = [row for row in after if not row["pupil_id"].endswith("00001")]
    for row in after:
        if row["pupil_id"].endswith("00000"):
            row["sessions_attended"] = 0
    after += weeks(rng, np.full(21, 0.5), first="2020-09-07", n=8, pupils=21)[20::21]
    back = evidence(eight, attendance_weeks=rows + after, pupils=listed("2019/20", pupils=20)).back
    assert [week.number for week in back.weeks] == [1, 2, 3, 4, 5, 6]
    assert back.not_listed.value == 8
    whole = back.shares[0]
    assert (whole.group, whole.expected.value) == ("all pupils", 19 * 8)
    assert whole.came.value == pytest.approx(100 * 18 / 19)
    assert back.weeks[0].rate.value == pytest.approx(95 * 18 / 19, abs=2)


def test_small_counts_are_hidden_and_can_not_be_worked_out(community):
    urns = URNS[:3]
    rng = np.random.default_rng(4)
    often = np.tile(np.where(np.arange(30) < 10, 0.5, 0.0), (3, 1))
    often[0] = np.where(np.arange(30) < 2, 0.5, 0.0)
    rows = weeks(rng, often, first="2020-09-07", n=8, schools=urns)
    result = evidence(
        community(urns), attendance_weeks=rows, pupils=listed("2020/21", schools=urns)
    )
    assert [part.value for part in result.missing_10.parts] == [2, 10, 10]
    shown = release(result).result
    assert shown.missing_10.total.value == 22
    values = [part.value for part in shown.missing_10.parts]
    assert values[0] is None
    assert values.count(None) >= 2


def test_three_pupils_of_a_group_show_no_number_and_nor_does_the_group_beside_it(community):
    urns = URNS[:4]
    rng = np.random.default_rng(5)
    rows = weeks(rng, np.full((4, 30), 0.1), first="2020-09-07", n=8, schools=urns)
    few = listed("2020/21", schools=urns, disadvantaged=1000)
    for row in few[1:3]:
        row["disadvantaged"] = "yes"
    few[0]["disadvantaged"] = "no"
    few = [
        row | {"disadvantaged": "yes" if at in (1, 2, 3) else "no"} for at, row in enumerate(few)
    ]
    shown = release(evidence(community(urns), attendance_weeks=rows, pupils=few)).result
    for group in (
        "disadvantaged pupils",
        "other pupils",
        "disadvantaged pupils minus other pupils",
    ):
        assert shown.change("attendance_pct", group).now.value is None
        assert shown.change("missing_10_pct", group).now.value is None
    assert shown.change("attendance_pct").now.value is not None


def test_no_weeks_give_an_empty_result(eight):
    result = evidence(eight)
    assert (result.now_year, result.before_year, result.changes, result.terms) == (
        None,
        None,
        (),
        (),
    )
    assert (result.schools, result.missing_10, result.back) == ((), None, None)
    assert len(result.schools_without) == 8


def test_weeks_of_before_only_are_shown_by_term(eight):
    rng = np.random.default_rng(6)
    result = evidence(
        eight, attendance_weeks=weeks(rng, np.full(30, 0.05), first="2019-09-02", n=4)
    )
    assert (result.now_year, result.before_year, len(result.terms)) == (None, "2019/20", 1)


def test_ranges_hold_the_truth_and_are_not_beside_it(eight):
    """Schools differ, pupils differ, and all is seen again 60 times."""
    rng = np.random.default_rng(7)
    inside, error, size = [], [], []
    base = frame("attendance_weeks", weeks(rng, np.zeros(30), first="2019-09-02", n=1))
    later = frame("attendance_weeks", weeks(rng, np.zeros(30), first="2020-09-07", n=1))
    for _ in range(60):
        school = np.repeat(rng.normal(0, 0.01, 8), 30)
        moved = np.repeat(rng.normal(0, 0.015, 8), 30)
        chance = np.clip(0.08 + school + rng.normal(0, 0.02, 240), 0, 1)
        frames = []
        for part, extra in ((base, 0.0), (later, 0.04 + moved)):
            attended = 100 - rng.binomial(100, np.clip(chance + extra, 0, 1))
            # ten weeks in one: only sums count
            frames.append(
                part.assign(sessions_possible=100.0, sessions_attended=attended.astype(float))
            )
        found = attendance.pupil_attendance(
            eight, PupilData(frames={"attendance_weeks": pd.concat(frames)})
        )
        change = found.change("attendance_pct").change
        inside.append(change.low <= -4 <= change.high)
        error.append(change.value + 4)
        size.append((change.high - change.low) / (2 * 2.36))
    assert 0.9 <= np.mean(inside) <= 1
    assert abs(np.mean(error)) < np.mean(size) / 4
