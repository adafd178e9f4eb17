"""The attendance chapter's sections: any subset of weeks is readable, counts hidden stay hidden everywhere."""

import re

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis import attendance as analysis
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release
from recovery_analysis.exhibit import attendance as exhibit
from recovery_analysis.exhibit.attendance.words import moved_words
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table
from recovery_analysis.intake.tables import TABLES

URNS = tuple(str(100001 + n) for n in range(5))
SYMBOL = re.compile(r"\[(?:c|x|z|u|low|k)\]")
BANNED = re.compile(r"\b(?:impact|effect|because|nan|None)\b|  |\b1 (?:schools|pupils)\b")


def weeks(seed, first, n, *, absence=0.05, pupils=40, schools=URNS):
    rng = np.random.default_rng(seed)
    mondays = pd.date_range(first, periods=n, freq="W-MON")
    frame = pd.DataFrame(
        [
            (f"{school}{number:05d}".rjust(32, "0"), school, day, 7.0 + number % 2)
            for school in schools
            for number in range(pupils)
            for day in mondays
        ],
        columns=["pupil_id", "school_id", "week_start", "year_group"],
    )
    year = frame["week_start"].dt.year - frame["week_start"].dt.month.lt(8)
    return frame.assign(
        academic_year=[f"{y}/{(y + 1) % 100:02d}" for y in year],
        series="weeks",
        sessions_possible=10.0,
        sessions_attended=10.0 - rng.binomial(10, absence, len(frame)),
    )


def pupils_listed(disadvantaged=3, *, pupils=40):
    return pd.DataFrame(
        {
            "pupil_id": [
                f"{school}{n:05d}".rjust(32, "0") for school in URNS for n in range(pupils)
            ],
            "school_id": np.repeat(URNS, pupils),
            "academic_year": "2020/21",
            "series": "mis",
            "disadvantaged": ["yes" if n % disadvantaged == 0 else "no" for n in range(pupils)]
            * len(URNS),
        }
    )


def arranged(name, frame):
    out = (
        TABLES[name]
        .arrange(frame.assign(school_ref="urn:100001"))
        .drop(columns=["school_ref", "raw_row"])
    )
    return out.assign(school_id=frame["school_id"].astype("str").to_numpy())


@pytest.fixture(scope="module")
def data(handmade, tmp_path_factory):
    there = handmade.opened(
        tmp_path_factory.mktemp("attendance-pages") / "store",
        schools=[handmade.school(urn, phase="Secondary") for urn in URNS],
        published_measures=handmade.published(
            "england", "england", "2018/19", "overall_absence_pct", all=4.7
        ),
    )
    return handmade.data_of(there, "la:300")


def sections(data, **tables):
    pupils = PupilData(
        frames={name: arranged(name, pd.concat(parts)) for name, parts in tables.items()}
    )
    released = release(analysis.pupil_attendance(data, pupils))
    about = {"community": data.id, "name": data.name}
    return [
        exhibit.overview(released, **about),
        exhibit.back(released, name=data.name),
        exhibit.year_groups(released, **about),
        exhibit.terms(released, **about),
        exhibit.absence(release(analysis.absence_evidence(data)), **about),
        exhibit.schools(released),
    ]


BEFORE = [weeks(1, "2019-09-02", 6), weeks(2, "2020-02-10", 5)]
AFTER = [weeks(3, "2020-09-07", 8, absence=0.12)]


@pytest.fixture(
    scope="module",
    params=["whole", "nothing", "only before", "only now", "three pupils", "one school"],
)
def chapter(request, data):
    return build(request.param, data)


def build(kind, data):
    listed = [pupils_listed()]
    few = [weeks(1, "2019-09-02", 6, pupils=3), weeks(2, "2020-02-10", 5, pupils=3)]
    parts = {
        "whole": {"attendance_weeks": BEFORE + AFTER, "pupils": listed},
        "nothing": {},
        "only before": {"attendance_weeks": BEFORE},
        "only now": {"attendance_weeks": AFTER, "pupils": listed},
        "three pupils": {
            "attendance_weeks": [*few, weeks(3, "2020-09-07", 8, pupils=3, schools=URNS[:1])]
        },
        "one school": {
            "attendance_weeks": [part[part["school_id"].eq(URNS[0])] for part in BEFORE + AFTER]
        },
    }
    return sections(data, **parts[kind])


def items(found, kind):
    return [item for section in found for item in section.exhibits if isinstance(item, kind)]


def tables_of(found):
    return items(found, Table) + [figure.table for figure in items(found, Figure)]


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
    assert all(one.startswith("attendance.") for one in found)
    assert all(Section.from_json(section.to_json()) == section for section in chapter)


def test_the_answer_gives_now_before_and_the_change(data):
    found = build("whole", data)
    (answer,) = [s for s in items(found, Sentence) if s.id == "attendance-answer"]
    assert re.search(
        r"attended 88\.\d% of sessions in 2020/21 \(likely range .*; in 2019/20, over the same terms, 9[45]\.\d%: "
        r"lower by [67]\.\d percentage points \(likely range of the change",
        answer.text,
    )
    (back,) = [s for s in items(found, Sentence) if s.id == "attendance-back-answer"]
    assert "100.0% came at least once in the first six weeks from 7 September 2020" in back.text
    measures = {f.id for section in found for f in section.findings}
    assert "attendance.overall_absence_pct.own.2018/19.all" in measures
    assert "attendance.missing_10_pct.disadvantaged-pupils-minus-other-pupils.now" in measures


def test_no_count_from_one_to_five_is_shown(data):
    spread = [weeks(9, "2020-09-07", 8, absence=0.045)]
    found = sections(data, attendance_weeks=spread)
    (table,) = [t for t in tables_of(found) if t.id == "attendance-schools-table"]
    counts = [cell for row in table.rows for cell in row[3:]]
    assert "[c]" in counts
    assert not {"1", "2", "3", "4", "5"} & set(counts)


def test_without_weeks_one_sentence_says_what_is_missing_and_how_to_supply_it(data):
    (sentence,) = build("nothing", data)[0].exhibits
    assert sentence.role == "missing"
    assert "No weekly attendance of pupils in Area 300 was read" in sentence.text
    assert "recovery ingest" in sentence.text
    (old,) = build("only before", data)[0].exhibits
    assert "but none from after the baseline date" in old.text


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (
            -3.0,
            -5.0,
            -1.0,
            "lower by 3.0 percentage points (likely range of the change −5.0 to −1.0)",
        ),
        (2.0, 1.0, 3.0, "higher by 2.0 percentage points (likely range of the change 1.0 to 3.0)"),
        (0.3, 0.1, 0.5, "similar to before (+0.3 percentage points (likely range 0.1 to 0.5))"),
        (1.0, -1.0, 3.0, "we cannot tell whether it changed"),
        (1.0, None, None, "+1.0 percentage points, with too few schools for a likely range"),
    ],
)
def test_a_change_is_worded_by_the_printed_rule(value, low, high, words):
    estimate = Estimate(
        value=value,
        low=low,
        high=high,
        unit="percentage points",
        decimals=1,
        basis="computed",
        method="",
        sources=(),
    )
    assert moved_words(estimate).startswith(words)
