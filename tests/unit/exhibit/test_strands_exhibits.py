"""The curriculum chapter's sections: any subset of sources reads well, symbols explained, small numbers gone."""

import re

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis import strands as analysis
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release
from recovery_analysis.exhibit import strands as exhibit
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table
from recovery_analysis.intake.tables import TABLES

URNS = ("100001", "100002", "100003", "100004")
SYMBOL = re.compile(r"\[(?:c|x|z|u|low|k)\]")
BANNED = re.compile(
    r"\b(?:impact|effect|because|nan|None|failing)\b|  |\b1 (?:strands|schools|pupils)\b"
)
RATES = {"Fractions": 0.7, "Number: place value": 0.8, "Geometry": 0.6}


def marks(
    seed, *, year, day, drop=0.0, pupils=30, schools=URNS, year_group=5, subject="maths", rates=None
):
    rng = np.random.default_rng(seed)
    rates = rates or RATES
    people = [(school, n) for school in schools for n in range(pupils)]
    frame = pd.DataFrame(
        [
            (f"{year[:4]}{school}{n:05d}".rjust(32, "0"), school, strand, f"{strand} {q}", rate)
            for school, n in people
            for strand, rate in rates.items()
            for q in range(4)
        ],
        columns=["pupil_id", "school_id", "strand", "question", "rate"],
    )
    lower = frame["rate"] - np.where(frame["strand"].eq("Fractions"), drop, 0.0)
    return frame.assign(
        academic_year=year,
        series="question_marks",
        year_group=float(year_group),
        test_date=pd.Timestamp(day),
        subject=subject,
        paper="Paper 1",
        marks=rng.binomial(1, np.clip(lower, 0, 1)).astype(float),
        marks_possible=1.0,
    )


def arranged(name, frame):
    out = TABLES[name].arrange(frame.assign(school_ref="urn:100001"))
    out = out.drop(columns=["school_ref", "raw_row"], errors="ignore")
    return out.assign(school_id=frame["school_id"].astype("str").to_numpy())


@pytest.fixture(scope="module")
def data(handmade, tmp_path_factory):
    there = handmade.opened(
        tmp_path_factory.mktemp("strand-pages") / "store",
        schools=[handmade.school(urn, name=f"=cmd {urn} <b>") for urn in URNS],
    )
    return handmade.data_of(there, "la:300")


def sections(data, **tables):
    pupils = PupilData(
        frames={name: arranged(name, pd.concat(parts)) for name, parts in tables.items()}
    )
    released = release(analysis.strand_evidence(data, pupils))
    about = {"community": data.id, "name": data.name}
    return [
        exhibit.overview(released, name=data.name),
        exhibit.year_groups(released, "primary", **about),
        exhibit.year_groups(released, "secondary", **about),
        exhibit.skills(released, **about),
        exhibit.schools(released, "primary"),
        exhibit.schools(released, "secondary"),
    ]


def items(found, kind):
    return [item for section in found for item in section.exhibits if isinstance(item, kind)]


def tables_of(found):
    return items(found, Table) + [figure.table for figure in items(found, Figure)]


PLAN = pd.DataFrame(
    {
        "subject": "maths",
        "strand": ["Fractions", "Number: place value"],
        "year_group": 5.0,
        "series": "plan",
        "school_id": "any",
        "taught_on": pd.Timestamp("2020-01-10"),
        "dependents_n": [4.0, 8.0],
        "is_core": ["no", "yes"],
    }
)
BEFORE = {"year": "2019/20", "day": "2019-11-05"}
NOW = {"year": "2020/21", "day": "2020-11-04", "drop": 0.25}


@pytest.fixture(scope="module")
def whole(data):
    old = [marks(1, **BEFORE), marks(2, **BEFORE, year_group=10, subject="Biology")]
    new = [marks(3, **NOW), marks(4, **NOW, year_group=10, subject="Biology")]
    return sections(data, question_marks=old + new, curriculum_strands=[PLAN])


@pytest.fixture(
    scope="module",
    params=[
        "whole",
        "nothing",
        "only before",
        "only now",
        "three pupils",
        "one school",
        "plan only",
    ],
)
def chapter(request, data, whole):
    if request.param == "whole":
        return whole
    if request.param == "nothing":
        return sections(data)
    if request.param == "plan only":
        return sections(data, curriculum_strands=[PLAN])
    parts = {
        "only before": [marks(1, **BEFORE)],
        "only now": [marks(1, **NOW)],
        "three pupils": [marks(1, **BEFORE, pupils=3), marks(2, **NOW, pupils=3, schools=URNS[:1])],
        "one school": [marks(1, **BEFORE, schools=URNS[:1]), marks(2, **NOW, schools=URNS[:1])],
    }
    return sections(data, question_marks=parts[request.param])


def test_every_symbol_is_explained_above_its_table(chapter):
    for table in tables_of(chapter):
        shown = {symbol for row in table.rows for cell in row for symbol in SYMBOL.findall(cell)}
        explained = {symbol for note in table.notes for symbol in SYMBOL.findall(note)}
        assert shown <= explained, table.id


def test_words_are_plain_and_headlines_short(chapter):
    texts = [sentence.text for sentence in items(chapter, Sentence)]
    texts += [finding.sentence for section in chapter for finding in section.findings]
    texts += [part for f in items(chapter, Figure) for part in (f.headline, f.subtitle, f.alt)]
    assert [text for text in texts if BANNED.search(text)] == []
    assert [f.headline for f in items(chapter, Figure) if len(f.headline.split()) > 10] == []


def test_ids_are_unique_and_sections_come_back_from_json(chapter):
    ids = [section.id for section in chapter]
    ids += [item.id for section in chapter for item in section.exhibits]
    ids += [figure.table.id for figure in items(chapter, Figure)]
    assert len(ids) == len(set(ids))
    found = [finding.id for section in chapter for finding in section.findings]
    assert len(found) == len(set(found))
    assert all(Section.from_json(section.to_json()) == section for section in chapter)


def test_every_finding_has_a_value_or_a_reason(chapter):
    for section in chapter:
        for item in section.findings:
            assert (item.estimate is None) == (item.missing_reason is not None)
            assert item.chapter == "curriculum"


def test_the_answer_table_and_schools_say_what_to_start_with(whole):
    (start,) = [table for table in items(whole, Table) if table.id == "curriculum-start"]
    assert [row[0] for row in start.rows] == ["Year 10 Biology", "Year 5 mathematics"]
    assert all(row[2].startswith("Fractions (") for row in start.rows)
    assert re.search(r"points below, likely range \d+\.\d to \d+\.\d\)", start.rows[1][2])
    (schools,) = [
        table for table in items(whole, Table) if table.id == "curriculum-schools-primary-table"
    ]
    assert [row[0] for row in schools.rows] == [f"=cmd {urn} <b>" for urn in URNS]
    assert all(row[2].startswith("Fractions (") for row in schools.rows)
    assert len(schools.tidy_rows) >= 4


def test_core_comes_first_in_primary_and_every_factor_is_shown(whole):
    (figure,) = [f for f in items(whole, Figure) if f.id == "curriculum-primary-maths-5-figure"]
    names = [row[0] for row in figure.table.rows]
    assert names == ["Number: place value", "Fractions", "Geometry"]
    fractions = figure.table.rows[1]
    assert fractions[1] == "Behind"
    assert fractions[6:] == ("10 Jan 2020", "1.8", "1.4", "no")
    assert figure.table.rows[0][9] == "core"
    assert "start with Fractions" in figure.headline
    assert "<svg" in figure.svg


def test_a_name_can_not_become_code(whole):
    assert all("<b>" not in section._repr_html_() for section in whole)


def test_three_pupils_leave_no_number_of_theirs(data):
    found = sections(
        data, question_marks=[marks(1, **BEFORE), marks(2, **NOW, pupils=3, schools=URNS[:1])]
    )
    for table in tables_of(found):
        for row in table.tidy_rows:
            cells = dict(zip(table.tidy_columns, row, strict=True))
            assert cells["estimate"] == "c"
            assert cells["pupils"] == ""
    for row in (row for table in tables_of(found) for row in table.rows):
        assert "3" not in row[1:3], row


def test_without_sources_one_sentence_says_what_is_missing_and_how_to_supply_it(data):
    first = sections(data)[0]
    (sentence,) = first.exhibits
    assert sentence.role == "missing"
    assert "No marks by question" in sentence.text
    assert "recovery ingest" in sentence.text
    old = sections(data, question_marks=[marks(1, **BEFORE)])[0].exhibits[0]
    assert "none from after the baseline date" in old.text
