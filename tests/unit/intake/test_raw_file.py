"""The raw file: formats, encodings, damage. Every message says where and how to mend it."""

import tracemalloc
import zipfile

import openpyxl
import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.scan import BLOCK


def written(folder, content: bytes, name: str = "table.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path) -> str:
    with pytest.raises(FileRefused) as caught:
        read_cells(inspect(path))
    return str(caught.value)


def test_html_saved_under_a_csv_name_is_refused_with_the_fix(tmp_path):
    path = written(tmp_path, b"\n <!DOCTYPE html><html><body>Sign in</body></html>")
    message = refusal(path)
    assert "web page" in message
    assert "download button" in message


def test_missing_file_and_folder_are_refused(tmp_path):
    assert "no such file" in refusal(tmp_path / "absent.csv")
    assert "can not be read" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_empty_file_is_refused(tmp_path, content):
    assert "empty" in refusal(written(tmp_path, content))


def test_utf16_is_refused_with_the_fix(tmp_path):
    message = refusal(written(tmp_path, "URN,NAME\n100000,A\n".encode("utf-16")))
    assert "UTF-16" in message
    assert "CSV UTF-8" in message


def test_nul_byte_is_refused_with_its_row(tmp_path):
    assert "row 2 holds a NUL byte" in refusal(written(tmp_path, b"URN,NAME\n1000\x0000,A\n"))


def test_last_row_cut_off_without_line_end_is_refused(tmp_path):
    message = refusal(written(tmp_path, b"URN,NAME,TYPE\n100000,A,B\n1000"))
    assert "row 3 is cut off after 1 of 3 columns" in message


def test_complete_last_row_without_line_end_is_read(tmp_path):
    frame = read_cells(inspect(written(tmp_path, b"URN,NAME\n100000,A\n100001,B"))).frame
    assert frame["URN"].tolist() == ["100000", "100001"]


def test_windows_1252_is_read(tmp_path):
    path = written(tmp_path, "URN,NAME\n100000,Ysgol Môn’s\n".encode("cp1252"))
    raw = inspect(path)
    assert raw.encoding == "cp1252"
    assert read_cells(raw).frame["NAME"].tolist() == ["Ysgol Môn’s"]


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = written(tmp_path, "URN,NAME\n100000,Môn\n".encode("utf-8-sig"))
    assert inspect(path).columns == ("URN", "NAME")


def test_bytes_of_neither_encoding_are_refused_with_their_row(tmp_path):
    assert "row 3: neither UTF-8 nor" in refusal(written(tmp_path, b"URN\n100000\n\x81\n"))


def test_broken_utf8_after_a_byte_order_mark_is_refused(tmp_path):
    assert "says that it is UTF-8" in refusal(written(tmp_path, b"\xef\xbb\xbfURN\n\xe9t\xe9\n"))


def test_column_that_stands_twice_is_refused_and_unnamed_ones_are_not(tmp_path):
    message = refusal(written(tmp_path, b"canary,URN,canary\n1,2,3\n"))
    assert "columns 1 and 3 have the same name" in message
    assert "canary" not in message
    assert inspect(written(tmp_path, b"URN,,\n1,2,3\n")).columns == ("URN", "", "")


def test_identifiers_and_markers_stay_text(tmp_path):
    frame = read_cells(inspect(written(tmp_path, b"LEA,VALUE\n001,NA\n002, \n"))).frame
    assert frame["LEA"].tolist() == ["001", "002"]
    assert frame["VALUE"].tolist() == ["NA", " "]


def test_short_rows_are_padded_and_long_rows_refused(tmp_path):
    padded = read_cells(inspect(written(tmp_path, b"A,B,C\n1,2\n1,2,3\n"))).frame
    assert padded["C"].tolist() == ["", "3"]
    assert "do not fit the 2 columns" in refusal(written(tmp_path, b"A,B\n1,2\n1,2,3,4\n"))


def test_quoted_line_end_is_one_cell(tmp_path):
    frame = read_cells(inspect(written(tmp_path, b'A,C\n"x\ny",2\n'))).frame
    assert frame["A"].tolist() == ["x\ny"]


def test_quoted_line_end_in_the_header_loses_no_record(tmp_path):
    frame = read_cells(inspect(written(tmp_path, b'"A\nB",C\n"x",2\n"y",3\n'))).frame
    assert frame["A\nB"].tolist() == ["x", "y"]


def test_truncated_file_with_a_blank_line_inside_is_refused(tmp_path):
    path = written(tmp_path, b"A,B,C\n1,2,3\n\n4,5,6\n7,8")
    with pytest.raises(FileRefused, match="row 5 is cut off after 2 of 3 columns"):
        read_cells(inspect(path))


def test_workbook_with_a_title_above_a_wider_table_is_read(tmp_path):
    path = tmp_path / "titled.xlsx"
    book = openpyxl.Workbook()
    for cells in (["A title"], ["AC", "Academy"]):
        book.worksheets[0].append(cells)
    book.save(path)
    assert read_cells(inspect(path)).frame.to_numpy().tolist() == [["AC", "Academy"]]


def test_truncated_parquet_is_refused(tmp_path):
    whole = tmp_path / "whole.parquet"
    pd.DataFrame({"a": ["1", None]}).to_parquet(whole)
    assert read_cells(inspect(whole)).frame["a"].tolist() == ["1", ""]
    cut = written(tmp_path, whole.read_bytes()[:-20], "cut.parquet")
    assert "parquet file is truncated" in refusal(cut)


def test_damaged_parquet_is_refused(tmp_path):
    path = written(tmp_path, b"PAR1" + b"x" * 40 + b"PAR1", "bad.parquet")
    assert "parquet file is damaged" in refusal(path)


def test_workbook_is_read_as_text_and_refused_when_truncated(tmp_path):
    whole = tmp_path / "list.xlsx"
    pd.DataFrame({"LA Number": [301, 302], "LA Name": ["A", None]}).to_excel(whole, index=False)
    frame = read_cells(inspect(whole)).frame
    assert frame["LA Number"].tolist() == ["301", "302"]
    assert frame["LA Name"].tolist() == ["A", ""]
    cut = written(tmp_path, whole.read_bytes()[: len(whole.read_bytes()) // 2], "cut.xlsx")
    assert "workbook is truncated" in refusal(cut)


def test_text_under_a_workbook_name_is_refused(tmp_path):
    assert "is not a .xlsx file" in refusal(written(tmp_path, b"a,b\n1,2\n", "list.xlsx"))


def test_the_hash_is_of_the_bytes(tmp_path):
    first = inspect(written(tmp_path, b"A\n1\n", "a.csv")).sha256
    same = inspect(written(tmp_path, b"A\n1\n", "b.csv")).sha256
    other = inspect(written(tmp_path, b"A\n2\n", "c.csv")).sha256
    assert first == same != other


def test_a_line_without_end_is_refused_after_its_first_block(tmp_path):
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        for _ in range(64):
            file.write(b"a," * BLOCK)
    tracemalloc.start()
    message = refusal(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "row 1 is longer than 512 KB" in message
    assert peak < 8 * BLOCK


def test_a_workbook_that_unpacks_to_far_more_than_it_weighs_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (300 << 20))
    assert path.stat().st_size < 1 << 20
    assert "would unpack to" in refusal(path)


def test_wanted_columns_only_are_read_whatever_the_encoding(tmp_path):
    text = 'A,B,C\n1,"Môn\nFawr",3\n,NA,6\n'
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "cp1252")):
        raw = inspect(written(tmp_path, text.encode(encoding), f"{number}.csv"))
        frame = read_cells(raw, ["A", "B"]).frame
        assert frame.to_dict("list") == {"A": ["1", ""], "B": ["Môn\nFawr", "NA"]}
        whole = read_cells(raw).frame[["A", "B"]]
        pd.testing.assert_frame_equal(frame, whole)


def test_a_short_row_of_a_wide_file_is_refused_with_its_row_and_no_value(tmp_path):
    raw = inspect(written(tmp_path, b"A,B,C\n1,2,3\nZzcanary,5\n7,8,9\n"))
    with pytest.raises(
        FileRefused, match=r"1 rows do not have the 3 cells of row 1 \(rows 3\)"
    ) as it:
        read_cells(raw, ["A"])
    assert "Zzcanary" not in str(it.value)


def test_mixed_encodings_far_into_a_file_are_found(tmp_path):
    body = b"A\n" + b"plain\n" * 200_000
    assert inspect(written(tmp_path, body + "Môn\n".encode("cp1252"))).encoding == "cp1252"
    assert inspect(written(tmp_path, body + "Môn\n".encode())).encoding == "utf-8-sig"
    spoiled = body + "Môn\n".encode() + b"\x81\n"
    assert "row 200003: neither" in refusal(written(tmp_path, spoiled))
