"""Sections on staff: needs with ranges, no school's staff alone, readable with nothing."""

import re

import numpy as np
import pytest

from recovery_analysis.analysis.staff import staff_evidence
from recovery_analysis.disclosure.gate import release
from recovery_analysis.exhibit import staff
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table

SYMBOL = re.compile(r"\[(?:c|x|z|u|low|k)\]")


def sections_of(handmade, survey_world, folder, sizes, secondary=2):
    place = survey_world.community(
        handmade, folder, schools=max(len(sizes), 2), secondary=secondary
    )
    data = survey_world.pupil_data()
    if sizes:
        rng = np.random.default_rng(1)
        school = np.repeat(survey_world.school_ids(len(sizes)), sizes)
        people = survey_world.respondents(list(school), role="staff")
        items = [code for code in survey_world.SURVEY_ITEMS if code.startswith("staff_")]
        flags = {code: rng.random(len(people)) < 0.15 + 0.12 * at for at, code in enumerate(items)}
        data = survey_world.pupil_data(
            survey_respondents=people, survey_answers=survey_world.answers(people, flags)
        )
    released = release(staff_evidence(place, data))
    about = {"community": place.id, "name": place.name}
    return [
        staff.overview(released, **about),
        staff.by_phase(released, **about),
        staff.response(released),
    ]


@pytest.mark.parametrize(
    "sizes", [[30] * 6, [30, 4, 20, 12, 11, 15], [15], [2, 3], [12, 13, 14], []], ids=str
)
def test_every_chapter_is_readable(handmade, survey_world, tmp_path, sizes):
    sections = sections_of(
        handmade, survey_world, tmp_path / "store", sizes, secondary=1 if len(sizes) < 4 else 2
    )
    items = [item for section in sections for item in section.exhibits]
    found = [getattr(item, "table", item) for item in items if isinstance(item, Table | Figure)]
    for table in found:
        shown = {symbol for row in table.rows for cell in row for symbol in SYMBOL.findall(cell)}
        assert shown <= {symbol for note in table.notes for symbol in SYMBOL.findall(note)}
    texts = [item.text for item in items if isinstance(item, Sentence)]
    texts += [item.sentence for section in sections for item in section.findings]
    assert not [text for text in texts if re.search(r"  |\bnan\b|\bNone\b|\b1 schools\b", text)]
    assert all(section.exhibits for section in sections)
    assert all(Section.from_json(section.to_json()) == section for section in sections)
    assert bool(found) == bool(sizes)


def test_a_small_school_is_counted_in_the_whole_only(handmade, survey_world, tmp_path):
    sections = sections_of(handmade, survey_world, tmp_path / "store", [30, 4, 20, 12, 11, 15])
    (table,) = [item for item in sections[2].exhibits if isinstance(item, Table)]
    assert [row[1] for row in table.rows] == ["30", "[c]", "20", "12", "[c]", "15"]
    caution = sections[2].exhibits[0].text
    assert "1 school has fewer than 10 and is counted in the whole only" in caution


def test_findings_carry_share_and_range(handmade, survey_world, tmp_path):
    found = sections_of(handmade, survey_world, tmp_path / "store", [30] * 6)[0].findings
    assert [item.id for item in found][-1] == "staff.staff_absent.share"
    assert all(item.low < item.estimate < item.high for item in found)


def test_nothing_read_says_how_to_supply_it(handmade, survey_world, tmp_path):
    overview = sections_of(handmade, survey_world, tmp_path / "store", [], secondary=1)[0]
    (note,) = overview.exhibits
    assert note.role == "missing"
    assert "recovery template survey" in note.text
