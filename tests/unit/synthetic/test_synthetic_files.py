"""The files as written: layouts, encodings, markers, rounding, the same bytes twice, refusals."""

import csv
import hashlib
import json

import pytest

from recovery_analysis.errors import ParameterError, WriteFailed
from recovery_analysis.synthetic import Truth, write_community
from recovery_analysis.synthetic.cells import for_year, layout, number, percent
from recovery_analysis.synthetic.community import FILES, PUBLIC_FILES, TRUTH_FILE

TABLES = "performance_tables"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_community(folder)
    return folder


def _rows(path, encoding="utf-8-sig"):
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def _hashes(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def test_exactly_the_promised_files_are_written(demo):
    found = {path.relative_to(demo).as_posix() for path in demo.rglob("*") if path.is_file()}
    assert found == set(FILES)
    assert sum((demo / name).stat().st_size for name in (*PUBLIC_FILES, TRUTH_FILE)) < 15e6


def test_same_seed_same_bytes_and_another_seed_other_figures(demo, tmp_path):
    write_community(tmp_path / "again")
    assert _hashes(tmp_path / "again") == _hashes(demo)
    write_community(tmp_path / "other", seed=1)
    changed = {
        name for name, found in _hashes(tmp_path / "other").items() if found != _hashes(demo)[name]
    }
    assert f"{TABLES}/2018-2019_england_ks4final.csv" in changed
    assert "gias/groups.csv" not in changed


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "gias").mkdir()
    mine = tmp_path / "gias" / "mine.csv"
    mine.write_text("a\n")
    with pytest.raises(ParameterError, match=r"gias/mine\.csv"):
        write_community(tmp_path, size="small")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mine.csv"]


def test_an_earlier_community_is_replaced(tmp_path):
    write_community(tmp_path, size="small")
    truth = write_community(tmp_path, size="small", seed=5)
    assert (truth.seed, truth.size) == (5, "small")
    assert (
        json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["parameters"]["seed"] == 5
    )


def test_wrong_size_file_in_place_of_folder_and_unwritable_place(tmp_path):
    with pytest.raises(ParameterError, match="small or demo"):
        write_community(tmp_path, size="large")
    place = tmp_path / "file"
    place.write_text("x")
    with pytest.raises(ParameterError, match="is a file"):
        write_community(place, size="small")
    with pytest.raises(WriteFailed):
        write_community(place / "below", size="small")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "file", "encoding"),
    [
        ("ks2_school", f"{TABLES}/surrey/2018-936-ks2.csv", "utf-8-sig"),
        ("ks4_school", f"{TABLES}/surrey/2018-2019_936_ks4final.csv", "utf-8-sig"),
        ("ks4_trust", f"{TABLES}/england_2022_2023/england_ks4-mats-performance.csv", "cp1252"),
        ("absence", f"{TABLES}/england_2022_2023/england_abs.csv", "utf-8-sig"),
        ("census", f"{TABLES}/england_2022_2023/england_census.csv", "utf-8-sig"),
        ("gias_establishments", "gias/full_layout_sample/gias.csv", "utf-8-sig"),
        ("gias_groups", "gias/groups.csv", "utf-8-sig"),
        ("gias_group_links", "gias/group_links.csv", "utf-8"),
        ("gias_links", "gias/links_edubasealldata20250422.csv", "cp1252"),
        ("ees_absence_by_term", "ees/absence_by_term.csv", "utf-8"),
        ("gap_index", "disadvantage_gap_index/2026-01-01-in12-full-dataset.csv", "utf-8"),
    ],
)
def test_layouts_are_those_of_the_publishers_files(shared_data, name, file, encoding):
    with shared_data(file).open(encoding=encoding, newline="") as lines:
        assert tuple(next(csv.reader(lines))) == layout(name)


def test_suffixes_move_with_the_year():
    columns = layout("ks4_school")
    assert for_year(columns, 2019) == columns
    moved = for_year(columns, 2024)
    assert len(set(moved)) == len(columns)
    assert {"ATT8SCR_23", "ATT8SCR_22", "PTEBACC_E_23_PTQ_EE"} <= set(moved)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(102.5, 0, "103"), (-0.125, 2, "-0.13"), (0.0, 1, "0"), (110.0, 0, "110"), (-0.04, 1, "0")],
)
def test_numbers_are_rounded_half_away_from_zero(value, decimals, text):
    assert number(value, decimals) == text


def test_percent_has_its_sign():
    assert percent(1, 3) == "33%"


def test_small_groups_are_suppressed_with_their_counterpart(demo):
    for year in ("2016-2017", "2018-2019", "2022-2023"):
        for row in _rows(demo / TABLES / f"{year}_england_ks2final.csv"):
            if row["RECTYPE"] != "1" or not (row["TFSM6CLA1A"] or "").isdigit():
                continue
            small = 1 <= int(row["TFSM6CLA1A"]) <= 5
            hidden = row["PTRWM_EXP_FSM6CLA1A"] == "SUPP"
            assert small == hidden
            assert (row["PTRWM_EXP_NotFSM6CLA1A"] == "SUPP") == (int(row["TFSM6CLA1A"]) <= 5)
            assert row["PTRWM_EXP"].endswith("%")


def test_every_marker_and_ragged_rows_appear(demo):
    ks2 = _rows(demo / TABLES / "2021-2022_england_ks2final.csv")
    new = [row for row in ks2 if row["TOTPUPS"] == "NEW"]
    assert [row["URN"] for row in new] == ["900017"]
    assert new[0]["TELIG"] is None
    last_year = _rows(demo / TABLES / "2023-2024_england_ks2final.csv")
    assert {row["READPROG"] for row in last_year if row["RECTYPE"] == "1"} == {"NP"}
    ks4 = {row["URN"]: row for row in _rows(demo / TABLES / "2018-2019_england_ks4final.csv")}
    assert ks4["900019"]["P8MEA"] == "LOWCOV"
    assert ks4["900040"]["ATT8SCR"] == "NE"
    assert ks4["900041"]["ATT8SCR_FSM6CLA1A"] == "NP"
    assert ks4["900024"]["ATT8SCR_FSM6CLA1A"] == "SUPP"
    trusts = _rows(demo / TABLES / "england_2022_2023/england_ks4-mats-performance.csv", "cp1252")
    assert "SUPPMAT" in {row["ATT8SCR_WGTAVG_FSM6CLA1A"] for row in trusts}
    for row in trusts:
        for suffix in ("MATPTINC", "INMAT"):
            listed = row[f"INSTITUTIONS_{suffix}"].split(";")
            assert len(listed) == int(row[f"NUMINST_{suffix}"])
    blank = next(
        row
        for row in _rows(demo / TABLES / "2018-2019_england_ks2final.csv")
        if row["URN"] == "900037"
    )
    assert blank["GPS_AVERAGE"] == ""
    assert blank["READ_AVERAGE"].isdigit()


def test_the_infant_school_has_no_key_stage_2_row(demo):
    urns = {row["URN"] for row in _rows(demo / TABLES / "2018-2019_england_ks2final.csv")}
    assert "900034" not in urns
    assert {"900126", "900106"} <= urns


def test_years_without_tests_stay_blank_behind_their_suffix(demo):
    for row in _rows(demo / TABLES / "2021-2022_england_ks4final.csv"):
        assert not row["ATT8SCR_20"]
        assert not row["ATT8SCR_21"]
    before = {row["URN"]: row for row in _rows(demo / TABLES / "2017-2018_england_ks4final.csv")}
    for row in _rows(demo / TABLES / "2018-2019_england_ks4final.csv"):
        if row["RECTYPE"] == "1":
            assert row["ATT8SCR_18"] == before[row["URN"]]["ATT8SCR"]


def test_local_authority_rows_are_the_truth_rounded(demo):
    truth = json.loads((demo / "truth.json").read_text(encoding="utf-8"))
    known = {
        (gap["entity_id"], gap["academic_year"]): gap
        for gap in truth["gaps"]
        if gap["membership"] == "published" and gap["measure"] == "attainment8"
    }
    rows = _rows(demo / TABLES / "2018-2019_england_ks4final.csv")
    areas = [row for row in rows if row["RECTYPE"] == "4"]
    assert len(areas) == 5
    for row in areas:
        gap = known[row["LEA"], "2018/19"]
        assert float(row["ATT8SCR_FSM6CLA1A"]) == pytest.approx(gap["disadvantaged"], abs=0.0501)
        assert float(row["ATT8SCR_NFSM6CLA1A"]) == pytest.approx(gap["other"], abs=0.0501)
        assert int(row["TFSM6CLA1A"]) == gap["disadvantaged_n"]


def test_the_truth_file_holds_all_parameters(demo):
    truth = json.loads((demo / "truth.json").read_text(encoding="utf-8"))
    assert set(truth["parameters"]) == set(Truth.__dataclass_fields__)
    assert truth["parameters"]["paths"]["attainment8"]["gap_widening"] == 1.6
    assert len(truth["schools"]) == 41
    assert {gap["entity"] for gap in truth["gaps"]} == {"england", "la", "trust"}
