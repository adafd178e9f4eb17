from pathlib import Path

from recovery_analysis.intake.dictionary import data_dictionary
from recovery_analysis.intake.recognise import READERS
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.missing import MissingReason

PAGE = Path(__file__).resolve().parents[3] / "docs" / "data.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == data_dictionary(), (
        "write it anew: .venv/bin/python -m recovery_analysis.intake.dictionary > docs/data.md"
    )


def test_every_column_measure_reason_and_kind_of_file_is_on_the_page():
    text = data_dictionary()
    names = {column.name for table in TABLES.values() for column in table.columns}
    names |= {*MEASURES, *(reason.value for reason in MissingReason)}
    names |= {reader.source.kind for reader in READERS}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def test_rows_of_a_listing_have_as_many_cells_as_its_head():
    lines = [line for line in data_dictionary().splitlines() if line.startswith("| ")]
    widths = [line.replace("\\|", "").count("|") for line in lines]
    heads = [index for index, line in enumerate(lines) if line.startswith("| ---")]
    assert len(heads) == len(TABLES) + 3
    for index, line in enumerate(lines):
        head = max((h - 1 for h in heads if h - 1 <= index), default=0)
        assert widths[index] == widths[head], line
