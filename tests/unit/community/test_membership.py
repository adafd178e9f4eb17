"""Who belongs to a community now and on the baseline date, in stores made by hand."""

from datetime import date

import pytest

from recovery_analysis.community.membership import members
from recovery_analysis.community.partnerships import Partnership
from recovery_analysis.errors import UnknownCommunity
from recovery_analysis.words.identifiers import CommunityId

CONVERTER = "Academy converter"


@pytest.fixture
def both(handmade, tmp_path):
    """Give a function from tables to {rule: Membership} of one community."""

    def build(community, *, partnerships=None, **tables):
        there = handmade.opened(tmp_path / "store", **tables)
        return {
            rule: members(
                there.store,
                there.directory,
                CommunityId.parse(community),
                rule=rule,
                day=day,
                partnerships=partnerships or {},
            )
            for rule, day in (("now", handmade.AS_OF), ("baseline", handmade.BASELINE))
        }

    return build


def ids(found):
    return {rule: membership.school_ids for rule, membership in found.items()}


def test_a_school_that_joined_a_trust_after_the_baseline(both, handmade):
    found = both(
        "trust:3190",
        schools=[handmade.school("100001"), handmade.school("100002")],
        trust_spells=[
            handmade.spell("100001", "3190"),
            handmade.spell("100002", "3190", joined="2021-04-01"),
        ],
    )
    assert ids(found) == {"now": ("100001", "100002"), "baseline": ("100001",)}
    assert found["baseline"].left_out == (("100002", "joined the trust after 20 March 2020"),)


def test_joining_on_the_baseline_date_is_in_time(both, handmade):
    found = both(
        "trust:3190",
        schools=[handmade.school("100001")],
        trust_spells=[handmade.spell("100001", "3190", joined="2020-03-20")],
    )
    assert ids(found)["baseline"] == ("100001",)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 school has no joined date and is counted as a member."),
        (2, "2 schools have no joined date and are counted as members."),
    ],
)
def test_an_unknown_joined_date_counts_as_a_member_and_is_said(both, handmade, count, words):
    urns = [f"10000{n}" for n in range(1, count + 1)]
    found = both(
        "trust:3190",
        schools=[handmade.school(urn) for urn in urns],
        trust_spells=[handmade.spell(urn, "3190", joined=None) for urn in urns],
    )
    assert ids(found) == {"now": tuple(urns), "baseline": tuple(urns)}
    assert found["baseline"].note == words
    assert found["now"].note == ""


def test_a_closed_trust_has_its_schools_on_the_baseline_date_only(both, handmade):
    found = both(
        "trust:3190",
        schools=[handmade.school("100001")],
        trust_spells=[handmade.spell("100001", "3190", left="2022-01-31")],
    )
    assert ids(found) == {"now": (), "baseline": ("100001",)}


@pytest.mark.parametrize(
    "kind", ["Federation", "School sponsor", "Trust", "Children's centre group"]
)
def test_a_link_to_a_federation_or_sponsor_never_counts(both, handmade, kind):
    found = both(
        "trust:3190",
        schools=[handmade.school("100001"), handmade.school("100002")],
        trust_spells=[
            handmade.spell("100001", "3190"),
            handmade.spell("100002", "3190", kind=kind),
        ],
    )
    assert ids(found) == {"now": ("100001",), "baseline": ("100001",)}


def test_a_conversion_after_the_baseline_is_carried_back_and_counted_once(both, handmade):
    found = both(
        "la:300",
        schools=[
            handmade.school("100001", opened="1960-09-01", closed="2021-08-31", status="Closed"),
            handmade.school("140001", kind=CONVERTER, opened="2021-09-01"),
        ],
        school_links=[handmade.link("100001", "140001")],
    )
    assert ids(found) == {"now": ("140001",), "baseline": ("140001",)}


def test_a_conversion_known_from_the_new_school_only_is_carried_back(both, handmade):
    found = both(
        "la:300",
        schools=[
            handmade.school("100001", opened="1960-09-01", closed="2021-08-31", status="Closed"),
            handmade.school("140001", kind=CONVERTER, opened="2021-09-01"),
        ],
        school_links=[handmade.link("140001", "100001", "Predecessor")],
    )
    assert ids(found) == {"now": ("140001",), "baseline": ("140001",)}


def test_a_trust_keeps_a_school_that_converted_again(both, handmade):
    found = both(
        "trust:3190",
        schools=[
            handmade.school("140001", kind=CONVERTER, closed="2021-08-31", status="Closed"),
            handmade.school("140009", kind="Academy sponsor led", opened="2021-09-01"),
        ],
        school_links=[handmade.link("140001", "140009")],
        trust_spells=[
            handmade.spell("140001", "3190"),
            handmade.spell("140009", "3190", joined="2021-09-01"),
        ],
    )
    assert ids(found) == {"now": ("140009",), "baseline": ("140009",)}
    assert found["baseline"].left_out == ()


@pytest.mark.parametrize(
    "what", ["Successor - merged", "Successor - Split School", "Successor - amalgamated"]
)
def test_a_merger_or_split_ends_the_line(both, handmade, what):
    found = both(
        "la:300",
        schools=[
            handmade.school("100001", closed="2021-08-31", status="Closed"),
            handmade.school("100002", closed="2021-08-31", status="Closed"),
            handmade.school("140001", opened="2021-09-01"),
        ],
        school_links=[
            handmade.link("100001", "140001", what),
            handmade.link("100002", "140001", what),
        ],
    )
    assert ids(found) == {"now": ("140001",), "baseline": ("100001", "100002")}
    assert found["baseline"].left_out == (
        ("140001", "opened after the baseline date, or closed before it"),
    )


def test_a_closed_school_and_one_that_opened_later(both, handmade):
    found = both(
        "la:300",
        schools=[
            handmade.school("100001"),
            handmade.school("100002", closed="2022-08-31", status="Closed"),
            handmade.school("100003", opened="2021-09-01"),
            handmade.school("100004", closed="2015-08-31", status="Closed"),
            handmade.school("100005", status="Closed"),
            handmade.school("100006", status="Proposed to open"),
        ],
    )
    assert ids(found) == {"now": ("100001", "100003"), "baseline": ("100001", "100002")}


def test_england_has_every_state_funded_school(both, handmade):
    found = both(
        "england",
        schools=[
            handmade.school("100001"),
            handmade.school("100002", la="301"),
            handmade.school("100003", kind="Other independent school"),
            handmade.school("100004", phase="16 plus"),
        ],
    )
    assert ids(found)["now"] == ("100001", "100002")


def test_a_partnership_of_a_school_a_trust_and_an_authority(both, handmade):
    partnership = Partnership(
        key="coast",
        name="Coast",
        urns=("100001", "199999"),
        communities=(CommunityId.parse("trust:3190"), CommunityId.parse("la:301")),
    )
    found = both(
        "partnership:coast",
        partnerships={"coast": partnership},
        schools=[
            handmade.school("100001"),
            handmade.school("100002"),
            handmade.school("100003", la="301"),
            handmade.school("100004"),
            handmade.school("100005"),
        ],
        trust_spells=[
            handmade.spell("100002", "3190"),
            handmade.spell("100005", "3190", joined="2023-01-01"),
        ],
    )
    assert ids(found) == {
        "now": ("100001", "100002", "100003", "100005"),
        "baseline": ("100001", "100002", "100003"),
    }
    assert found["baseline"].left_out == (
        ("100005", "joined the trust after 20 March 2020"),
        ("199999", "this URN is in no file of the store"),
    )


def test_an_old_urn_in_a_partnership_finds_the_school_of_today(both, handmade):
    partnership = Partnership(key="coast", name="Coast", urns=("100001",), communities=())
    found = both(
        "partnership:coast",
        partnerships={"coast": partnership},
        schools=[handmade.school("140001", kind=CONVERTER)],
        school_links=[handmade.link("100001", "140001")],
    )
    assert ids(found)["now"] == ("140001",)


def test_a_partnership_that_is_not_declared(both, handmade):
    with pytest.raises(
        UnknownCommunity, match=r"not declared in recovery\.toml \(declared: none\)"
    ):
        both("partnership:coast", schools=[handmade.school("100001")])


def test_figures_from_before_a_conversion_are_the_schools_own(handmade, tmp_path):
    there = handmade.opened(
        tmp_path / "store",
        schools=[
            handmade.school("100001", opened="1960-09-01", closed="2021-08-31", status="Closed"),
            handmade.school("140001", kind=CONVERTER, opened="2021-09-01", phase="Secondary"),
        ],
        school_links=[handmade.link("100001", "140001")],
        school_measures=[
            *handmade.cells("100001", "2018/19", d=40, o=50, n_d=10, n_o=20),
            *handmade.cells("140001", "2021/22", d=41, o=52, n_d=10, n_o=20),
        ],
    )
    data = handmade.data_of(there, "la:300")
    assert list(data.schools["school_id"]) == ["140001"]
    assert set(data.school_measures["school_id"]) == {"140001"}
    assert set(data.school_measures["academic_year"]) == {"2018/19", "2021/22"}
    assert data.earlier_urns == (("100001", "140001"),)


def test_another_baseline_date_gives_other_schools(handmade, tmp_path):
    there = handmade.opened(
        tmp_path / "store",
        schools=[handmade.school("100001"), handmade.school("100002")],
        trust_spells=[
            handmade.spell("100001", "3190", joined="2015-09-01"),
            handmade.spell("100002", "3190", joined="2021-04-01"),
        ],
    )
    later = handmade.data_of(there, "trust:3190", baseline=date(2022, 9, 1))
    assert later.baseline.school_ids == ("100001", "100002")
    assert later.membership("baseline") is later.baseline
    assert later.membership("now") is later.now
