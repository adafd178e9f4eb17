"""Lists of communities, finding one, and partnerships from recovery.toml."""

import pytest

from recovery_analysis.community.partnerships import read_partnerships
from recovery_analysis.community.registry import find_community
from recovery_analysis.errors import ParameterError, UnknownCommunity
from recovery_analysis.words.identifiers import CommunityId


@pytest.fixture
def there(handmade, tmp_path):
    return handmade.opened(
        tmp_path / "store",
        schools=[handmade.school("100001"), handmade.school("100002", la="301")],
        trust_spells=[
            handmade.spell("100001", "3190"),
            handmade.spell("100002", "3191", left="2022-01-31"),
            handmade.spell("100002", "3192", kind="School sponsor"),
        ],
        published_measures=handmade.published("la", "302", "2018/19", disadvantaged=40, other=50),
        local_authorities=[
            {"la_code": "300", "series": "la_list", "la_name": "Westshire"},
            {"la_code": "302", "series": "la_list", "la_name": "Eastshire"},
        ],
    )


def test_open_trusts_areas_with_schools_or_figures_and_england_are_listed(there):
    listed = {str(record.id): (record.name, record.schools_n) for record in there.communities}
    assert listed == {
        "england": ("England", 2),
        "la:301": ("Area 301", 1),
        "la:302": ("Eastshire", 0),
        "la:300": ("Westshire", 1),
        "trust:3190": ("Group 3190", 1),
    }


def test_a_community_is_found_by_its_id(there):
    assert find_community(there.communities, "la:300").name == "Westshire"


def test_a_closed_trust_is_unknown(there):
    with pytest.raises(UnknownCommunity, match="no community trust:3191") as caught:
        find_community(there.communities, "trust:3191")
    assert caught.value.exit_code == 2
    assert "Did you mean trust:3190 (Group 3190)?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("la:303", "la:30"),
        ("la:westshyre", "la:300 (Westshire)"),
        ("Eastshire", "la:302 (Eastshire)"),
        ("Englnd", "england (England)"),
        ("trust:group 3190", "trust:3190 (Group 3190)"),
    ],
)
def test_near_ids_and_names_are_offered(there, text, offer):
    with pytest.raises(UnknownCommunity) as caught:
        find_community(there.communities, text)
    assert "Did you mean" in str(caught.value)
    assert offer in str(caught.value)


def test_nothing_near_is_not_offered(there):
    with pytest.raises(UnknownCommunity) as caught:
        find_community(there.communities, "xyzzy")
    assert "write trust:UID (for example trust:3190), la:CODE" in str(caught.value)
    assert "Did you mean" not in str(caught.value)


@pytest.fixture
def toml(tmp_path):
    def write(text):
        path = tmp_path / "recovery.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_partnership_of_urns_trusts_and_authorities(toml):
    path = toml(
        '[partnerships.coast]\nname = "The Coast"\nmembers = ["urn:125252", "trust:3190", "la:936"]\n'
    )
    (found,) = read_partnerships(path).values()
    assert (found.key, found.name, found.urns) == ("coast", "The Coast", ("125252",))
    assert found.communities == (CommunityId("trust", "3190"), CommunityId("la", "936"))
    assert read_partnerships(None) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[partnership.coast]\n", "unknown key 'partnership'.*Did you mean 'partnerships'"),
        (
            '[partnerships.coast]\nmember = ["urn:125252"]\n',
            r"unknown key 'partnerships\.coast\.member'.*Did you mean 'members'",
        ),
        ("colour = 1\n", "unknown key 'colour'; expected partnerships\\.$"),
        ('[partnerships.Coast]\nmembers = ["urn:125252"]\n', "lower-case letters"),
        ('[partnerships.coast]\nname = "x"\n', "members: expected a list"),
        ('[partnerships.coast]\nmembers = "la:936"\n', "members: expected a list"),
        ('[partnerships.coast]\nmembers = ["urn:12"]\n', "'urn:12' is not a URN"),
        ('[partnerships.coast]\nmembers = ["england"]\n', "'england' is not a member"),
        ('[partnerships.coast]\nmembers = ["partnership:other"]\n', "is not a member"),
        (
            '[partnerships.coast]\nmembers = ["125252"]\n',
            "'125252' is not a member; write urn:NUMBER",
        ),
        ("[partnerships", "not valid TOML"),
        ("partnerships = 3\n", "partnerships: expected"),
        ("[partnerships]\ncoast = 3\n", r"partnerships\.coast: expected"),
    ],
)
def test_a_wrong_recovery_toml(toml, text, words):
    with pytest.raises(ParameterError, match=words) as caught:
        read_partnerships(toml(text))
    assert caught.value.exit_code == 2


def test_a_recovery_toml_that_is_not_there(tmp_path):
    with pytest.raises(ParameterError, match="no such file; check --config"):
        read_partnerships(tmp_path / "recovery.toml")


def test_a_declared_partnership_is_listed(handmade, tmp_path, toml):
    path = toml('[partnerships.coast]\nname = "The Coast"\nmembers = ["urn:100001"]\n')
    partnerships = read_partnerships(path)
    there = handmade.opened(
        tmp_path / "store", partnerships=partnerships, schools=[handmade.school("100001")]
    )
    record = find_community(there.communities, "partnership:coast")
    assert record.name == "The Coast"
    data = handmade.data_of(there, "partnership:coast", partnerships=partnerships)
    assert data.now.school_ids == ("100001",)
