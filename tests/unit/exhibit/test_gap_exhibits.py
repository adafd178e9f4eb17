"""Sections of every community of the demo: symbols explained, headlines short, tidy rows whole, words right."""

import re
from datetime import date

import pytest

from recovery_analysis import analysis, exhibit
from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.registry import list_communities
from recovery_analysis.community.slice import read_community
from recovery_analysis.disclosure.gate import release
from recovery_analysis.errors import ParameterError
from recovery_analysis.exhibit.cells import TIDY_COLUMNS
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table
from recovery_analysis.store.store import open_store

SYMBOL = re.compile(r"\[(?:c|x|z|u|low|k)\]")
LETTERS = {"c", "x", "z", "u", "low", "k"}


def chapters_of(data):
    """Give every section that the three chapters show for a community."""
    gap = release(analysis.gap.gap_evidence(data))
    community = release(analysis.community.community_evidence(data))
    about = {"community": data.id, "name": data.name}
    measures = [result.measure for result in gap.result]
    return [
        exhibit.gap.overview(gap, **about),
        *(exhibit.gap.measure_section(gap, measure, **about) for measure in measures),
        exhibit.gap.national_index(gap, **about),
        *(exhibit.gap.beside(gap, measure, **about) for measure in measures),
        *(exhibit.gap.schools(gap, measure) for measure in measures),
        *(exhibit.gap.reconciliation(gap, measure, name=data.name) for measure in measures),
        exhibit.attendance.absence(release(analysis.attendance.absence_evidence(data)), **about),
        exhibit.community.who(community),
        exhibit.community.coverage(community),
        exhibit.community.missing_schools(community),
        exhibit.community.movers(community),
        exhibit.method.plain_method(gap, community),
        exhibit.method.provenance(release(analysis.method.method_evidence(data))),
    ]


@pytest.fixture(scope="module")
def sections(demo_store_path):
    store = open_store(demo_store_path)
    directory = read_directory(store)
    found = []
    for record in list_communities(store, directory, {}):
        data = read_community(
            store,
            directory,
            record,
            baseline_date=date(2020, 3, 20),
            as_of=date(2024, 9, 1),
            partnerships={},
        )
        found += chapters_of(data)
    return found


def exhibits(sections, kind):
    return [item for section in sections for item in section.exhibits if isinstance(item, kind)]


def tables(sections):
    return exhibits(sections, Table) + [figure.table for figure in exhibits(sections, Figure)]


def test_every_symbol_in_a_table_is_explained_above_it(sections):
    seen = set()
    for table in tables(sections):
        shown = {symbol for row in table.rows for cell in row for symbol in SYMBOL.findall(cell)}
        explained = {symbol for note in table.notes for symbol in SYMBOL.findall(note)}
        assert shown <= explained, f"{table.id}: {shown - explained} not explained"
        seen |= shown
    assert {"[c]", "[x]"} <= seen


def test_headlines_have_ten_words_or_fewer(sections):
    figures = exhibits(sections, Figure)
    assert len(figures) > 40
    assert [f.headline for f in figures if len(f.headline.split()) > 10] == []


def test_tidy_rows_have_their_columns_times_and_bare_letters(sections):
    letters = set()
    for table in tables(sections):
        for row in table.tidy_rows:
            assert len(row) == len(table.tidy_columns)
            assert not any(SYMBOL.fullmatch(cell) for cell in row), table.id
        if table.tidy_columns != TIDY_COLUMNS:
            continue
        for row in table.tidy_rows:
            cells = dict(zip(TIDY_COLUMNS, row, strict=True))
            assert re.fullmatch(r"20\d{4}", cells["time_period"])
            assert int(cells["time_period"][4:]) == (int(cells["time_period"][:4]) + 1) % 100
            estimate = cells["estimate"]
            assert estimate in LETTERS or re.fullmatch(r"-?\d+(\.\d+)?", estimate), estimate
            letters |= {estimate} & LETTERS
    assert "c" in letters


def test_a_year_is_written_as_the_standard_has_it(sections):
    periods = {
        row[0] for t in tables(sections) if t.tidy_columns == TIDY_COLUMNS for row in t.tidy_rows
    }
    assert "201819" in periods


def test_sentences_are_english(sections):
    wrong = re.compile(
        r"\b1 (?:schools|mainstream schools|numbers|years)\b|there is only \d|\bnever\)|"
        r"  |\bnan\b|\bis None\b|: None\b|"
        r"\bnot\b[^.;:]*\bno\b [a-z]+ (?:not|never)"
    )
    texts = [item.text for item in exhibits(sections, Sentence)]
    texts += [item.sentence for section in sections for item in section.findings]
    assert len(texts) > 1000
    assert [text for text in texts if wrong.search(text)] == []


def test_every_finding_has_a_value_or_a_reason(sections):
    for section in sections:
        for item in section.findings:
            assert (item.estimate is None) != (item.missing_reason is None)
            assert (item.low is None) == (item.high is None)


def test_every_section_comes_back_whole_from_its_json(sections):
    assert all(Section.from_json(section.to_json()) == section for section in sections)


def test_an_unknown_measure_is_refused(sections, handmade, tmp_path):
    there = handmade.opened(tmp_path / "store", schools=[handmade.school("100001")])
    gap = release(analysis.gap.gap_evidence(handmade.data_of(there, "la:300")))
    with pytest.raises(ParameterError, match="no gap result for 'colour'"):
        exhibit.gap.schools(gap, "colour")


def test_a_community_without_data_has_readable_sections(handmade, tmp_path):
    there = handmade.opened(tmp_path / "store", schools=[handmade.school("100001")])
    found = chapters_of(handmade.data_of(there, "la:300"))
    (answer,) = [item for item in exhibits(found, Sentence) if item.id == "gap-answer"]
    assert "hold no figures for disadvantaged pupils in Area 300" in answer.text
    assert any(
        "1 mainstream school has no figure" in item.text for item in exhibits(found, Sentence)
    )


@pytest.fixture
def small(handmade, tmp_path):
    """Give sections of a one-school area with 3 disadvantaged pupils before, named to do harm."""
    there = handmade.opened(
        tmp_path / "store",
        schools=[handmade.school("100001", name="<script>alert(1)</script>", phase="Secondary")],
        school_measures=[
            *handmade.cells("100001", "2018/19", d=40, o=50, n_d=3, n_o=60),
            *handmade.cells("100001", "2021/22", d=38, o=50, n_d=30, n_o=60),
        ],
        published_measures=handmade.published(
            "la", "300", "2018/19", series="ks4_school", disadvantaged=41, other=52
        ),
    )
    return chapters_of(handmade.data_of(there, "la:300"))


def test_a_name_can_not_become_code(small):
    for section in small:
        page = section._repr_html_()
        assert "<script" not in page
        assert "alert(1)" not in page or "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert any("&lt;script&gt;" in section._repr_html_() for section in small)


def test_a_hidden_sum_is_explained_and_its_cause_not_told(small):
    (section,) = [s for s in small if s.id == "check-attainment8"]
    (table,) = section.exhibits
    by_group = {row[1]: row for row in table.rows}
    assert by_group["disadvantaged pupils"][4:] == ("[c]", "[c]", "Too few pupils to compare.")
    assert any(note.startswith("[c]") for note in table.notes)
    tidy = {row[6]: row for row in table.tidy_rows}
    assert tidy["disadvantaged"][8:11] == ("41.0", "c", "c")
    assert all("−" not in cell for row in table.tidy_rows for cell in row[3:6])
    hidden = next(f for f in section.findings if f.id.endswith("2018/19.disadvantaged"))
    assert (hidden.estimate, hidden.missing_reason, hidden.n_pupils) == (None, "too_few", None)
