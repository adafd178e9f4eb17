"""Taking part in words and tables: Yes and No are written out, bounds are told in plain sentences."""

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis.participation import SOURCES, participation_evidence
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release
from recovery_analysis.exhibit import participation
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table


def _load(name):
    path = Path(__file__).parents[1] / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"recovery_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


world = _load("access_world")
BROKEN = re.compile(r"\bnan\b|\bNone\b|  |\b1 (?:schools|pupils)\b|\{|\}|\bbehind of\b|\.\.")


@pytest.fixture(scope="module")
def some():
    rng = np.random.default_rng(1)
    pupils = world.pupil_list(rng, schools=5, pupils=60)
    people, answers = world.survey(rng, pupils, ("learn_alone",))
    held = world.pupil_data(
        pupils=pupils,
        device_access=world.device_list(rng, pupils),
        survey_respondents=people,
        survey_answers=answers,
    )
    rolls = dict.fromkeys(pupils["school_id"].unique(), 100.0)
    data = world.community(
        [*rolls, "900008", "900009"], rolls=rolls | {"900008": 50.0, "900009": None}
    )
    table = pd.DataFrame(
        {
            "pupil_id": pupils["pupil_id"],
            "school_id": pupils["school_id"],
            "subject": "reading",
            "residual": rng.normal(-6, 20, len(pupils)),
            "residual_sd": 20.0,
        }
    )
    return data, held, table


def sections_of(data, held, table=None):
    result = release(participation_evidence(data, held, table))
    return result, participation.sections(result, community=data.id, name=data.name)


def check(sections):
    texts = [e.text for s in sections for e in s.exhibits if isinstance(e, Sentence)]
    texts += [item.sentence for section in sections for item in section.findings]
    for text in texts:
        assert not BROKEN.search(text), text
    found = [item.id for section in sections for item in section.findings]
    assert len(found) == len(set(found))
    ids = [section.id for section in sections] + [e.id for s in sections for e in s.exhibits]
    assert len(ids) == len(set(ids))
    for section in sections:
        assert section.exhibits
        assert Section.from_json(json.loads(json.dumps(section.to_json()))) == section
    return texts


def test_the_matrix_is_in_words(some):
    _, sections = sections_of(*some)
    check(sections)
    table = sections[1].exhibits[0]
    assert isinstance(table, Table)
    assert {cell for row in table.rows for cell in row[2:]} <= {"Yes", "No"}
    assert all(row[1] == f"3 of {len(SOURCES)}" for row in table.rows)
    titles = [column.title for column in table.columns]
    assert titles == ["School", "Sources given", "Pupil list", "Devices", "Pupil survey"]
    assert "myON" in sections[1].exhibits[1].text


def test_who_only_watches_is_named(some):
    _, sections = sections_of(*some)
    rows = sections[2].exhibits[1].rows
    assert [row[0] for row in rows] == ["School 900008", "School 900009"]
    assert rows[1][2] == "not published"


def test_bounds_and_tipping_values_stand_in_sentences(some):
    result, sections = sections_of(*some)
    texts = check(sections)
    told = {item.headline.name: item for item in result.result.told}
    progress = next(t for t in texts if t.startswith("Progress in reading"))
    needed = told["star_reading_vs_expected"].tipping[0].needed
    assert f"{needed.value:.1f} scaled score points ahead of expectation" in progress
    assert "The 2 schools without data" in progress
    device = next(t for t in texts if t.startswith("Pupils who had no device"))
    assert "outside its likely range at the upper end" in device
    measures = {item.measure for item in sections[3].findings}
    assert {"star_reading_vs_expected", "no_own_device", "learn_alone"} == measures


def test_no_source_at_all_is_one_readable_page():
    data = world.community(["900001", "900002"])
    _, sections = sections_of(data, PupilData(frames={}))
    texts = check(sections)
    assert any("No headline rests on schools' own sources yet" in text for text in texts)
    assert any(text.startswith("0 schools of 2") for text in texts)


def test_too_few_pupils_hide_the_bounds_too():
    rng = np.random.default_rng(2)
    pupils = world.pupil_list(rng, schools=1, pupils=4)
    held = world.pupil_data(pupils=pupils, device_access=world.device_list(rng, pupils))
    _, sections = sections_of(world.community(["900001", "900002"]), held)
    texts = check(sections)
    assert any("too few pupils to report ([c])" in text for text in texts)
    table = next(e for e in sections[3].exhibits if isinstance(e, Table))
    assert [row[1:4] for row in table.rows] == [("[c]", "[c]", "[c]")]
    assert any(note.startswith("[c]") for note in table.notes)
