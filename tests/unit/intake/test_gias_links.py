"""Links between schools, and the lookup from old to latest URN."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers import gias_links, gias_urn_lookup
from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables.schools import SCHOOL_LINKS

HEADER = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"


def read(reader, folder, text, encoding="utf-8"):
    path = folder / "made.csv"
    path.write_text(text, encoding=encoding)
    raw = inspect(path)
    assert reader.recognises(raw)
    reading = reader.read(read_cells(raw), None)
    return reading, validate(SCHOOL_LINKS, reading.tables["school_links"], label="made.csv")


def test_links_are_read_in_both_date_formats_and_in_windows_1252(tmp_path):
    body = "100000,144520,Ysgol Môn,Successor,01-09-2016\n100001,144521,B,Successor,02/09/2016\n"
    _, links = read(gias_links.READER, tmp_path, HEADER + body, "cp1252")
    assert links["link_date"].tolist() == [pd.Timestamp(2016, 9, 1), pd.Timestamp(2016, 9, 2)]
    assert "link_name" not in links


def test_blank_rows_and_repeats_are_counted(tmp_path):
    body = "100000,144520,A,Successor,\n,,,,\n , ,,,\n100000,144520,Renamed,Successor,\n"
    reading, links = read(gias_links.READER, tmp_path, HEADER + body)
    assert reading.rows_read == 4
    assert links[ROW].tolist() == [2]
    assert reading.dropped == (
        Dropped(rows=2, reason="blank row"),
        Dropped(rows=1, reason="an exact repeat of another row"),
    )


def test_a_link_with_two_dates_keeps_the_later_one(tmp_path):
    body = "".join(f"100000,144520,A,Successor,{day}\n" for day in ("01-09-2017", "", "01-09-2016"))
    reading, links = read(gias_links.READER, tmp_path, HEADER + body)
    assert links["link_date"].tolist() == [pd.Timestamp(2017, 9, 1)]
    assert reading.dropped == (
        Dropped(rows=2, reason="the same link with an earlier date or none"),
    )


def test_a_planned_link_may_lie_ahead(tmp_path):
    _, links = read(gias_links.READER, tmp_path, HEADER + "100000,144520,A,Successor,01-09-2999\n")
    assert links["link_date"].dt.year.tolist() == [2999]


def test_a_damaged_urn_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="column LinkURN"):
        read(gias_links.READER, tmp_path, HEADER + "100000,1.4452E+05,A,Successor,\n")


def test_a_link_without_a_type_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="link_type"):
        read(gias_links.READER, tmp_path, HEADER + "100000,144520,A,,\n")


def test_the_lookup_keeps_changed_urns_only(tmp_path):
    text = "OLD_URN,LATEST_URN\n100000,145130.0\n100001,100001.0\n100002,\n100000,145130.0\n"
    reading, links = read(gias_urn_lookup.READER, tmp_path, text)
    assert links[["urn", "link_urn", "link_type"]].to_numpy().tolist() == [
        ["100000", "145130", "Latest URN (lookup)"]
    ]
    assert reading.rows_read == 4
    assert reading.dropped == (
        Dropped(rows=1, reason="the URN is still the latest"),
        Dropped(rows=1, reason="one of the two URNs is blank"),
        Dropped(rows=1, reason="an exact repeat of another row"),
    )
    assert any("LATEST_URN repaired" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("reader", "header"),
    [(gias_links.READER, HEADER), (gias_urn_lookup.READER, "OLD_URN,LATEST_URN\n")],
)
def test_header_only_is_refused(tmp_path, reader, header):
    with pytest.raises(FileRefused, match="no records"):
        read(reader, tmp_path, header)
