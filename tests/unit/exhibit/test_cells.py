"""One way to write an estimate: in a cell, in a sentence, in a CSV, in a finding."""

import pytest

from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.exhibit.cells import (
    ENGLAND,
    TIDY_COLUMNS,
    cell,
    change_cell,
    finding,
    likely,
    missing_notes,
    plain_cell,
    range_cell,
    tidy_row,
    title_of,
    with_unit,
)
from recovery_analysis.words.missing import MissingReason


def estimate(value=-1.25, **more):
    settings = {
        "unit": "points",
        "decimals": 1,
        "basis": "published",
        "method": "m",
        "sources": ("lait",),
    }
    return Estimate(value=value, **(settings | more))


def test_a_number_in_a_cell_and_in_a_csv():
    assert cell(estimate()) == "−1.3"
    assert change_cell(estimate(2.0)) == "+2.0"
    assert plain_cell(estimate(-1.2)) == "-1.2"
    assert with_unit(estimate(46, unit="percent", decimals=0)) == "46%"
    assert with_unit(estimate(2.0), is_signed=True) == "+2.0 points"


def test_a_range_or_none():
    ranged = estimate(2.0, low=-0.5, high=4.5)
    assert range_cell(ranged) == "−0.5 to 4.5"
    assert likely(ranged) == " (likely range −0.5 to 4.5)"
    assert range_cell(estimate()) == "none given"
    assert likely(estimate()) == ""


@pytest.mark.parametrize("reason", list(MissingReason))
def test_every_reason_has_a_symbol_a_note_and_a_bare_letter(reason):
    blank = missing(reason.value, unit="points")
    symbol = cell(blank)
    assert symbol == change_cell(blank)
    assert symbol == f"[{plain_cell(blank)}]"
    (note,) = missing_notes([blank, blank, estimate()])
    assert note.startswith(f"{symbol} ")
    assert with_unit(blank) == f"not known ({symbol})"


def test_two_reasons_of_one_symbol_share_a_note():
    notes = missing_notes(
        [missing("no_tests", unit="points"), missing("not_published", unit="points")]
    )
    assert notes == ("[x] no tests were held; not published",)


def test_a_tidy_row_is_as_wide_as_its_head():
    row = tidy_row(
        estimate(n_pupils=12),
        place=ENGLAND,
        academic_year="2018/19",
        measure="attainment8",
        group="gap",
    )
    cells = dict(zip(TIDY_COLUMNS, row, strict=True))
    assert cells["time_period"] == "201819"
    assert cells["time_identifier"] == "Academic year"
    assert cells["geographic_level"] == "National"
    assert (cells["pupils"], cells["schools"], cells["source"]) == ("12", "", "lait")


def test_a_finding_carries_every_key():
    found = finding(
        missing("no_tests", unit="points"),
        id="x",
        chapter="gap",
        measure="attainment8",
        academic_year="2019/20",
        group="gap",
        rule="now",
        sentence="s",
    ).to_dict()
    keys = (
        "id chapter measure academic_year group estimate low high unit n_pupils n_schools "
        "membership_rule method sources sentence missing_reason"
    )
    assert list(found) == keys.split()
    assert (found["estimate"], found["missing_reason"]) == (None, "no_tests")


def test_names_keep_their_capitals_in_a_sentence():
    assert title_of("attainment8") == "Attainment 8 score"
    assert title_of("ks2_rwm_expected_pct").startswith("key stage 2 reading")
