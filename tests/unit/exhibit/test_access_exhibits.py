"""The access chapter for every subset of sources: readable, symbols explained, honest words, nothing small."""

import importlib.util
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis.barriers import barriers_evidence
from recovery_analysis.analysis.platform_use import use_evidence
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release
from recovery_analysis.exhibit import barriers, platform_use
from recovery_analysis.exhibit.cells import TIDY_COLUMNS
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table


def _load(name):
    path = Path(__file__).parents[1] / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"recovery_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


world = _load("access_world")
SYMBOL = re.compile(r"\[(?:c|x|z|u|low|k)\]")
CAUSE = re.compile(
    r"\b(?:impact|effects?|because|caused?|led to|due to|thanks to)\b", re.IGNORECASE
)
BROKEN = re.compile(r"\bnan\b|\bNone\b|  |\b1 (?:schools|pupils)\b|\{|\}|\bbehind of\b|\.\.|;\s*\.")


def everything(seed=1, *, schools=10, pupils=60, with_progress=True):
    rng = np.random.default_rng(seed)
    listed = world.pupil_list(rng, schools=schools, pupils=pupils)
    people, answers = world.survey(rng, listed, ("live_lessons", "teacher_contact", "learn_alone"))
    families, replies = world.survey(
        rng, listed, ("learn_alone",), role="family", name="Families", linked=False
    )
    counts = np.where(rng.random(len(listed)) < 0.6, rng.integers(1, 45, len(listed)), 0)
    quizzes = [
        world.quizzes(listed, counts, correct=rng.uniform(60, 100, len(listed))),
        world.quizzes(listed, counts // 9, day="2020-05-05", first=10**6),
    ]
    reading = pd.DataFrame(
        {
            "pupil_id": listed["pupil_id"],
            "school_id": listed["school_id"],
            "academic_year": "2019/20",
            "period_start": pd.Timestamp("2020-04-01"),
            "period_end": pd.Timestamp("2020-04-28"),
            "minutes_n": rng.choice([0.0, 30.0, 200.0, 500.0], len(listed)),
        }
    )
    lessons = pd.DataFrame(
        {
            "school_id": ["900001", "900001"],
            "academic_year": "2019/20",
            "term": "summer",
            "year_group": [4.0, 5.0],
            "subject": ["maths", "english"],
            "lessons_per_week": [3.0, 4.0],
            "pupils_reached_n": [20.0, None],
            "pupils_n": [30.0, None],
        }
    )
    frames = {
        "pupils": listed,
        "device_access": world.device_list(rng, listed),
        "survey_respondents": pd.concat([people, families]),
        "survey_answers": pd.concat([answers, replies]),
        "reading_quizzes": pd.concat(quizzes),
        "online_reading": reading,
        "online_lessons": lessons,
    }
    held = world.pupil_data(**frames)
    data = world.community({*listed["school_id"], "900098", "900099"})
    has = pd.Series(held.table("device_access")["device"].ne("own").astype(float))
    table = world.progress(rng, listed, has, slope=-9.0) if with_progress else None
    return data, held, table


def sections_of(data, held, table=None):
    about = {"community": data.id, "name": data.name}
    return [
        *barriers.sections(release(barriers_evidence(data, held, table)), **about),
        *platform_use.sections(release(use_evidence(data, held, table)), **about),
    ]


def exhibits(sections, kind):
    return [item for section in sections for item in section.exhibits if isinstance(item, kind)]


def tables(sections):
    return exhibits(sections, Table) + [figure.table for figure in exhibits(sections, Figure)]


def words(sections):
    texts = [item.text for item in exhibits(sections, Sentence)]
    for figure in exhibits(sections, Figure):
        texts += [figure.headline, figure.subtitle, figure.alt]
    return texts + [item.sentence for section in sections for item in section.findings]


def check(sections):
    """Check what must hold for any chapter, whatever was read."""
    ids = [section.id for section in sections]
    ids += [item.id for section in sections for item in section.exhibits]
    ids += [figure.table.id for figure in exhibits(sections, Figure)]
    assert len(ids) == len(set(ids))
    found = [item.id for section in sections for item in section.findings]
    assert len(found) == len(set(found))
    for text in words(sections):
        assert not BROKEN.search(text), text
        assert not CAUSE.search(text), text
    for figure in exhibits(sections, Figure):
        assert len(figure.headline.split()) <= 10, figure.headline
    for table in tables(sections):
        shown = {symbol for row in table.rows for cell in row for symbol in SYMBOL.findall(cell)}
        assert shown <= {s for note in table.notes for s in SYMBOL.findall(note)}, table.id
        assert "[x]" not in shown, table.id
        for row in table.tidy_rows:
            assert re.fullmatch(r"20\d{4}", row[TIDY_COLUMNS.index("time_period")]), table.id
    for section in sections:
        assert section.exhibits, section.id
        assert Section.from_json(json.loads(json.dumps(section.to_json()))) == section


@pytest.fixture(scope="module")
def full():
    return everything()


def test_the_whole_chapter_stands(full):
    sections = sections_of(*full)
    check(sections)
    assert [section.id for section in sections] == [
        "barriers",
        "barriers-groups",
        "barriers-answers",
        "barriers-progress",
        "barriers-replies",
        "use",
        "use-accelerated-reader-not-reached",
        "use-accelerated-reader-amounts",
        "use-myon-not-reached",
        "use-myon-amounts",
        "use-progress",
        "use-oak",
    ]
    measures = {item.measure for section in sections for item in section.findings}
    assert {"no_own_device", "learn_alone_family", "myon_reach", "oak_lessons_per_week"} <= measures
    assert {item.chapter for section in sections for item in section.findings} == {"access"}
    texts = " ".join(words(sections))
    assert "School 900098" in texts
    assert "estimated by the vendor" in texts
    assert "does not say why" in texts
    assert "as the schools count them" in texts


NAMES = ("pupils", "device_access", "survey_respondents", "reading_quizzes", "online_lessons")


@pytest.mark.parametrize("kept", [c for n in range(3) for c in itertools.combinations(NAMES, n)])
def test_every_subset_of_sources_gives_a_readable_chapter(full, kept):
    data, held, table = full
    frames = {name: frame for name, frame in held.frames.items() if name in kept}
    if "survey_respondents" in kept:
        frames["survey_answers"] = held.frames["survey_answers"]
    sections = sections_of(data, PupilData(frames=frames), table)
    check(sections)
    missing = [s for s in exhibits(sections, Sentence) if s.role == "missing"]
    assert missing
    if not kept:
        assert len(sections) == 2
        assert "device" in missing[0].text
        assert "myON" in missing[1].text


@pytest.mark.parametrize(("schools", "pupils"), [(1, 40), (1, 3), (2, 4), (3, 12)])
def test_one_school_and_a_few_pupils_give_a_page_without_small_numbers(schools, pupils):
    data, held, table = everything(3, schools=schools, pupils=pupils)
    sections = sections_of(data, held, table)
    check(sections)
    at = {name: TIDY_COLUMNS.index(name) for name in ("estimate", "pupils", "unit")}
    for tidy in tables(sections):
        for row in tidy.tidy_rows:
            if row[at["estimate"]].lstrip("-").replace(".", "").isdigit() and row[at["pupils"]]:
                assert int(row[at["pupils"]]) >= 6, tidy.id


def test_without_progress_it_says_so(full):
    data, held, _ = full
    texts = words(sections_of(data, held))
    assert any("How barriers went with progress is not known" in text for text in texts)
    assert any("How use went with progress is not known" in text for text in texts)


def test_sentences_say_the_numbers_of_the_result(full):
    data, held, table = full
    result = barriers_evidence(data, held, table)
    share = result.barriers[0].by_group.shares.total
    about = {"community": data.id, "name": data.name}
    overview = barriers.overview(release(result), **about)
    assert (
        f"{share.value:.0f}% of pupils on device lists had no device" in overview.exhibits[0].text
    )
    groups = barriers.by_group(release(result), **about).exhibits[0].text
    assert re.search(r"percentage points more \(likely range \d+ to \d+\)\.$", groups)
    told = barriers.progress(release(result), **about).exhibits[0].text
    assert "less progress in reading than the others (likely range" in told
