"""A store that is missing, old or damaged is refused with the way out, never guessed at."""

import json

import pytest

from recovery_analysis.errors import StoreError
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.manifest import (
    MANIFEST_NAME,
    SCHEMA_VERSION,
    Manifest,
    read_manifest,
)
from recovery_analysis.store.store import open_store


def test_no_store(tmp_path):
    with pytest.raises(StoreError, match="there is no store here") as caught:
        open_store(tmp_path / "absent")
    assert caught.value.exit_code == 3
    assert "recovery ingest FILES --store" in str(caught.value)


def test_an_older_schema_version_is_refused_by_reading_and_by_adding(raw, store, snapshot):
    path = store / MANIFEST_NAME
    body = json.loads(path.read_text())
    path.write_text(json.dumps({**body, "schema_version": 0}))
    before = snapshot(store)
    for act in (lambda: open_store(store), lambda: ingest([raw()], store=store)):
        with pytest.raises(
            StoreError, match=f"schema version 0; this library reads version {SCHEMA_VERSION}"
        ):
            act()
    assert snapshot(store) == before


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "",
        "[]",
        "null",
        '{"schema_version": 1}',
        '{"schema_version": 1, "files": 3}',
        '{"schema_version": 1, "files": [{"sha256": "x"}]}',
        '{"schema_version": 1, "files": [{"dropped": [[1]], "notes": []}]}',
    ],
)
def test_a_damaged_manifest(raw, store, snapshot, text):
    (store / MANIFEST_NAME).write_text(text)
    before = snapshot(store)
    for act in (lambda: open_store(store), lambda: ingest([raw()], store=store)):
        with pytest.raises(StoreError, match=r"damaged|schema version None"):
            act()
    assert snapshot(store) == before


def test_a_manifest_that_is_not_text(store):
    (store / MANIFEST_NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StoreError, match="the manifest is damaged"):
        open_store(store)


def test_a_manifest_that_can_not_be_read(store):
    (store / MANIFEST_NAME).unlink()
    (store / MANIFEST_NAME).mkdir()
    with pytest.raises(StoreError, match="can not be read"):
        open_store(store)


@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "scrambled"])
def test_a_missing_or_damaged_part(raw, store, harm):
    path = raw()
    ingest([path], store=store)
    part = next((store / "parts" / "school_measures").glob("*.parquet"))
    content = part.read_bytes()
    if harm == "gone":
        part.unlink()
    else:
        spoiled = {"empty": b"", "cut": content[:-50], "scrambled": content[:4] + b"\x00" * 900}
        part.write_bytes(spoiled[harm])
    with pytest.raises(StoreError, match=f"missing or damaged.*{path.name}"):
        open_store(store).table("school_measures")
    # Adding a file of the same kind looks at the part too, for conflicts.
    with pytest.raises(StoreError, match="missing or damaged"):
        ingest([raw("performance_tables/2017-2018_england_ks4final.csv")], store=store)


def test_the_manifest_reads_back_as_it_was_written(demo_store_path):
    manifest = read_manifest(demo_store_path)
    assert len(manifest.files) > 20
    assert (demo_store_path / MANIFEST_NAME).read_text(encoding="utf-8") == manifest.to_text()
    assert Manifest().part_paths == ()


def test_a_table_is_filtered_while_reading_and_has_its_key_once(demo_store_path):
    opened = open_store(demo_store_path)
    every = opened.table("school_measures")
    urns = sorted(every["urn"].unique())[:2]
    some = opened.table("school_measures", urn=urns, academic_year="2018/19")
    expected = every[every["urn"].isin(urns) & every["academic_year"].eq("2018/19")]
    assert len(some) == len(expected) > 0
    assert not every.duplicated(["urn", "academic_year", "measure", "pupil_group", "series"]).any()
    assert opened.table("school_measures", urn=()).empty


def test_a_table_that_no_file_has_is_empty_with_its_columns(store):
    table = open_store(store).table("school_links")
    assert list(table.columns) == ["urn", "link_urn", "link_type", "link_date"]
    assert table.empty


def test_the_fingerprint_does_not_depend_on_the_order_of_files(raw, tmp_path):
    files = [raw(), raw("gias/groups.csv")]
    ingest(files, store=tmp_path / "one")
    ingest(files[:1], store=tmp_path / "two")
    first = open_store(tmp_path / "two").fingerprint
    ingest(files[1:], store=tmp_path / "two")
    ingest(files[::-1], store=tmp_path / "three")
    prints = {open_store(tmp_path / name).fingerprint for name in ("one", "two", "three")}
    assert len(prints) == 1
    assert first not in prints
    assert {record.kind for record in open_store(tmp_path / "one").files_of(["ks4_school"])} == {
        "ks4_school"
    }
