"""A mapping of a file under unknown column names: read, kept, applied at the door, refused when stale."""

import csv

import pytest

from recovery_analysis.errors import DataError, FileRefused, ParameterError
from recovery_analysis.intake.headers import normal_header
from recovery_analysis.intake.layouts import KNOWN_NAMES, LAYOUTS
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.mapping_text import read_mapping
from recovery_analysis.intake.proposal import propose_for
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.manifest import MANIFEST_NAME

KEY = PupilKey.parse("0f" * 32)
ROW = {
    "UPN of pupil": "A123456789012",
    "Academy": "WSNS",
    "Completed": "2020-02-03T10:15:00Z",
    "Punkte": "612",
    "ScaledScore": "17",
    "Percentile": "55",
    "First name": "canary",
    "Subject": "Reading",
}
MAPPING = """
layout = "star_assessments"
unverified = true
[columns]
"UPN of pupil" = "upn"
"Academy" = "school_identifier"
"Completed" = "completed_utc"
"Punkte" = "scaled_score"
"Percentile" = "percentile"
"Subject" = "subject"
[schools]
"WSNS" = "urn:100001"
"Not here" = ""
[file]
header = ["upnofpupil", "academy", "completed", "punkte", "scaledscore", "percentile", "firstname", "subject"]
"""


def written(folder, *rows, name="results.csv", header=None):
    path = folder / name
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, header or [*ROW], extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def mapping_of(folder, text=MAPPING, name="star.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def load(folder, *rows, text=MAPPING, header=None):
    return load_file(
        written(folder, *rows, header=header),
        pupil_key=KEY,
        mappings=[mapping_of(folder, text)],
    )


def wrong(folder, old, new):
    assert old in MAPPING
    with pytest.raises(ParameterError) as refused:
        mapping_of(folder, MAPPING.replace(old, new))
    return str(refused.value)


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_field_has_a_spelling_of_its_own_and_each_need_is_a_field(name):
    layout = LAYOUTS[name]
    for field in layout.aliases:
        spelling = layout.spelling(field)
        assert spelling == normal_header(spelling)
        assert [other for other, names in layout.aliases.items() if spelling in names] == [field]
    assert {field for group in layout.needed for field in group} <= set(layout.aliases)
    assert "scaledscore" in KNOWN_NAMES


def test_a_file_under_other_names_is_read_with_its_mapping(tmp_path):
    loaded = load(tmp_path, ROW, ROW | {"Punkte": "700", "Completed": "2020-06-01T23:30:00Z"})
    tests = loaded.tables["assessments"]
    # The file has a column of a known name too: the mapping says which one counts.
    assert tests["scaled_score"].tolist() == [612, 700]
    assert tests["school_ref"].tolist() == ["urn:100001"] * 2
    assert loaded.source.kind == "star_assessments"
    assert loaded.mapping is not None
    note = loaded.reading.notes[0]
    assert note.startswith(f"read with the mapping star.toml ({loaded.mapping.check})")
    assert "headers unverified" in note
    assert "canary" not in repr(loaded) + "".join(x.to_csv() for x in loaded.tables.values())


def test_a_checked_mapping_says_nothing_of_unverified_headers(tmp_path):
    loaded = load(tmp_path, ROW, text=MAPPING.replace("unverified = true", "unverified = false"))
    assert "unverified" not in loaded.reading.notes[0]


def test_a_workbook_is_read_with_a_mapping_too(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for cells in ([*ROW], [*ROW.values()]):
        book.active.append(cells)
    path = tmp_path / "results.xlsx"
    book.save(path)
    loaded = load_file(path, pupil_key=KEY, mappings=[mapping_of(tmp_path)])
    assert loaded.tables["assessments"]["scaled_score"].tolist() == [612]


def test_a_list_without_named_wants_is_read_with_a_mapping(tmp_path):
    text = """
layout = "device_access"
[columns]
"Pupil ref" = "local_id"
"Site" = "school_urn"
"When" = "recorded_date"
"Kit" = "device"
[schools]
"north" = "100001"
"""
    row = {"Pupil ref": "7", "Site": "north", "When": "01/02/2020", "Kit": "own", "Date": "canary"}
    loaded = load(tmp_path, row, text=text, header=[*row])
    device = loaded.tables["device_access"].iloc[0]
    assert (device["school_ref"], device["device"]) == ("urn:100001", "own")


def test_a_refusal_names_the_files_own_column_and_no_cell(tmp_path):
    with pytest.raises(DataError) as refused:
        load(tmp_path, ROW, ROW | {"Punkte": "canary"})
    message = str(refused.value)
    assert "rows 3" in message
    assert "scaledscore is the column 'Punkte'" in message
    assert "canary" not in message
    assert refused.value.__cause__ is None


def test_a_school_that_is_not_filled_in_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"section \[schools\]") as refused:
        load(tmp_path, ROW | {"Academy": "canary"})
    assert "canary" not in str(refused.value)


def test_a_changed_header_is_refused_with_what_is_gone(tmp_path):
    header = [name for name in ROW if name not in ("Punkte", "Percentile")]
    with pytest.raises(FileRefused, match=r"2 of its columns are gone: 'Punkte', 'Percentile'"):
        load(tmp_path, ROW, header=header)


def test_further_columns_and_another_order_do_no_harm(tmp_path):
    header = ["Term", *reversed(ROW)]
    assert len(load(tmp_path, ROW, header=header).tables["assessments"]) == 1


def test_another_file_is_read_without_the_mapping(tmp_path):
    other = written(tmp_path, {"URN": "100001"}, name="other.csv", header=["URN", "colour"])
    with pytest.raises(DataError, match="no reader knows"):
        load_file(other, mappings=[mapping_of(tmp_path)])


def test_a_needed_field_without_a_column_is_named(tmp_path):
    text = MAPPING.replace('"Completed" = "completed_utc"\n', "")
    with pytest.raises(FileRefused, match=r"completed_local \(or completed_utc, completed_us\)"):
        load(tmp_path, ROW, text=text)


def test_two_mappings_of_one_file_are_refused(tmp_path):
    both = [mapping_of(tmp_path), mapping_of(tmp_path, name="again.toml")]
    with pytest.raises(ParameterError, match=r"star\.toml and again\.toml"):
        load_file(written(tmp_path, ROW), mappings=both)


def test_passwords_are_refused_with_a_mapping_too(tmp_path):
    with pytest.raises(FileRefused, match="column of passwords") as refused:
        load(tmp_path, ROW | {"Password": "canary"}, header=[*ROW, "Password"])
    assert "canary" not in str(refused.value)


def test_unknown_words_are_refused_with_the_near_one(tmp_path):
    assert "did you mean layout?" in wrong(tmp_path, "layout =", "layuot =")
    assert "did you mean columns?" in wrong(tmp_path, "[columns]", "[colums]")
    assert "did you mean star_assessments?" in wrong(
        tmp_path, '"star_assessments"', '"star_assesment"'
    )
    assert "did you mean scaled_score?" in wrong(tmp_path, '"scaled_score"', '"scaled_scor"')
    assert "did you mean header?" in wrong(tmp_path, "header =", "headers =")


def test_contradictions_are_refused(tmp_path):
    assert "are both given upn" in wrong(tmp_path, '"percentile"', '"upn"')
    assert "two spellings" in wrong(tmp_path, '"Percentile" =', '"PUNKTE" =')
    assert "true or false" in wrong(tmp_path, "unverified = true", 'unverified = "yes"')
    assert "quotation marks" in wrong(tmp_path, '"urn:100001"', "100001")
    message = wrong(tmp_path, '"urn:100001"', '"the big canary"')
    assert "1 schools are given neither" in message
    assert "canary" not in message
    assert "not a mapping in TOML" in wrong(tmp_path, "[schools]", "[schools")
    with pytest.raises(ParameterError, match="no such file"):
        read_mapping(tmp_path / "absent.toml")


def test_what_is_written_is_read_again(tmp_path):
    names = [
        'Pupil "UPN"',
        "School\\code",
        "Completed\tdate",
        "Scaled score \x7f",
        "Subject 😀",
        "Été",
    ]
    path = written(tmp_path, dict.fromkeys(names, "x y"), header=names)
    proposal = propose_for(path, layout="star_assessments")
    again = mapping_of(tmp_path, proposal.text())
    assert again.columns == proposal.mapping.columns
    assert again.header == proposal.mapping.header
    assert (again.layout, again.unverified) == ("star_assessments", True)
    assert set(again.columns) >= set(names[:4])


def test_ingest_refuses_an_idle_mapping_and_a_corrected_one(tmp_path):
    store = tmp_path / "store"
    path = written(tmp_path, ROW)
    first = mapping_of(tmp_path)
    added = ingest([path], store=store, pupil_key=KEY, mappings=[first]).added
    assert added[0].parts["assessments"] == 1
    before = (store / MANIFEST_NAME).read_bytes()
    again = ingest([path], store=store, pupil_key=KEY, mappings=[first])
    assert again.already_held == ("results.csv",)
    corrected = mapping_of(tmp_path, MAPPING.replace("100001", "100002"))
    with pytest.raises(DataError, match="read with another mapping"):
        ingest([path], store=store, pupil_key=KEY, mappings=[corrected])
    idle = mapping_of(tmp_path, MAPPING.split("[columns]")[0] + '[columns]\n"Unheard" = "upn"\n')
    with pytest.raises(ParameterError, match=r"star\.toml: no file given has the columns"):
        ingest([path], store=store, pupil_key=KEY, mappings=[first, idle])
    assert (store / MANIFEST_NAME).read_bytes() == before
