"""The same key twice: held already, refused with other values, replaced when asked."""

import csv
import io

import pandas as pd
import pytest

from recovery_analysis.errors import ConflictingData
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.manifest import read_manifest
from recovery_analysis.store.store import open_store, part_path

KS4_2018 = "performance_tables/2017-2018_england_ks4final.csv"


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def write_rows(path, rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    path.write_bytes(buffer.getvalue().encode("utf-8-sig"))


def revise(path):
    """Change one school's Attainment 8 of disadvantaged pupils; give (urn, row, new value)."""
    rows = rows_of(path)
    column = rows[0].index("ATT8SCR_FSM6CLA1A")
    urn = rows[0].index("URN")
    at = next(
        place
        for place, row in enumerate(rows[1:], 1)
        if row[column].replace(".", "").isdigit() and row[urn].strip()
    )
    value = round(float(rows[at][column]) + 1.7, 1)
    rows[at][column] = f"{value}"
    write_rows(path, rows)
    return rows[at][urn], at + 1, value


def attainment(store, urn):
    frame = open_store(store).table("school_measures", urn=urn)
    chosen = frame[frame["measure"].eq("attainment8") & frame["pupil_group"].eq("disadvantaged")]
    there = chosen.dropna(subset=["value"])
    return dict(zip(there["academic_year"], there["value"], strict=True))


def parts_on_disk(store):
    return {path.relative_to(store / "parts").as_posix() for path in store.rglob("*.parquet")}


def parts_in_manifest(store):
    return {f"{table}/{stem}.parquet" for table, stem in read_manifest(store).part_paths}


def test_the_same_file_again_is_held_already(raw, store, snapshot):
    path = raw()
    ingest([path], store=store)
    before = snapshot(store)
    report = ingest([path, raw(name="copy-under-another-name.csv")], store=store)
    assert report.added == ()
    assert report.already_held == (path.name, "copy-under-another-name.csv")
    assert snapshot(store) == before


def test_one_changed_value_is_refused_with_the_rows_of_both_files(raw, store, snapshot):
    ingest([raw()], store=store)
    newer = raw(name="revised-2018-2019_ks4.csv")
    _, row, _ = revise(newer)
    before = snapshot(store)
    with pytest.raises(ConflictingData) as caught:
        ingest([newer], store=store)
    message = str(caught.value)
    assert caught.value.exit_code == 3
    assert f"row {row} of 2018-2019_england_ks4final.csv" in message
    assert f"row {row} of revised-2018-2019_ks4.csv" in message
    assert "differ in value" in message
    assert "--replace" in message
    assert snapshot(store) == before


def test_two_files_of_one_call_may_not_contradict_each_other(raw, tmp_path):
    newer = raw(name="revised-2018-2019_ks4.csv")
    revise(newer)
    with pytest.raises(ConflictingData):
        ingest([raw(), newer], store=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_replace_takes_the_new_value_and_removes_the_old_parts(raw, store):
    ingest([raw(), raw(KS4_2018)], store=store)
    newer = raw(name="revised-2018-2019_ks4.csv")
    urn, _, value = revise(newer)
    earlier = attainment(store, urn)
    ingest([newer], store=store, replace_earlier=True)
    assert attainment(store, urn) == {**earlier, "2018/19": value}
    assert earlier["2018/19"] != value
    labels = [record.label for record in read_manifest(store).files]
    assert labels == ["groups.csv", "2017-2018_england_ks4final.csv", newer.name]
    assert parts_on_disk(store) == parts_in_manifest(store)


def test_replace_leaves_files_of_other_schools_alone(raw, store):
    whole = rows_of(raw())
    urn = whole[0].index("URN")
    schools = [row for row in whole[1:] if row[urn].strip()]
    first, second = raw(name="first_2018-2019.csv"), raw(name="second_2018-2019.csv")
    write_rows(first, [whole[0], *schools[:5]])
    write_rows(second, [whole[0], *schools[5:]])
    ingest([first, second], store=store)
    newer = raw(name="revised-first_2018-2019.csv")
    write_rows(newer, [whole[0], *schools[:5]])
    changed, _, value = revise(newer)
    others = {row[urn]: attainment(store, row[urn]) for row in schools[5:]}
    ingest([newer], store=store, replace_earlier=True)
    assert attainment(store, changed)["2018/19"] == value
    assert {row[urn]: attainment(store, row[urn]) for row in schools[5:]} == others


def test_replace_does_not_choose_between_two_files_of_one_call(raw, store, snapshot):
    held = raw()
    ingest([held], store=store)
    newer = raw(name="revised-2018-2019_ks4.csv")
    revise(newer)
    before = snapshot(store)
    with pytest.raises(ConflictingData):
        ingest([held, newer], store=store, replace_earlier=True)
    assert snapshot(store) == before


def test_two_halves_of_a_file_give_the_same_tables_as_the_whole(raw, tmp_path):
    path = raw()
    rows = rows_of(path)
    halves = [raw(name=f"half-{n}_2018-2019.csv") for n in (1, 2)]
    write_rows(halves[0], rows[:9])
    write_rows(halves[1], [rows[0], *rows[9:]])
    ingest([path], store=tmp_path / "whole")
    ingest(halves, store=tmp_path / "halves")
    for table in ("school_measures", "published_measures", "schools"):
        whole, split = (
            open_store(tmp_path / name)
            .table(table)
            .sort_values("academic_year" if table != "schools" else "urn")
            for name in ("whole", "halves")
        )
        columns = list(whole.columns)
        pd.testing.assert_frame_equal(
            whole.sort_values(columns, ignore_index=True),
            split.sort_values(columns, ignore_index=True),
        )


def test_a_part_of_the_manifest_stands_where_part_path_says(store):
    for table, stem in read_manifest(store).part_paths:
        assert part_path(store, table, stem).is_file()
