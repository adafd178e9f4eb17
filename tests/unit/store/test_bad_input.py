"""Every broken file of the acceptance list: a clear message, exit code 3, and the store as it was."""

import csv
import io
from datetime import date, timedelta

import pandas as pd
import pytest

from recovery_analysis.errors import (
    ConflictingData,
    DataError,
    FileRefused,
    NotRecognised,
    ParameterError,
)
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.store import open_store
from recovery_analysis.words.periods import AcademicYear

GIAS = "gias/edubasealldata20240901.csv"
LINKS = "gias/group_links.csv"


def change_cell(path, *, column, row, value):
    """Change one cell of a CSV; ``row`` is the row of the file, the header being row 1."""
    content = path.read_bytes()
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp1252"
    rows = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    rows[row - 1][rows[0].index(column)] = value
    write_rows(path, rows, encoding=encoding)


def write_rows(path, rows, *, encoding="utf-8-sig"):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))


def refused(paths, store, snapshot, *, error=FileRefused, **settings):
    """Ingest, expect a refusal, check the store is untouched, give the message."""
    before = snapshot(store)
    with pytest.raises(DataError) as caught:
        ingest(paths, store=store, **settings)
    assert type(caught.value) is error
    assert caught.value.exit_code == 3
    assert snapshot(store) == before
    return str(caught.value)


def test_an_empty_file(raw, store, snapshot):
    path = raw()
    path.write_bytes(b"")
    message = refused([path], store, snapshot)
    assert path.name in message
    assert "the file is empty; expected a table with a header row. Download it again." in message


def test_a_web_page_saved_as_csv(raw, store, snapshot):
    path = raw()
    path.write_text("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n")
    message = refused([path], store, snapshot)
    assert path.name in message
    assert "web page" in message
    assert "download button" in message


def test_a_truncated_file(raw, store, snapshot):
    path = raw()
    content = path.read_bytes().rstrip(b"\r\n")
    last = content.rfind(b"\n")
    path.write_bytes(content[: last + 40])
    message = refused([path], store, snapshot)
    row = content.count(b"\n") + 1
    assert f"{path.name}: row {row} is cut off after" in message
    assert "Download it again" in message


def test_a_truncated_parquet_file(raw, store, snapshot):
    path = raw("lait/bds_long_0.parquet")
    path.write_bytes(path.read_bytes()[:-200])
    assert "truncated" in refused([path], store, snapshot)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfeU\x00R\x00N\x00\n\x00", "UTF-16; expected UTF-8 or Windows-1252"),
        (b"URN,NAME\n144520,\x81\x8d\n", "row 2: neither UTF-8 nor Windows-1252"),
        (b"\xef\xbb\xbfURN,NAME\n1,Caf\xe9\n", "row 2: the file says that it is UTF-8 but is not"),
        (b"URN,NAME\n14\x004520,A\n", "row 2 holds a NUL byte"),
    ],
    ids=["utf-16", "no known encoding", "broken utf-8", "binary"],
)
def test_a_wrong_encoding(raw, store, snapshot, content, words):
    path = raw()
    path.write_bytes(content)
    message = refused([path], store, snapshot)
    assert message.startswith(path.name)
    assert words in message


def test_duplicated_keys(raw, store, snapshot):
    path = raw(LINKS)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")))
    joined = rows[0].index("Joined date")
    place = next(at for at, row in enumerate(rows[1:], 1) if row[joined] not in ("", "01-01-1900"))
    copy = [*rows[place]]
    copy[joined] = "02-03-2004"
    write_rows(path, [*rows, copy], encoding="cp1252")
    message = refused([path], store, snapshot, error=ConflictingData)
    assert f"rows {place + 1}, {len(rows) + 1}" in message
    assert "urn, group_uid" in message


def test_a_repeated_row_that_says_the_same_is_read_once(raw, store):
    path = raw(LINKS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[3]]))
    plain = ingest([raw(LINKS, folder="plain")], store=store.parent / "other").added[0]
    assert ingest([path], store=store).added[0].parts["trust_spells"] == plain.parts["trust_spells"]


def test_unknown_columns_of_a_file_that_was_named(raw, store, snapshot):
    path = raw()
    path.write_text("colour,shape,Date\nred,round,2020-01-01\n")
    message = refused([path], store, snapshot, error=NotRecognised)
    assert "row 1 has 3 cells, of which 1 are column names that some layout knows (Date)" in message
    assert "colour" not in message
    assert "recovery mapping FILE" in message
    assert "ks4_school" in message


def test_unknown_columns_of_a_file_that_was_found_in_a_folder(raw, store):
    path = raw()
    stranger = path.with_name("notes.csv")
    stranger.write_text("colour,shape\nred,round\n")
    report = ingest([path.parent], store=store)
    assert report.not_recognised == ("notes.csv",)
    assert [record.label for record in report.added] == [path.name]


def test_a_marker_never_seen(raw, store, snapshot):
    path = raw()
    change_cell(path, column="ATT8SCR_FSM6CLA1A", row=5, value="HIDDEN")
    message = refused([path], store, snapshot)
    assert f"{path.name}: column ATT8SCR_FSM6CLA1A: 1 cells" in message
    assert "first in rows 5" in message
    assert "'SUPP'" in message
    assert "HIDDEN" not in message


def test_identifiers_that_a_spreadsheet_spoiled_without_loss_are_repaired_and_reported(
    raw, store, tmp_path
):
    path = raw("gias/groups.csv")
    for row in csv.DictReader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")):
        number = row["Companies House Number"]
        if number.isdigit():
            content = path.read_bytes().replace(number.encode(), f"{int(number)}.0".encode())
            path.write_bytes(content)
    record = ingest([path], store=tmp_path / "spoiled").added[0]
    (note,) = [note for note in record.notes if "repaired" in note]
    assert "a spreadsheet had added '.0' or cut zeros" in note
    sound, repaired = (
        open_store(folder).table("groups") for folder in (store, tmp_path / "spoiled")
    )
    assert repaired["companies_house_number"].str.fullmatch(r"\d{8}").sum() > 3
    pd.testing.assert_frame_equal(repaired, sound)


def test_a_urn_with_a_point_is_repaired_and_reported(raw, tmp_path):
    path = raw()
    sound = ingest([raw(folder="sound")], store=tmp_path / "sound").added[0]
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    urn = rows[0].index("URN")
    write_rows(
        path,
        [
            rows[0],
            *(
                [*row[:urn], f"{row[urn]}.0" if row[urn] else "", *row[urn + 1 :]]
                for row in rows[1:]
            ),
        ],
    )
    record = ingest([path], store=tmp_path / "spoiled").added[0]
    assert record.parts == sound.parts
    assert any("in the column URN repaired" in note for note in record.notes)
    tables = [open_store(tmp_path / name).table("school_measures") for name in ("sound", "spoiled")]
    pd.testing.assert_frame_equal(*tables)


def test_an_identifier_that_lost_its_digits_is_refused(raw, store, snapshot):
    path = raw()
    change_cell(path, column="URN", row=4, value="1.4452E+05")
    message = refused([path], store, snapshot)
    assert "column URN: 1 cells" in message
    assert "first in rows 4" in message
    assert "last digits are lost" in message


def test_a_date_in_the_future(raw, store, snapshot):
    path = raw(LINKS)
    ahead = date.today() + timedelta(days=40)
    change_cell(path, column="Joined date", row=2, value=f"{ahead:%d-%m-%Y}")
    message = refused([path], store, snapshot)
    assert "column Joined date" in message
    assert "a date in the future" in message
    assert "first in rows 2" in message


def test_good_and_bad_files_together_load_nothing_and_name_every_bad_one(raw, store, snapshot):
    good = raw()
    empty = raw(name="empty.csv")
    empty.write_bytes(b"")
    page = raw(name="page.csv")
    page.write_text("<html></html>")
    message = refused([good, empty, page], store, snapshot, error=DataError)
    assert message.startswith("2 files were refused and nothing was loaded:")
    assert "- empty.csv: the file is empty" in message
    assert "- page.csv: this is a web page" in message
    assert good.name not in message


def test_a_file_that_is_not_there(raw, store, snapshot):
    path = raw().with_name("absent.csv")
    assert "absent.csv: no such file" in refused([path], store, snapshot)


def test_a_year_for_a_file_that_was_not_given(raw, store, snapshot):
    before = snapshot(store)
    path = raw()
    with pytest.raises(
        ParameterError, match=r"--year other\.csv=.*Expected one of: 2018-2019"
    ) as caught:
        ingest([path], store=store, years={"other.csv": AcademicYear(2018)})
    assert caught.value.exit_code == 2
    assert snapshot(store) == before


def test_a_year_that_contradicts_the_columns(raw, store, snapshot):
    path = raw()
    message = refused([path], store, snapshot, year=AcademicYear(2016))
    assert "--year says 2016/17 but the columns of the file say 2018/19" in message


def test_a_new_store_is_not_made_by_a_refused_file(raw, tmp_path):
    path = raw()
    path.write_bytes(b"")
    with pytest.raises(FileRefused):
        ingest([path], store=tmp_path / "new")
    assert not (tmp_path / "new").exists()
