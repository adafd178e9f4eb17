"""Norms of a store: what is usual is found again, however files are cut, and no pupil stands in what is kept."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.norms import fit_norms, read_norms
from recovery_analysis.norms.kept import norms_from_text, norms_path, norms_to_text
from recovery_analysis.norms.reading import pupil_numbers
from recovery_analysis.norms.windows import cell_meaning

BASELINE = date(2020, 3, 20)


def test_what_is_usual_is_found_again(world, store_of):
    norms = fit_norms(store_of(world.simulate(schools=80, pupils=60)), BASELINE)
    one_year = {
        cell_meaning(cell)[1]: fit
        for cell, fit in norms.cells.items()
        if cell_meaning(cell)[3] == 1
    }

    assert set(one_year) == {2, 3, 4, 5, 6}
    assert one_year[4].slope == pytest.approx(world.SLOPE, abs=0.04)
    assert one_year[4].error_variance == pytest.approx(world.SEM**2 + 4, rel=0.1)
    assert norms.growth["reading", 4].per_month == pytest.approx(75 / 12, rel=0.08)
    assert norms.n_schools == 80
    fitted = norms.value_added["reading"]
    assert len(fitted.schools) == 80
    assert fitted.n_levels["school"] == 80
    # some pupils' latest tests lie one year of the school's push from their prior test, others two years
    assert world.SCHOOL_SD < fitted.variances["school"] ** 0.5 < (1 + world.SLOPE) * world.SCHOOL_SD


def test_neither_the_cut_into_files_nor_the_order_of_rows_changes_a_byte(world, store_of):
    frames = world.simulate(schools=9, pupils=40)
    texts = {
        norms_to_text(fit_norms(store_of(frames, parts=parts, seed=seed), BASELINE))
        for parts, seed in ((1, None), (4, 1), (7, 2))
    }
    assert len(texts) == 1


def test_buckets_of_pupils_change_nothing_but_rounding(world, store_of, monkeypatch):
    store = store_of(world.simulate(schools=9, pupils=40), parts=3)
    whole = fit_norms(store, BASELINE)
    monkeypatch.setattr("recovery_analysis.norms.reading._TESTS_A_BUCKET", 200)
    cut = fit_norms(store, BASELINE)

    assert set(cut.cells) == set(whole.cells)
    for cell, fit in whole.cells.items():
        np.testing.assert_array_equal(cut.cells[cell].coef, fit.coef)
    assert cut.declined_share == whole.declined_share
    for one, other in zip(
        whole.value_added["reading"].schools, cut.value_added["reading"].schools, strict=True
    ):
        assert one.value == pytest.approx(other.value, abs=1e-3)


def test_norms_are_kept_once_and_read_back_the_same(world, store_of):
    store = store_of(world.simulate(schools=9, pupils=40))
    made = read_norms(store, BASELINE)
    path = norms_path(store, BASELINE)
    text = path.read_text("utf-8")

    assert norms_to_text(norms_from_text(text)) == text == norms_to_text(made)
    path.write_text(text.replace('"n_schools":9,"value', '"n_schools":7,"value'), encoding="utf-8")
    assert read_norms(store, BASELINE).n_schools == 7  # read, not made again
    path.write_text(text[:100], encoding="utf-8")
    assert read_norms(store, BASELINE).n_schools == 9  # damaged: made again, and kept
    assert path.read_text("utf-8") == text
    assert norms_path(store, date(2020, 3, 21)) != path


def test_no_pupil_and_no_small_number_stands_in_what_is_kept(world, store_of):
    frames = world.simulate(schools=9, pupils=40)
    last = frames["assessments"]["school_ref"].eq("urn:100009")
    few = frames["assessments"][last]["pupil_id"].unique()[4:]
    tests = frames["assessments"][~frames["assessments"]["pupil_id"].isin(few)]
    norms = fit_norms(store_of({**frames, "assessments": tests}), BASELINE)
    text = norms_to_text(norms)

    assert not any(pupil in text for pupil in frames["pupils"]["pupil_id"].unique())
    assert "100009" not in text
    assert min(fit.n for fit in norms.cells.values()) >= 30
    assert min(school.n_pupils for school in norms.value_added["reading"].schools) >= 10
    assert {"cells", "growth", "value_added"} <= set(json.loads(text))


def test_a_pupil_known_by_two_numbers_is_one_pupil(world, store_of):
    frames = world.simulate(schools=9, pupils=40)
    plain = fit_norms(store_of(frames), BASELINE)
    tests = frames["assessments"]
    other = tests["pupil_id"].map(
        {p: world.pupil_hash(f"local {p}") for p in tests["pupil_id"].unique()}
    )
    is_old = tests["academic_year"].lt("2018/19")
    aliases = pd.DataFrame(
        {
            "pupil_id": other.unique(),
            "alias_id": tests["pupil_id"].unique(),
            "school_ref": "urn:100001",
            "series": "mis_pupils",
        }
    )
    renamed = {
        **frames,
        "assessments": tests.assign(pupil_id=tests["pupil_id"].mask(is_old, other)),
    }
    apart = fit_norms(store_of(renamed), BASELINE)
    joined = fit_norms(store_of({**renamed, "pupil_aliases": aliases}), BASELINE)

    assert len(apart.cells) < len(plain.cells)
    assert set(joined.cells) == set(plain.cells)
    assert joined.n_pupils == plain.n_pupils
    for cell, fit in plain.cells.items():
        np.testing.assert_array_equal(joined.cells[cell].coef, fit.coef)


def test_stores_without_enough_say_so_by_leaving_cells_out(world, store_of):
    frames = world.simulate(schools=9, pupils=40)
    empty = fit_norms(store_of({name: frames[name] for name in ("schools",)}), BASELINE)
    alone = fit_norms(store_of(world.simulate(schools=1, pupils=100)), BASELINE)
    late = fit_norms(store_of(world.simulate(schools=9, pupils=40, years=(2020, 2021))), BASELINE)

    assert not empty.cells
    assert not empty.value_added
    assert not alone.cells
    assert not late.cells
    assert norms_from_text(norms_to_text(late)).n_pupils == 0


def test_pseudonyms_become_numbers():
    ids = pd.Series(["0123456789abcdef" + "0" * 16, "f" * 32], dtype="str")
    assert pupil_numbers(ids).tolist() == [0x0123456789ABCDEF, 2**64 - 1]
    assert pupil_numbers(ids[1:]).tolist() == [2**64 - 1]
