"""Use: reach over pupils on roll where there is an export, bands with fixed ends, before and since."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis.platform_use import use_evidence
from recovery_analysis.analysis.platform_use.amounts import (
    ACCELERATED_READER,
    QUALITY_BANDS,
    band_of,
)
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release


def _load(name):
    path = Path(__file__).parents[1] / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"recovery_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


world = _load("access_world")


def reading(result, code="accelerated_reader"):
    return next(platform for platform in result.platforms if platform.code == code)


@pytest.fixture
def library():
    """Ten schools; the last two have no export; in the others six pupils in ten took quizzes."""
    rng = np.random.default_rng(1)
    pupils = world.pupil_list(rng, schools=10, pupils=50)
    with_export = pupils[~pupils["school_id"].isin(["900009", "900010"])].reset_index(drop=True)
    counts = np.where(rng.random(len(with_export)) < 0.6, rng.integers(1, 45, len(with_export)), 0)
    frame = world.quizzes(with_export, counts, correct=rng.uniform(60, 100, len(with_export)))
    return world.community(pupils["school_id"].unique()), pupils, with_export, counts, frame


def test_reach_is_of_pupils_on_roll_where_there_is_an_export(library):
    data, pupils, _, counts, frame = library
    result = use_evidence(data, world.pupil_data(pupils=pupils, reading_quizzes=frame))
    platform = reading(result)
    assert platform.reach.value == pytest.approx(100 * (counts > 0).mean())
    assert platform.reach.n_pupils == 400
    assert platform.schools_unknown == ("School 900009", "School 900010")
    assert "an export of myON" in result.missing_sources
    assert platform.reach.low < 60 < platform.reach.high


def test_who_was_not_reached_adds_up(library):
    data, pupils, with_export, counts, frame = library
    platform = reading(use_evidence(data, world.pupil_data(pupils=pupils, reading_quizzes=frame)))
    contrast = next(one for one in platform.not_reached if one.trait == "disadvantaged")
    poor = with_export["disadvantaged"].eq("yes").to_numpy()
    assert contrast.shares.part("yes").value == pytest.approx(100 * (counts[poor] == 0).mean())
    assert contrast.shares.shares.total.value == pytest.approx(100 - platform.reach.value)
    years = dict(
        zip(platform.by_year_group.labels, platform.by_year_group.shares.parts, strict=True)
    )
    year5 = with_export["year_group"].eq(5).to_numpy()
    assert years["Year 5"].value == pytest.approx(100 * (counts[year5] == 0).mean())


def test_bands_of_dose_and_quality_have_the_printed_ends(library):
    data, pupils, _, counts, frame = library
    platform = reading(use_evidence(data, world.pupil_data(pupils=pupils, reading_quizzes=frame)))
    bands = dict(zip(platform.band_words, platform.bands.parts, strict=True))
    assert bands["no quiz"].value == pytest.approx(100 * (counts == 0).mean())
    assert bands["1 to 9 quizzes"].value == pytest.approx(
        100 * ((counts > 0) & (counts < 10)).mean()
    )
    assert bands["30 quizzes or more"].value == pytest.approx(100 * (counts >= 30).mean())
    ends = band_of(pd.Series([95, 94.9, 85, 84.9, 75, 74.9, 0, 100]), QUALITY_BANDS)
    first, second, third, fourth = (band.words for band in QUALITY_BANDS)
    assert list(ends) == [first, second, second, third, third, fourth, fourth, first]
    doses = band_of(pd.Series([0, 1, 9, 10, 29, 30]), ACCELERATED_READER.bands)
    none, low, middle, high = (band.words for band in ACCELERATED_READER.bands)
    assert list(doses) == [none, low, low, middle, middle, high]
    average = frame.groupby("pupil_id")["correct_pct"].mean()
    assert platform.quality.at_cut.value == pytest.approx(100 * average.ge(85).mean())


def test_active_is_within_28_days_of_the_schools_last_use():
    pupils = world.pupil_list(np.random.default_rng(2), schools=4, pupils=30)
    halves = np.arange(len(pupils)) % 2 == 0
    early = world.quizzes(pupils[halves], np.full(halves.sum(), 2), day="2020-01-06")
    late = world.quizzes(pupils[~halves], np.full((~halves).sum(), 1), day="2020-02-10", first=500)
    held = world.pupil_data(pupils=pupils, reading_quizzes=pd.concat([early, late]))
    platform = reading(use_evidence(world.community(pupils["school_id"].unique()), held))
    assert platform.reach.value == pytest.approx(100)
    assert platform.active.value == pytest.approx(50)


def test_before_and_since_are_rates_of_the_same_pupils():
    pupils = world.pupil_list(np.random.default_rng(3), schools=5, pupils=20)
    n = len(pupils)
    some = np.arange(n) % 4
    # 60 days before 20 March and 30 days since: 4 quizzes are 2 in 30 days, 1 quiz is 1 in 30 days.
    before = world.quizzes(pupils, 2 * (some % 2) + 3, day="2020-01-20")
    since = world.quizzes(pupils, (some > 1).astype(int), day="2020-04-18", first=10**5)
    held = world.pupil_data(pupils=pupils, reading_quizzes=pd.concat([before, since]))
    split = reading(use_evidence(world.community(pupils["school_id"].unique()), held)).before_since
    assert split.before.value == pytest.approx(2.0)
    assert split.since.value == pytest.approx(0.5)
    assert split.change.value == pytest.approx(-1.5)
    assert split.reach_since.value == pytest.approx(50)
    assert split.last_day == "18 April 2020"


def test_minutes_are_averaged_over_the_weeks_of_the_export():
    pupils = world.pupil_list(np.random.default_rng(4), schools=4, pupils=30)
    minutes = np.resize([0.0, 30.0, 240.0, 600.0], len(pupils))
    frame = pd.DataFrame(
        {
            "pupil_id": pupils["pupil_id"],
            "school_id": pupils["school_id"],
            "academic_year": "2019/20",
            "period_start": pd.Timestamp("2020-04-01"),
            "period_end": pd.Timestamp("2020-04-28"),
            "minutes_n": minutes,
        }
    )
    held = world.pupil_data(pupils=pupils, online_reading=frame)
    platform = reading(use_evidence(world.community(pupils["school_id"].unique()), held), "myon")
    assert "estimate" in platform.caution
    # four weeks: 0, 7.5, 60 and 150 minutes a week
    shares = [part.value for part in platform.bands.parts]
    assert shares == pytest.approx([25, 25, 0, 50], abs=1.0)
    assert platform.before_since is None
    assert platform.reach.value == pytest.approx(100 * (minutes > 0).mean())


def test_an_export_without_a_pupil_list_has_no_reach_and_no_nought(library):
    data, _, _, _, frame = library
    platform = reading(release(use_evidence(data, world.pupil_data(reading_quizzes=frame))).result)
    assert not platform.reach.is_there
    assert len(platform.schools_unlisted) == 8
    assert platform.schools_with == ()


def test_oak_is_as_the_schools_report_it():
    rows = pd.DataFrame(
        {
            "school_id": ["900001", "900002", "900001"],
            "academic_year": "2019/20",
            "term": "summer",
            "year_group": [5.0, 5.0, 6.0],
            "subject": ["maths", "maths", "english"],
            "lessons_per_week": [4.0, 2.0, 5.0],
            "pupils_reached_n": [20.0, 30.0, None],
            "pupils_n": [40.0, 60.0, 30.0],
        }
    )
    data = world.community(["900001", "900002", "900003"])
    oak = use_evidence(data, world.pupil_data(online_lessons=rows)).oak
    five = oak.rows[0]
    assert (five.year_group, five.subject) == (5, "maths")
    assert five.lessons_per_week.value == pytest.approx(3)
    assert five.reach.value == pytest.approx(50)
    assert not oak.rows[1].reach.is_there
    assert (oak.schools_n, oak.schools_unknown_n) == (2, 1)


def test_bands_of_use_go_with_progress_within_schools(library):
    data, pupils, with_export, counts, frame = library
    heavy = pd.Series((counts >= 30).astype(float))
    table = world.progress(np.random.default_rng(5), with_export, heavy, slope=15.0, noise=10.0)
    held = world.pupil_data(pupils=pupils, reading_quizzes=frame)
    links = {link.band: link.points for link in reading(use_evidence(data, held, table)).linked}
    assert links["30 quizzes or more"].low < 15 < links["30 quizzes or more"].high
    assert links["1 to 9 quizzes"].low < 0 < links["1 to 9 quizzes"].high


def test_nothing_read_is_nothing_known():
    result = use_evidence(world.community(["900001"]), PupilData(frames={}))
    assert not result.has_evidence
    assert len(result.missing_sources) == 3
