"""The progress chapter's sections: the answer first, statuses by rule, every figure with its table."""

import importlib.util
import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.trajectory import TABLES, progress_evidence
from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.pupils import PupilData, read_pupil_data
from recovery_analysis.community.registry import list_communities
from recovery_analysis.disclosure.gate import release
from recovery_analysis.exhibit import trajectory
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table
from recovery_analysis.exhibit.trajectory.words import status_of
from recovery_analysis.norms import fit_norms
from recovery_analysis.store.store import open_store

CAUSE = re.compile(r"\b(impact|effect|caused?|because|due to)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def told(handmade, tmp_path_factory):
    """Give a released result of one LA, the community and the norms."""
    path = Path(__file__).parents[2] / "progress_world.py"
    spec = importlib.util.spec_from_file_location("recovery_tests_progress_world_exhibit", path)
    world = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = world
    spec.loader.exec_module(world)
    folder = tmp_path_factory.mktemp("progress") / "store"
    world.save(folder, world.simulate(schools=24, pupils=50, subjects=("reading", "maths")))
    store = open_store(folder)
    directory = read_directory(store)
    there = handmade.Opened(store, directory, list_communities(store, directory, {}))
    data = handmade.data_of(there, "la:300")
    norms = fit_norms(store, date(2020, 3, 20))
    pupils = read_pupil_data(store, data, TABLES)
    return release(progress_evidence(data, pupils, norms)), data, norms


def sections_of(released, data):
    about = {"community": data.id, "name": data.name}
    found = [trajectory.overview(released, **about)]
    for subject in ("reading", "maths", "early_literacy"):
        found += trajectory.subject_sections(released, subject, **about)
        found += trajectory.school_sections(released, subject, name=data.name)
    return [*found, *trajectory.coverage_sections(released, name=data.name)]


def tables_of(section):
    return [
        item if isinstance(item, Table) else item.table
        for item in section.exhibits
        if isinstance(item, Table | Figure)
    ]


def test_the_answer_comes_first_in_points_with_range_and_months_second(told):
    released, data, _ = told
    first = sections_of(released, data)[0].exhibits[0]

    assert first.role == "answer"
    assert re.search(
        r"about \d+\.\d scaled score points further behind expectation \(likely range "
        r"\d+\.\d to \d+\.\d\), or about \d\.\d months of usual growth \(a rough guide, not calendar time\)",
        first.text,
    )
    assert first.text.index("points") < first.text.index("months")


def test_sections_hold_to_the_rules_of_a_report(told):
    released, data, _ = told
    sections = sections_of(released, data)
    ids = [item.id for section in sections for item in (section, *section.exhibits)]

    assert len(ids) == len(set(ids))
    assert [section.id for section in sections][-1] == "progress-coverage"
    for section in sections:
        assert Section.from_json(section.to_json()) == section
        assert not CAUSE.search(repr(section))
        for item in section.exhibits:
            if isinstance(item, Figure):
                assert len(item.headline.split()) <= 10
                assert "</svg>" in item.svg
                assert len(item.table.rows) > 0
        for table in tables_of(section):
            assert table.tidy_rows
            assert not any(cell == "" for row in table.rows for cell in row)
    charts = [item for s in sections for item in s.exhibits if isinstance(item, Figure)]
    assert any("20 March 2020: schools close" in chart.svg for chart in charts)


def test_findings_are_numbers_of_the_tables(told):
    released, data, _ = told
    overview = sections_of(released, data)[0]
    by_id = {found.id: found for found in overview.findings}
    change = by_id["progress.star_reading_vs_expected.change"]

    assert change.estimate == pytest.approx(released.result.subject("reading").change.value)
    assert change.low < change.estimate < change.high
    assert by_id["progress.star_maths_vs_expected_declined.now"].unit == "percent"
    assert len(by_id) == len(overview.findings)


def points(value, low=None, high=None):
    return Estimate(
        value=value, low=low, high=high, unit="scaled score points", decimals=1, basis="computed",
        method="", sources=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("estimate", "word"),
    [
        (points(-6.0, -9.0, -3.0), "Behind"),
        (points(6.0, 3.0, 9.0), "Ahead"),
        (points(-2.9, -4.0, -1.8), "As expected"),  # told from none, but smaller than half a month
        (points(-2.0, -8.9, 4.9), "As expected"),
        (points(-2.0, -9.1, 5.1), "Not enough information"),
        (points(-60.0), "Not enough information"),
    ],
)
def test_status_follows_the_printed_rule(estimate, word):
    assert status_of(estimate, 3.0).word == word


def test_what_can_not_be_told_is_said_and_not_drawn(told):
    _, data, norms = told
    released = release(progress_evidence(data, PupilData(frames={}), norms))
    sections = sections_of(released, data)

    assert len(sections) == 1
    assert [item.role for item in sections[0].exhibits] == ["missing"]
    assert "Export Star Reading" in sections[0].exhibits[0].text
    assert sections[0].findings == ()


def test_hidden_numbers_leave_words_that_read(told):
    """Under a policy that hides every number the sections still stand, with no number of pupils in them."""
    released, data, _ = told
    strict = replace(released.policy, min_count=10_000_000)
    hidden = release(released.result, policy=strict)
    sections = sections_of(hidden, data)
    answer = sections[0].exhibits[0]

    assert isinstance(answer, Sentence)
    assert "can not be shown: too few pupils or schools" in answer.text
    assert not re.search(r"\d+\.\d", answer.text)
    cells = [cell for table in tables_of(sections[0]) for row in table.rows for cell in row[1:2]]
    assert set(cells) == {"[c]"}
