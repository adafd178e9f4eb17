"""Identifiers damaged by a spreadsheet: repaired without loss, or refused by column and row."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.repair import repair_ids, repair_note


def _cells(*values, name="URN", start=0):
    return pd.Series(values, name=name, dtype="str", index=range(start, start + len(values)))


def test_a_spreadsheet_float_is_repaired_and_counted():
    ids, repaired = repair_ids(
        _cells("144520.0", " 144521 ", "", "10011"), kind="urn", label="a.csv"
    )
    assert ids.tolist() == ["144520", "144521", "", "10011"]
    assert repaired == 1
    assert ids.name == "URN"


def test_index_is_kept():
    ids, _ = repair_ids(_cells("144520", "144521", start=7), kind="urn", label="a.csv")
    assert ids.index.tolist() == [7, 8]


@pytest.mark.parametrize("cell", ["1.4452E+05", "1.4452e5", "1E+05"])
def test_scientific_notation_is_refused_because_digits_were_lost(cell):
    with pytest.raises(
        FileRefused, match=r"a\.csv: column URN: 1 cells.*rows 3\..*digits are lost"
    ):
        repair_ids(_cells("144520", cell), kind="urn", label="a.csv")


@pytest.mark.parametrize(
    "cell", ["144520.5", "144520.00", "144,520", "0144520", "-144520", "URN1", "1234", "12345678"]
)
def test_other_damage_is_refused_without_showing_the_cell(cell):
    with pytest.raises(
        FileRefused, match=r"column URN: 1 cells do not hold a URN.*rows 2"
    ) as error:
        repair_ids(_cells(cell), kind="urn", label="a.csv")
    assert "are lost" not in str(error.value)


def test_message_names_the_first_rows_of_the_file():
    with pytest.raises(FileRefused, match=r"8 cells.*rows 12, 13, 14, 15, 16, 17\."):
        repair_ids(_cells(*["x"] * 8, start=10), kind="urn", label="a.csv")


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        ("companies_house_number", "7551959", "07551959"),
        ("companies_house_number", "7551959.0", "07551959"),
        ("companies_house_number", "07551959", "07551959"),
        ("companies_house_number", "OC123456", "OC123456"),
        ("la_code", "936.0", "936"),
        ("trust_uid", "3190.0", "3190"),
        ("group_uid", "3190", "3190"),
        ("ukprn", "10060613.0", "10060613"),
        ("laestab", "9364508.0", "9364508"),
        ("establishment_number", "4508.0", "4508"),
    ],
)
def test_every_kind(kind, cell, expected):
    ids, repaired = repair_ids(_cells(cell, name="ID"), kind=kind, label="a.csv")
    assert ids.tolist() == [expected]
    assert repaired == (cell != expected)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("companies_house_number", "123456789"),
        ("companies_house_number", "0"),
        ("la_code", "93"),
        ("ukprn", "20060613"),
        ("trust_uid", "TR00860"),
    ],
)
def test_identifier_of_another_kind_is_refused(kind, cell):
    with pytest.raises(FileRefused, match="column ID"):
        repair_ids(_cells(cell, name="ID"), kind=kind, label="a.csv")


def test_note_says_how_many_and_is_silent_for_none():
    assert repair_note(0, "URN") == ()
    assert repair_note(3, "URN")[0].startswith("3 identifiers in the column URN repaired")
