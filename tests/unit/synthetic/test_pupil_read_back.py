"""Pupils' raw files: the same bytes twice, each read by its own reader, no name gets in, the truth comes out."""

import hashlib
import json

import pandas as pd
import pytest

from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.person_references import are_upns
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.synthetic import write_community
from recovery_analysis.synthetic.blueprint import load_blueprint
from recovery_analysis.synthetic.community import FILES, PUBLIC_FILES, PUPIL_FILES, TRUTH_FILE
from recovery_analysis.synthetic.pupils.identity import CANARY
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.write import pupil_files, simulate_community

KEY = PupilKey.parse("5a" * 32)
SEED = 20200320
KINDS = {
    "accelerated_reader": "accelerated_reader",
    "attendance": "pupil_attendance",
    "devices": "device_access",
    "marks": "question_marks",
    "myon": "myon",
    "oak": "oak_use",
    "surveys": "surveys",
}
SMALL = pupil_files(load_blueprint("small"))


def _kind(name):
    folder, file = name.split("/")[1], name.split("/")[-1]
    if folder == "star":
        return "star_skill_areas" if "SkillArea" in file else "star_assessments"
    if folder == "lists":
        return "pupil_census" if "census" in file else "pupil_list"
    if folder == "registers":
        return f"{file.removesuffix('s.csv')}_register"
    return KINDS.get(folder, "curriculum_strands")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    write_community(folder, size="small")
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo-with-pupils")
    write_community(folder)
    return folder


@pytest.fixture(scope="module")
def tables(small):
    """Give the tables of the small community's pupils' files, all files together."""
    frames = {}
    for name in SMALL:
        for table, frame in load_file(small / name, pupil_key=KEY).tables.items():
            frames.setdefault(table, []).append(frame.assign(file=name))
    return {name: pd.concat(parts, ignore_index=True) for name, parts in frames.items()}


def test_exactly_the_promised_files_are_written_and_they_are_small_enough(demo):
    found = {path.relative_to(demo).as_posix() for path in demo.rglob("*") if path.is_file()}
    assert found == set(FILES)
    assert sum(path.stat().st_size for path in demo.rglob("*") if path.is_file()) < 60e6


def test_same_seed_same_bytes_and_public_files_are_as_without_pupils(small, tmp_path):
    write_community(tmp_path / "again", size="small")
    write_community(tmp_path / "without", size="small", with_pupils=False)

    def digest(folder, name):
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()

    for name in (*SMALL, TRUTH_FILE):
        assert digest(small, name) == digest(tmp_path / "again", name)
    for name in PUBLIC_FILES:
        assert digest(small, name) == digest(tmp_path / "without", name)


def test_a_smaller_community_leaves_no_pupil_of_a_larger_one(tmp_path, small):
    extra = next(name for name in PUPIL_FILES if name not in SMALL)
    (tmp_path / extra).parent.mkdir(parents=True)
    (tmp_path / extra).write_text("urn\n", encoding="utf-8")
    write_community(tmp_path, size="small")
    assert not (tmp_path / extra).exists()
    assert (tmp_path / SMALL[0]).read_bytes() == (small / SMALL[0]).read_bytes()


@pytest.mark.parametrize("name", SMALL)
def test_every_file_is_read_by_its_own_reader_and_keeps_no_name(small, name):
    loaded = load_file(small / name, pupil_key=KEY)
    assert loaded.source.kind == _kind(name)
    assert loaded.tables
    for frame in loaded.tables.values():
        assert len(frame)
        texts = frame.select_dtypes("str").to_csv()
        assert CANARY not in texts
        assert "Invented" not in texts.replace("Invented Board", "")


def test_names_stand_in_the_files_so_that_readers_have_something_to_drop(small):
    held = [name for name in SMALL if CANARY in (small / name).read_text(encoding="utf-8")]
    assert {name.split("/")[1] for name in held} >= {"star", "lists", "myon", "surveys"}


def test_demo_files_of_senders_with_other_layouts_are_read(demo):
    for name in (
        "pupils/lists/90002/census_spring.csv",
        "pupils/star/la_951/SR_v2.csv",
        "pupils/surveys/90001/survey_staff.csv",
        "pupils/marks/90002/question_marks.csv",
    ):
        assert load_file(demo / name, pupil_key=KEY).source.kind == _kind(name)
    assert not (demo / "pupils/star/90003/TEST_1819_SR.csv").exists()
    asked = (demo / "pupils/surveys").rglob("survey_pupil.csv")
    assert all("900033" not in path.read_text(encoding="utf-8") for path in asked)


def test_headers_are_the_vendors(small):
    def header(name):
        with (small / "pupils/star/90004" / name).open(encoding="utf-8") as lines:
            return next(lines).rstrip("\r\n").split(",")

    assert len(header("SR_v2.csv")) == 126
    assert len(header("TEST_1819_SM.csv")) == 58
    assert len(header("SR_SkillArea_v1.csv")) == 16


def test_upns_have_valid_check_letters_and_local_numbers_clash_between_schools(small):
    listed = pd.read_csv(small / "pupils/lists/90004/pupils.csv", dtype=str, keep_default_na=False)
    assert are_upns(listed["upn"]).all()
    former = listed.loc[listed["former_upn"].ne(""), "former_upn"]
    assert len(former)
    assert are_upns(former).all()
    pairs = listed.drop_duplicates(["urn", "local_id"])
    assert pairs["local_id"].duplicated().any()
    assert listed.groupby(["urn", "local_id"])["last_name"].nunique().eq(1).all()


def test_tests_come_back_as_they_were_drawn(tables):
    world = simulate_community(PupilTruth(), load_blueprint("small"), SEED)
    drawn, read = world.table("assessments"), tables["assessments"]
    keys = ["subject", "academic_year", "season"]
    assert len(read) == len(drawn)
    for frame in (drawn, read):
        frame["reason"] = (
            frame["unusable_reason"].fillna("counts").replace("after_leaving", "counts")
        )
    columns = [*keys, "year_group", "reason", "test_date"]
    for name in columns:
        assert sorted(read[name].tolist()) == sorted(drawn[name].tolist()), name
    sums = ["scaled_score", "standard_error", "percentile", "test_seconds"]
    pd.testing.assert_frame_equal(
        read.groupby(keys)[sums].sum(), drawn.groupby(keys)[sums].sum(), check_names=False
    )
    scale = read.groupby("unified_scale")["academic_year"].agg(["min", "max"])
    assert scale.loc["universal", "max"] == "2018/19"
    assert scale.loc["unified", "min"] == "2019/20"


def test_half_past_midnight_in_summer_time_stays_on_its_day(demo):
    """A sender without local times gives UTC alone: the day before, in summer time."""
    truth = PupilTruth()
    world = simulate_community(truth, load_blueprint("demo"), SEED)
    night = world.star.second_of_day == 1800
    autumn = [
        at for at, wave in enumerate(truth.waves) if wave.season == "autumn" and wave.year > 2018
    ]
    assert (night & pd.Series(world.star.wave).isin(autumn)).any()
    found = [
        pd.read_csv(path, dtype=str)["CompletedDate"]
        for path in sorted((demo / "pupils/star").rglob("S?_v2.csv"))
    ]
    assert pd.concat(found).str.contains("T23:30:00", regex=False).any()
    for code in ("SR", "SM"):
        name = demo / f"pupils/star/la_951/{code}_v2.csv"
        read = load_file(name, pupil_key=KEY).tables["assessments"]
        raw = pd.read_csv(name, dtype=str)
        assert raw["CompletedDateLocal"].isna().all()
        late = raw["CompletedDate"].str.contains("T23:30:00", regex=False).to_numpy()
        shown = pd.to_datetime(raw["CompletedDate"].str[:10]) + pd.to_timedelta(late * 1, unit="D")
        assert (read.sort_values("raw_row")["test_date"].to_numpy() == shown.to_numpy()).all()


def test_other_tables_come_back_with_as_many_rows_as_were_drawn(tables):
    world = simulate_community(PupilTruth(), load_blueprint("small"), SEED)
    for name in world.tables:
        if name != "pupil_aliases":
            assert len(tables[name]) == len(world.table(name)), name
    marks, drawn = tables["question_marks"], world.table("question_marks")
    assert marks["marks"].sum() == drawn["marks"].sum()
    assert tables["reading_quizzes"]["correct_pct"].mean() == pytest.approx(
        world.table("reading_quizzes")["correct_pct"].mean()
    )
    answers = [
        frame.groupby("item")["level"].sum()
        for frame in (tables["survey_answers"], world.table("survey_answers"))
    ]
    pd.testing.assert_series_equal(*answers)
    for name in ("disadvantaged", "sen_status", "ethnicity_major", "eal", "birth_month", "fsm6"):
        read, known = tables["pupils"][name], world.table("pupils")[name]
        assert read.value_counts().to_dict() == known.value_counts().to_dict(), name


def test_one_pupil_is_one_over_all_files_through_aliases(tables):
    """Join what the aliases connect: as many pupils come out as were drawn, whatever file names them how."""
    world = simulate_community(PupilTruth(), load_blueprint("small"), SEED)
    parent = {}

    def find(node):
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for one, other in tables["pupil_aliases"][["pupil_id", "alias_id"]].itertuples(index=False):
        parent[find(one)] = find(other)
    named = [
        tables[name]["pupil_id"]
        for name in tables
        if "pupil_id" in tables[name] and name != "pupil_aliases"
    ]
    pupils = {find(pupil) for pupil in pd.concat(named).dropna()}
    assert len(pupils) == len(world.roll)


def test_the_truth_lies_beside_the_data(demo):
    truth = json.loads((demo / TRUTH_FILE).read_text(encoding="utf-8"))["pupils"]
    assert truth["parameters"]["subjects"]["maths"]["shock_months"]["3"] > 0
    for part in ("deviations", "strands_by_community", "experience", "access", "use"):
        kinds = {(row["entity"], row["entity_id"]) for row in truth[part]}
        assert {("trust", "90001"), ("la", "951"), ("england", "england")} <= kinds, part
    maths = [
        row["points"]
        for row in truth["deviations"]
        if row["entity"] == "england"
        and row["subject"] == "maths"
        and row["academic_year"] == "2020/21"
    ]
    assert max(maths) < 0
