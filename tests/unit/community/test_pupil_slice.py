"""One identity a pupil, one lineage a school, and only the community's own rows."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from recovery_analysis.community.pupils import connected, read_pupil_data
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.store.store import Store

KEY = PupilKey.parse("ab" * 32)


def hashed(text):
    return KEY.pseudonym(text)


class HeldTables(Store):
    """A store over frames in memory, filtered as the one on disk is."""

    __slots__ = ("frames",)

    def table(self, name, **equals):
        frame = self.frames.get(name)
        if frame is None:
            return TABLES[name].arrange(pd.DataFrame(columns=TABLES[name].names))[
                TABLES[name].names
            ]
        for column, wanted in equals.items():
            frame = frame[frame[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
        return frame.reset_index(drop=True)


def store_of(**rows):
    frames = {
        name: validate(TABLES[name], pd.DataFrame(found), label="test")[TABLES[name].names]
        for name, found in rows.items()
    }
    manifest = SimpleNamespace(files=[SimpleNamespace(parts=dict.fromkeys(frames, 1))])
    store = HeldTables("nowhere", manifest)
    object.__setattr__(store, "frames", frames)
    return store


def school(urn, number="2001", la="951"):
    return {
        "urn": urn,
        "series": "gias",
        "as_of": pd.Timestamp("2024-09-01"),
        "school_name": f"School {urn}",
        "la_code": la,
        "establishment_number": number,
    }


def pupil(identifier, ref="urn:900001", year="2020/21", **other):
    return {
        "pupil_id": hashed(identifier),
        "school_ref": ref,
        "academic_year": year,
        **{"series": "pupil_list", **other},
    }


def sitting(identifier, number, day, ref="urn:900001"):
    return {
        "assessment_id": hashed(number),
        "pupil_id": hashed(identifier),
        "school_ref": ref,
        "academic_year": "2020/21",
        "series": "star",
        "subject": "reading",
        "test_date": pd.Timestamp(day),
        "season": "autumn",
        "scaled_score": 500.0,
    }


@pytest.fixture
def community():
    schools = pd.DataFrame({"urn": ["900001"], "school_id": ["900001"]})
    return SimpleNamespace(schools=schools, earlier_urns=(("900101", "900001"),))


def test_names_are_joined_whatever_the_order():
    pairs = [("d", "c"), ("b", "a"), ("c", "b"), ("y", "x")]
    for order in (pairs, pairs[::-1]):
        found = connected(order)
        assert {found[name] for name in "abcd"} == {"a"}
        assert {found[name] for name in "xy"} == {"x"}


def test_a_pupil_is_one_under_local_number_upn_and_former_upn(community):
    links = [("local:urn:900001:7", "upn:NEW"), ("upn:NEW", "upn:OLD")]
    aliases = [
        {
            "pupil_id": hashed(one),
            "alias_id": hashed(other),
            "school_ref": "urn:900001",
            "series": "pupil_list",
        }
        for one, other in links
    ]
    store = store_of(
        schools=[school("900001")],
        pupil_aliases=aliases,
        pupils=[pupil("upn:NEW")],
        assessments=[
            sitting("upn:OLD", "1", "2019-10-01"),
            sitting("local:urn:900001:7", "2", "2020-10-01"),
            sitting("upn:OTHER", "3", "2020-10-01"),
        ],
    )
    found = read_pupil_data(store, community, ("pupils", "assessments"))
    ids = found.table("assessments").sort_values("test_date")["pupil_id"].tolist()
    assert ids[0] == ids[1] == found.table("pupils")["pupil_id"].item()
    assert ids[2] == hashed("upn:OTHER")


def test_other_schools_rows_stay_out_and_an_earlier_urn_or_laestab_is_the_same_school(community):
    store = store_of(
        schools=[school("900001", number="2001"), school("900002", number="2002")],
        pupils=[
            pupil("upn:A", "urn:900001"),
            pupil("upn:B", "urn:900101"),
            pupil("upn:C", "laestab:9512001"),
            pupil("upn:D", "urn:900002"),
        ],
    )
    rows = read_pupil_data(store, community, ("pupils",)).table("pupils")
    assert set(rows["pupil_id"]) == {hashed(f"upn:{letter}") for letter in "ABC"}
    assert set(rows["school_id"]) == {"900001"}
    assert "school_ref" not in rows


def test_a_test_after_leaving_is_marked(community):
    store = store_of(
        schools=[school("900001")],
        pupils=[
            pupil("upn:LEFT", leaving_date=pd.Timestamp("2020-12-18")),
            pupil("upn:BACK", year="2019/20", leaving_date=pd.Timestamp("2020-07-17")),
            pupil("upn:BACK"),
        ],
        assessments=[
            sitting("upn:LEFT", "1", "2020-10-01"),
            sitting("upn:LEFT", "2", "2021-01-11"),
            sitting("upn:BACK", "3", "2020-10-01"),
        ],
    )
    rows = read_pupil_data(store, community, ("assessments",)).table("assessments")
    marked = rows.loc[rows["unusable_reason"].eq("after_leaving"), "test_date"]
    assert marked.tolist() == [pd.Timestamp(date(2021, 1, 11))]


def test_what_no_file_has_is_an_empty_table_with_its_columns(community):
    found = read_pupil_data(store_of(schools=[school("900001")]), community, ("survey_answers",))
    rows = found.table("survey_answers")
    assert rows.empty
    assert "school_id" in rows
    assert rows["level"].dtype == "float64"
    assert found.kinds == frozenset()


def test_skill_scores_follow_their_tests(community):
    skill = {
        "pupil_id": hashed("upn:A"),
        "subject": "reading",
        "academic_year": "2020/21",
        "series": "star_skill_areas",
        "test_date": pd.Timestamp("2020-10-01"),
        "domain": "words",
        "skill_area": "phonics",
        "mastery_pct": 60.0,
    }
    store = store_of(
        schools=[school("900001")],
        assessments=[sitting("upn:A", "1", "2020-10-01")],
        skill_scores=[
            {**skill, "assessment_id": hashed("1")},
            {**skill, "assessment_id": hashed("elsewhere")},
        ],
    )
    rows = read_pupil_data(store, community, ("skill_scores",)).table("skill_scores")
    assert rows["assessment_id"].tolist() == [hashed("1")]


def test_two_lists_of_one_pupil_are_one_row_and_fill_each_others_blanks(community):
    rows = [
        pupil("upn:A", series="pupil_list", fsm6="yes", eal="no"),
        pupil("upn:A", series="pupil_census", eal="yes", year_group=5.0),
        pupil("upn:B", series="pupil_list", eal="no"),
    ]
    found = read_pupil_data(
        store_of(schools=[school("900001")], pupils=rows), community, ("pupils",)
    )
    table = found.table("pupils").set_index("pupil_id")
    assert len(table) == 2
    one = table.loc[hashed("upn:A")]
    assert (one["series"], one["eal"], one["fsm6"], one["year_group"]) == (
        "pupil_census",
        "yes",
        "yes",
        5.0,
    )
    assert found.kinds == {"pupil_list", "pupil_census"}
