"""Every figure that must come out of the real files, through the exhibits of the gap chapter."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from recovery_analysis.analysis.gap import gap_evidence, gap_of_measure
from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.registry import find_community, list_communities
from recovery_analysis.community.slice import read_community
from recovery_analysis.disclosure.gate import release
from recovery_analysis.errors import UnknownCommunity
from recovery_analysis.exhibit import gap as exhibit
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.store import open_store

pytestmark = pytest.mark.real_data


@dataclass(frozen=True)
class Floor:
    """What the comparison over all trusts must reach; measured values stand in the printed line."""

    trusts: int
    median: float
    correlation: float
    within_one: float


MOST = {
    "disadvantaged": Floor(trusts=205, median=0.30, correlation=0.93, within_one=0.83),
    "other": Floor(trusts=205, median=0.33, correlation=0.95, within_one=0.82),
    "gap": Floor(trusts=205, median=0.24, correlation=0.95, within_one=0.85),
}
BASELINE, AS_OF = date(2020, 3, 20), date(2026, 1, 1)
CHECKED = ("ks2_rwm_expected_pct", "attainment8", "progress8")


@pytest.fixture(scope="module")
def read(real_store_path):
    return _reader_of(real_store_path)


def _reader_of(path):
    """Give a function from a community's id to its data."""
    store = open_store(path)
    directory = read_directory(store)
    communities = list_communities(store, directory, {})

    def one(text):
        return read_community(
            store,
            directory,
            find_community(communities, text),
            baseline_date=BASELINE,
            as_of=AS_OF,
            partnerships={},
        )

    return one


@pytest.fixture(scope="module")
def chapter(read):
    """Give a function from a community's id to the findings of its gap chapter by id, read once."""
    known = {}

    def findings(text):
        if text not in known:
            data = read(text)
            released = release(gap_evidence(data))
            about = {"community": data.id, "name": data.name}
            sections = [
                exhibit.overview(released, **about),
                exhibit.national_index(released, **about),
                *(exhibit.measure_section(released, r.measure, **about) for r in released.result),
                *(exhibit.reconciliation(released, m, name=data.name) for m in CHECKED),
            ]
            known[text] = {item.id: item for section in sections for item in section.findings}
        return known[text]

    return findings


@pytest.mark.parametrize(
    ("community", "finding", "value"),
    [
        ("la:936", "attainment8.own.ks4_school.2018/19.disadvantaged", 35.5),
        ("la:936", "attainment8.own.ks4_school.2018/19.other", 53.0),
        ("la:936", "attainment8.own.ks4_school.2018/19.gap", 17.5),
        ("la:936", "ks2_rwm_expected_pct.own.ks2_school.2018/19.disadvantaged", 46),
        ("la:936", "ks2_rwm_expected_pct.own.ks2_school.2018/19.other", 75),
        ("la:936", "ks2_rwm_expected_pct.own.ks2_school.2018/19.gap", 29),
        ("england", "attainment8.own.ks4_school.2018/19.disadvantaged", 36.7),
        ("england", "attainment8.own.ks4_school.2018/19.other", 50.3),
        ("england", "attainment8.own.lait.2018/19.gap", 13.6),
        ("england", "attainment8.own.lait.2021/22.gap", 15.2),
        ("england", "attainment8.own.lait.2022/23.gap", 15.3),
        ("england", "attainment8.own.lait.2024/25.gap", 15.5),
        ("england", "ks2_rwm_expected_pct.own.lait.2018/19.gap", 21),
        ("england", "ks2_rwm_expected_pct.own.lait.2021/22.gap", 23),
        ("england", "ks2_rwm_expected_pct.own.lait.2024/25.gap", 22),
        ("england", "ks2_gap_index.own.gap_index.2018/19.gap", 2.913),
        ("england", "ks2_gap_index.own.gap_index.2021/22.gap", 3.228),
        ("england", "ks2_gap_index.own.gap_index.2022/23.gap", 3.209),
        ("england", "ks2_gap_index.own.gap_index.2023/24.gap", 3.131),
        ("england", "ks2_gap_index.own.gap_index.2024/25.gap", 3.156),
        ("england", "ks4_gap_index.own.gap_index.2018/19.gap", 3.70),
        ("england", "ks4_gap_index.own.gap_index.2021/22.gap", 3.84),
        ("england", "ks4_gap_index.own.gap_index.2022/23.gap", 3.94),
        ("england", "ks4_gap_index.own.gap_index.2023/24.gap", 3.93),
        ("england", "ks4_gap_index.own.gap_index.2024/25.gap", 3.92),
        ("trust:3190", "attainment8.own.trust_measures.2022/23.disadvantaged", 32.1),
        ("trust:3190", "attainment8.own.trust_measures.2022/23.other", 51.6),
        ("trust:3190", "attainment8.own.trust_measures.2022/23.gap", 19.5),
    ],
)
def test_a_published_figure_comes_out(chapter, community, finding, value):
    found = chapter(community)[f"gap.{finding}"]
    assert found.estimate == pytest.approx(value, abs=1e-9)
    assert found.missing_reason is None
    assert found.membership_rule == "as published"


@pytest.mark.parametrize("year", ["2019/20", "2020/21"])
def test_the_index_has_no_tests_and_never_nought_in_the_years_without(chapter, year):
    found = chapter("england")[f"gap.ks2_gap_index.own.gap_index.{year}.gap"]
    assert found.estimate is None
    assert found.missing_reason == "no_tests"
    assert "no tests were held" in found.sentence
    lait = chapter("england")[f"gap.ks2_rwm_expected_pct.own.lait.{year}.gap"]
    assert (lait.estimate, lait.missing_reason) == (None, "no_tests")


@pytest.mark.parametrize(
    ("measure", "source", "within"),
    [("attainment8", "ks4_school", 2.0), ("ks2_rwm_expected_pct", "ks2_school", 2.0)],
)
def test_the_authority_built_from_its_schools_stands_beside_with_a_cause(
    chapter, measure, source, within
):
    found = chapter("la:936")
    for group in ("disadvantaged", "other", "gap"):
        built = found[f"gap.{measure}.built.baseline.2018/19.{group}"]
        own = found[f"gap.{measure}.own.{source}.2018/19.{group}"]
        beside = found[f"gap.{measure}.reconciled.{source}.2018/19.{group}"]
        assert built.n_schools > 40
        assert beside.estimate == pytest.approx(built.estimate - own.estimate, abs=1e-6)
        assert abs(beside.estimate) < within
        cause = beside.sentence.split("from school rows ")[1]
        assert "no figure for both groups" in cause or "Agrees to the published precision" in cause
    gap = found[f"gap.{measure}.built.baseline.2018/19.gap"]
    assert gap.low < gap.estimate < gap.high


def test_the_paired_change_rests_on_the_schools_with_both_years(read, chapter):
    data = read("la:936")
    for measure in ("attainment8", "ks2_rwm_expected_pct"):
        result = gap_of_measure(data, measure)
        assert {item.rule for item in result.paired} == {"now", "baseline"}
        for item in result.paired:
            years = [
                {s.school_id for s in b.schools if s.gap.is_there}
                for b in result.built
                if b.rule == item.rule and b.academic_year in (item.first_year, item.last_year)
            ]
            assert len(years) == 2
            assert item.change.n_schools == item.schools_n == len(set.intersection(*years))
            key = f"gap.{measure}.paired.{item.rule}.{item.first_year}.{item.last_year}"
            found = chapter("la:936")[key]
            assert found.n_schools == item.schools_n
            assert found.low < found.estimate < found.high


def test_the_trust_built_from_its_schools_stands_beside_with_a_cause(chapter):
    found = chapter("trust:3190")
    for group, value in (("disadvantaged", 32.1), ("other", 51.6), ("gap", 19.5)):
        beside = found[f"gap.attainment8.reconciled.trust_measures.2022/23.{group}"]
        assert beside.n_schools == 7
        assert 0.05 < abs(beside.estimate) < 1.0
        assert f"published {value}" in beside.sentence
        assert "weighs each school by its pupils times the years" in beside.sentence


@pytest.fixture(scope="module")
def every_trust(shared_data, tmp_path_factory):
    """Compare every trust that the published file has: (group, published, built, difference, cause)."""
    # Only the files that this needs: 216 communities are read.
    path = tmp_path_factory.mktemp("trusts") / "store"
    files = ("performance_tables/england_2022_2023", "gias/groups.csv", "gias/group_links.csv")
    ingest([shared_data(name) for name in files], store=path)
    read = _reader_of(path)
    published = open_store(path).table("published_measures", entity="trust")
    rows, absent = [], 0
    for uid in sorted(published["entity_id"].unique()):
        try:
            data = read(f"trust:{uid}")
        except UnknownCommunity:
            absent += 1
            continue
        rows += gap_of_measure(data, "attainment8").reconciled
    return rows, absent, published["entity_id"].nunique()


@pytest.mark.slow
def test_all_trusts_come_near_their_published_measures(every_trust):
    rows, absent, total = every_trust
    assert total == 216
    for group in ("disadvantaged", "other", "gap"):
        chosen = [item for item in rows if item.group == group]
        difference = np.array([item.difference.value for item in chosen])
        size = np.abs(difference)
        shares = {limit: float((size <= limit + 1e-9).mean()) for limit in (0.05, 0.5, 1.0)}
        correlation = np.corrcoef(
            [item.published.value for item in chosen], [item.built.value for item in chosen]
        )[0, 1]
        print(
            f"{group}: {len(chosen)} of {total} trusts ({absent} not in the groups of the store); within "
            f"0.05 {shares[0.05]:.0%}, 0.5 {shares[0.5]:.0%}, 1.0 {shares[1.0]:.0%}; median "
            f"{np.median(size):.2f}, correlation {correlation:.3f}, mean {difference.mean():+.2f}"
        )
        assert len(chosen) > MOST[group].trusts
        assert np.median(size) < MOST[group].median
        assert correlation > MOST[group].correlation
        assert shares[1.0] > MOST[group].within_one


@pytest.mark.slow
def test_each_difference_of_a_trust_has_its_cause(every_trust):
    rows, _, _ = every_trust
    for item in rows:
        assert item.cause
        agrees = abs(item.difference.value) <= 0.05 + 1e-9
        assert agrees == (item.cause == "Agrees to the published precision.")
        assert agrees or "weighs each school" in item.cause
