"""The parts of a run: parameters, chapters, remains of a killed run, exit codes, the kept demo."""

from dataclasses import replace

import pytest

from recovery_analysis.errors import LockHeld, ParameterError, WriteFailed
from recovery_analysis.run.batch import worst_exit_code
from recovery_analysis.run.chapters import CHAPTER_ORDER, find_chapters
from recovery_analysis.run.community_report import clear_remains, failed_record
from recovery_analysis.run.demo import demo_store
from recovery_analysis.run.parameters import Parameters, refuse_unknown
from recovery_analysis.store.atomic import folder_lock
from recovery_analysis.store.store import open_store

GOOD = Parameters(community="la:951", store="demo", as_of="2026-01-01")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"community": 951}, "parameter community: expected text, got int"),
        ({"seed": "1"}, "parameter seed: expected a whole number, got str"),
        ({"seed": True}, "parameter seed: expected a whole number, got bool"),
        ({"seed": 1.0}, "parameter seed: expected a whole number, got float"),
        ({"as_of": "1 May 2026"}, "parameter as_of: expected a date such as 2020-03-20"),
        ({"baseline_date": ""}, "parameter baseline_date: expected a date"),
        ({"baseline_date": "2026-01-02"}, "lies after as_of"),
    ],
)
def test_wrong_parameters_are_named(change, words):
    with pytest.raises(ParameterError) as caught:
        replace(GOOD, **change)
    assert words in str(caught.value)


def test_parameters_give_back_what_they_were_given():
    assert Parameters(**GOOD.to_dict()) == GOOD


def test_a_plain_variable_that_is_no_parameter_is_refused_with_the_nearest_name():
    with pytest.raises(
        ParameterError, match=r"unknown parameter 'basline_date'.*Did you mean 'baseline_date'"
    ):
        refuse_unknown({"basline_date": "2020-03-20"})
    refuse_unknown({**GOOD.to_dict(), "_hidden": 1, "function": len, "In": ["x"]})


def test_chapters_come_in_the_order_of_the_report_whatever_the_order_asked():
    assert [c.name for c in find_chapters(tuple(reversed(CHAPTER_ORDER)))] == list(CHAPTER_ORDER)
    with pytest.raises(ParameterError, match="there is no chapter 'gaps'"):
        find_chapters(("gaps",))


def record(code):
    base = failed_record("la:951", "Ashmere", LockHeld("held"))
    return replace(base, exit_code=code, status="failed" if code else "built")


@pytest.mark.parametrize(
    ("codes", "worst"),
    [((0, 0), 0), ((0, 4), 4), ((0, 7), 4), ((7, 7), 7), ((8,), 8), ((4, 7), 4), ((), 0)],
)
def test_exit_code_of_a_run(codes, worst):
    assert worst_exit_code([record(code) for code in codes]) == worst


def test_an_unexpected_error_is_told_by_its_class_alone():
    told = failed_record("la:951", "Ashmere", ZeroDivisionError("a value of a pupil"))
    assert told.failure == "unexpected ZeroDivisionError"
    assert (told.status, told.exit_code) == ("failed", 1)


def test_remains_of_a_killed_run_go_and_the_earlier_report_comes_back(tmp_path):
    building, old = tmp_path / ".building-la-951", tmp_path / ".old-la-951"
    for folder in (building, old):
        folder.mkdir()
        (folder / "index.html").write_text(folder.name)
    clear_remains(tmp_path, "la-951")
    assert [path.name for path in tmp_path.iterdir()] == ["la-951"]
    assert (tmp_path / "la-951" / "index.html").read_text() == ".old-la-951"


def test_remains_never_replace_a_report_that_is_there(tmp_path):
    for name in (".old-la-951", "la-951"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name)
    clear_remains(tmp_path, "la-951")
    assert [path.name for path in tmp_path.iterdir()] == ["la-951"]
    assert (tmp_path / "la-951" / "index.html").read_text() == "la-951"


def test_a_lock_is_held_once_and_a_dead_holder_is_passed_over(tmp_path):
    with folder_lock(tmp_path), pytest.raises(LockHeld), folder_lock(tmp_path):
        pytest.fail("two runs hold one folder")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_demo_is_made_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path / "home"))
    store = demo_store()
    assert len(open_store(store).manifest.files) > 20
    before = (store / "store.json").stat().st_mtime_ns
    assert demo_store() == store
    assert (store / "store.json").stat().st_mtime_ns == before
    assert len(list((tmp_path / "home").iterdir())) == 1


def test_a_demo_that_can_not_be_kept_says_where(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(WriteFailed, match="Set RECOVERY_HOME"):
        demo_store()
