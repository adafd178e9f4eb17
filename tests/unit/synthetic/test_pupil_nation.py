"""A nation in partitions: as many pupils as asked for, numbers of their own, effects of trusts over areas."""

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.errors import ParameterError
from recovery_analysis.synthetic.pupils import nation_partitions, write_nation

PUPILS = 30_000


@pytest.fixture(scope="module")
def nation():
    return list(nation_partitions(pupils=PUPILS, seed=3))


def test_the_nation_has_about_as_many_pupils_as_asked_for(nation):
    assert sum(len(world.roll) for world in nation) == pytest.approx(PUPILS, rel=0.25)
    assert len(nation) == PUPILS // 5000
    codes = [code for world in nation for code in world.roll.schools.la_codes]
    assert len(set(codes)) == len(codes) == len(nation)


def test_no_pupil_school_or_test_stands_in_two_partitions(nation):
    for values in (
        [world.roll.number for world in nation],
        [world.star.number for world in nation],
        [np.array(world.roll.schools.urn) for world in nation],
    ):
        every = np.concatenate(values)
        assert len(np.unique(every)) == len(every)


def test_a_trust_has_one_effect_in_all_areas(nation):
    effects = {}
    for world in nation:
        schools = world.roll.schools
        for at in np.flatnonzero(schools.trust >= 0):
            uid = schools.trust_uids[schools.trust[at]]
            effects.setdefault(uid, set()).add(float(world.value_added["maths"].trust[at]))
        assert not world.value_added["maths"].trust[schools.trust < 0].any()
    assert all(len(found) == 1 for found in effects.values())
    assert len(effects) > 10


def test_all_areas_share_one_curriculum(nation):
    first, *others = (world.table("curriculum_strands") for world in nation)
    for other in others:
        pd.testing.assert_frame_equal(first, other)


def test_tables_are_written_one_file_an_area(tmp_path):
    written = write_nation(tmp_path, pupils=10_000, seed=3, tables=("pupils",))
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "pupils/la_200.parquet",
        "pupils/la_201.parquet",
    ]
    assert set(pd.read_parquet(written[0])["series"]) == {"pupil_list"}


def test_too_few_pupils_and_unknown_tables_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="10,000"):
        next(nation_partitions(pupils=9))
    with pytest.raises(ParameterError, match="no table 'weather'"):
        write_nation(tmp_path, pupils=10_000, tables=("weather",))
