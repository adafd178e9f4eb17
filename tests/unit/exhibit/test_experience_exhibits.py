"""Sections on experience and induction: readable with any subset of sources, honest, no small number."""

import re

import numpy as np
import pytest

from recovery_analysis.analysis.experience import experience_evidence
from recovery_analysis.analysis.induction import induction_evidence
from recovery_analysis.disclosure.gate import release
from recovery_analysis.exhibit import experience, induction
from recovery_analysis.exhibit.cells import TIDY_COLUMNS
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table

SYMBOL = re.compile(r"\[(?:c|x|z|u|low|k)\]")
WRONG = re.compile(
    r"  |\bnan\b|\bNone\b|\b1 (?:schools|differences|questions)\b|\bimpact|\beffect|\bbecause"
)


def sections_of(data, pupils, seed=1):
    found = release(experience_evidence(data, pupils))
    groups = release(induction_evidence(data, pupils, seed=seed))
    about = {"community": data.id, "name": data.name}
    return [
        experience.overview(found, **about),
        experience.answers(found, "pupil", **about),
        experience.answers(found, "family", **about),
        experience.side_by_side(found, **about),
        experience.differences(found, **about),
        induction.groups(groups, **about),
        induction.by_school(groups),
        experience.schools(found),
    ]


def exhibits(sections, kind):
    return [item for section in sections for item in section.exhibits if isinstance(item, kind)]


def tables(sections):
    return exhibits(sections, Table) + [figure.table for figure in exhibits(sections, Figure)]


def world(survey_world, *, schools, each, family=True, roll=True, seed=2):
    rng = np.random.default_rng(seed)
    people, given, kind = survey_world.surveyed(rng, schools=schools, each=each)
    ids = [survey_world.key(at) for at in range(len(people))]
    parts = {"survey_respondents": [people.assign(pupil_id=ids)], "survey_answers": [given]}
    if family:
        homes, said, _ = survey_world.surveyed(
            rng, schools=schools, each=max(2, each // 2), role="family", start=10**6
        )
        parts["survey_respondents"].append(homes)
        parts["survey_answers"].append(said)
    if roll:
        poor = rng.random(len(people)) < np.where(kind == 1, 0.6, 0.2)
        parts["pupils"] = survey_world.roll(list(people["school_id"]), disadvantaged=poor)
    return survey_world.pupil_data(**parts)


@pytest.fixture(scope="module")
def whole(handmade, survey_world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "store"
    place = survey_world.community(handmade, folder, schools=6)
    return sections_of(place, world(survey_world, schools=6, each=60))


@pytest.fixture(
    scope="module",
    params=[
        {"schools": 1, "each": 40},
        {"schools": 6, "each": 3},
        {"schools": 2, "each": 90, "family": False},
        {"schools": 5, "each": 20, "roll": False},
        {},
    ],
    ids=str,
)
def sparse(request, handmade, survey_world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sparse") / "store"
    schools = request.param.get("schools", 3)
    place = survey_world.community(handmade, folder, schools=schools, secondary=1)
    data = world(survey_world, **request.param) if request.param else survey_world.pupil_data()
    return sections_of(place, data)


def check(sections):
    for table in tables(sections):
        shown = {symbol for row in table.rows for cell in row for symbol in SYMBOL.findall(cell)}
        explained = {symbol for note in table.notes for symbol in SYMBOL.findall(note)}
        assert shown <= explained, table.id
        assert not any(SYMBOL.fullmatch(cell) for row in table.tidy_rows for cell in row)
    texts = [item.text for item in exhibits(sections, Sentence)]
    texts += [item.sentence for section in sections for item in section.findings]
    texts += [figure.alt for figure in exhibits(sections, Figure)]
    assert [text for text in texts if WRONG.search(text)] == []
    for figure in exhibits(sections, Figure):
        assert len(figure.headline.split()) <= 10
    ids = [item.id for section in sections for item in section.exhibits]
    assert len(ids) == len(set(ids))
    findings = [item.id for section in sections for item in section.findings]
    assert len(findings) == len(set(findings))
    assert all(name.startswith("experience.") for name in findings)
    assert all(Section.from_json(section.to_json()) == section for section in sections)
    assert all(section.exhibits for section in sections)


def test_a_whole_chapter_is_well_made(whole):
    check(whole)
    assert len(exhibits(whole, Figure)) == 4
    assert sum(len(section.findings) for section in whole) > 60


def test_a_chapter_with_little_or_nothing_is_readable(sparse):
    check(sparse)


def test_no_number_under_six_stands_in_a_sparse_chapter(sparse):
    for table in tables(sparse):
        if table.tidy_columns != TIDY_COLUMNS:
            continue
        for row in table.tidy_rows:
            cells = dict(zip(TIDY_COLUMNS, row, strict=True))
            if cells["unit"] in ("pupils", "respondents"):
                assert cells["estimate"] in ("c", "x", "0") or float(cells["estimate"]) >= 6
            assert cells["pupils"] in ("", "0") or float(cells["pupils"]) >= 6


def test_the_answer_gives_the_share_with_its_range(whole):
    answer = next(item for item in whole[0].exhibits if item.id == "experience-pupil-top")
    assert re.search(r"\d+% \(likely range \d+ to \d+\) of pupils who answered", answer.text)


def test_a_difference_that_is_there_is_said_with_both_shares(whole):
    texts = [item.text for item in exhibits([whole[4]], Sentence)]
    assert any("of disadvantaged pupils and" in text and "likely range" in text for text in texts)
    assert any(text.startswith("We looked at ") for text in texts)


def test_without_a_survey_the_chapter_says_how_to_supply_one(handmade, survey_world, tmp_path):
    place = survey_world.community(handmade, tmp_path / "store", schools=2, secondary=1)
    sections = sections_of(place, survey_world.pupil_data())
    (note,) = sections[0].exhibits
    assert note.role == "missing"
    assert "recovery template survey" in note.text
    assert not exhibits(sections, Figure)
    assert not exhibits(sections, Table)


def test_groups_say_what_each_needs(whole):
    table = next(item for item in tables(whole) if item.id == "induction-table")
    assert len(table.rows) == 3
    assert any("an adult to turn to for help" in row[-1] for row in table.rows)
