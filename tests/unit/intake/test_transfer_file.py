"""Common Transfer Files: pupils and results, and XML that must not be expanded."""

import pytest

from recovery_analysis.errors import ConflictingData, FileRefused, NotRecognised
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import inspect
from recovery_analysis.store.ingest import ingest
from recovery_analysis.words.periods import AcademicYear

KEY = PupilKey.parse("ab" * 32)
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(number):
    digits = f"{number:012d}"
    return LETTERS[sum(w * int(d) for w, d in zip(range(2, 14), digits, strict=True)) % 23] + digits


def result(stage="KS2", year="2019", qualifier="NS", cell="104", subject="MAT", component="SCA"):
    return f"""
   <KeyStage><Stage>{stage}</Stage>
    <StageAssessment><Locale>ENG</Locale><Year>{year}</Year><Subject>{subject}</Subject>
     <Method>TT</Method><Component>{component}</Component><ResultStatus>R</ResultStatus>
     <ResultQualifier>{qualifier}</ResultQualifier><Result>{cell}</Result></StageAssessment>
   </KeyStage>"""


def pupil(number=1, born="2008-02-17", results="", more=""):
    return f"""
  <Pupil>
   <UPN>{upn(number)}</UPN>{more}<Surname>Zzyzx</Surname><Forename>Quirina</Forename>
   <DOB>{born}</DOB><Sex>F</Sex>
   <StageAssessments>{results}</StageAssessments>
  </Pupil>"""


def transfer(*pupils, made="2019-07-10T09:00:00", year="2019", lea="936", estab="4508", top=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>{top}
<CTfile>
 <Header>
  <DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>
  <DateTime>{made}</DateTime>
  <SourceSchool><LEA>{lea}</LEA><Estab>{estab}</Estab><SchoolName>Hill</SchoolName>
   <AcademicYear>{year}</AcademicYear></SourceSchool>
  <DestSchool><LEA>936</LEA><Estab>4000</Estab></DestSchool>
 </Header>
 <CTFpupilData>{"".join(pupils)}
 </CTFpupilData>
</CTfile>
"""


def load(folder, text, name="9364508_CTF_9364000_001.xml", **more):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_file(path, pupil_key=KEY, **more)


def test_pupils_and_results(tmp_path):
    text = transfer(pupil(1, results=result() + result(qualifier="NM", cell="89", component="MRK")))
    file = load(tmp_path, text)
    row = file.tables["pupils"].iloc[0]
    assert file.source.kind == "transfer_file"
    assert row["pupil_id"] == KEY.pseudonym("upn:" + upn(1))
    assert (row["school_ref"], row["academic_year"]) == ("laestab:9364508", "2018/19")
    assert (row["birth_month"], row["sex"]) == ("2008-02", "female")
    results = file.tables["key_stage_results"].set_index("component")
    assert set(results["stage"]) == {"KS2"}
    assert set(results["result_year"]) == {"2019"}
    assert results.loc["TT:SCA:NS", "scaled_score"] == 104
    # A mark between 80 and 120 is no scaled score.
    assert results["scaled_score"].notna().tolist() == [True, False]
    assert results.loc["TT:MRK:NM", "outcome"] == "89"


def test_nothing_personal_is_kept(tmp_path):
    file = load(tmp_path, transfer(pupil(results=result())))
    said = repr(file) + " ".join(file.reading.notes)
    said += "".join(frame.to_csv() for frame in file.tables.values())
    for personal in (upn(1), "Zzyzx", "Quirina", "2008-02-17"):
        assert personal not in said


def test_fields_in_their_own_part_and_a_former_upn(tmp_path):
    more = (
        f"<FormerUPN>{upn(7)}</FormerUPN><BasicDetails><NCyearActual>6</NCyearActual>"
        "<Ethnicity>MWBC</Ethnicity><FirstLanguage>URD</FirstLanguage></BasicDetails>"
        "<SEN><SENprovision>K</SENprovision></SEN>"
    )
    file = load(tmp_path, transfer(pupil(more=more), pupil(2)))
    row = file.tables["pupils"].iloc[0]
    assert (row["year_group"], row["ethnicity_major"], row["eal"]) == (6, "Mixed", "yes")
    assert row["sen_status"] == "sen_support"
    assert file.tables["pupils"]["year_group"].isna().tolist() == [False, True]
    assert file.tables["pupil_aliases"]["alias_id"].tolist() == [KEY.pseudonym("upn:" + upn(7))]


def test_results_of_other_stages_are_counted(tmp_path):
    file = load(
        tmp_path, transfer(pupil(results=result(stage="PHO") + result(stage="FSP", cell="2")))
    )
    assert file.tables["key_stage_results"]["stage"].tolist() == ["FS"]
    assert [item.rows for item in file.reading.dropped] == [1]


@pytest.mark.parametrize("year", ["2018", "2019", "2018/19", ""])
def test_the_header_may_write_its_year_in_any_way(tmp_path, year):
    file = load(tmp_path, transfer(pupil(), year=year))
    assert file.tables["pupils"]["academic_year"].tolist() == ["2018/19"]


BOMB = """<!DOCTYPE lolz [<!ENTITY a "Zzyzx"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>"""
FETCH = """<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"""
OUTSIDE = """<!DOCTYPE CTfile SYSTEM "http://127.0.0.1/x.dtd">"""


@pytest.mark.parametrize("top", [BOMB, FETCH, OUTSIDE], ids=["bomb", "fetch", "outside"])
def test_a_document_type_is_refused_before_anything_is_expanded(tmp_path, top):
    text = transfer(pupil(), top=top).replace("Quirina", "&c;")
    with pytest.raises(FileRefused, match=r"line 1: .*document type or an entity") as caught:
        load(tmp_path, text)
    assert "Zzyzx" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (transfer(pupil())[:600], r"line \d+: the XML breaks off or is damaged \("),
        (transfer(pupil())[:-12], "line 1.: the XML breaks off or is damaged"),
        (transfer(pupil()).replace("</Sex>", "</Sexx>"), r"damaged \(mismatched tag\)"),
        (transfer("<a>" * 40 + "</a>" * 40), "nested more than 32 deep"),
        (transfer(pupil(more="<x>" + "y" * 30_000 + "</x>")), "longer than 20,000"),
        (transfer(), "holds no pupil"),
        (transfer(pupil(), lea="12"), "SourceSchool: LEA and Estab"),
        (transfer(pupil(), made="Zzyzx"), "Header/DateTime is no date"),
        (transfer(pupil(), year="2011"), "AcademicYear does not fit"),
        (transfer(pupil(born="17.02.2008")), "column DOB: 1 cells"),
        (transfer(pupil()).replace(upn(1), ""), "neither a UPN nor a local number"),
        (transfer(pupil()).replace("UTF-8", "KLINGON"), "unknown encoding"),
    ],
)
def test_damage_is_refused_without_a_value(tmp_path, text, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, text)
    for personal in ("Zzyzx", "Quirina", upn(1), "2008"):
        assert personal not in str(caught.value)


def test_one_pupil_with_two_births_is_refused_by_line(tmp_path):
    text = transfer(pupil(1), pupil(2), pupil(1, born="2008-02-18"))
    lines = [n for n, line in enumerate(text.splitlines(), 1) if "<Pupil>" in line]
    with pytest.raises(ConflictingData, match=f"rows {lines[0]}, {lines[2]}"):
        load(tmp_path, text)


def test_a_file_on_one_line_numbers_its_pupils(tmp_path):
    text = transfer(pupil(1), pupil(2), pupil(1, born="2008-02-18")).replace("\n", "")
    with pytest.raises(ConflictingData, match="rows 1, 3"):
        load(tmp_path, text)


def test_another_year_than_the_header_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="--year says 2020/21 but the header"):
        load(tmp_path, transfer(pupil()), year=AcademicYear(2020))


def test_other_xml_and_web_pages(tmp_path):
    with pytest.raises(NotRecognised, match="this kind of XML file"):
        load(tmp_path, "<?xml version='1.0'?><Students><Student>Zzyzx</Student></Students>")
    with pytest.raises(FileRefused, match="a web page"):
        load(tmp_path, "<?xml version='1.0'?><html><body>404</body></html>", name="page.csv")


def test_the_outline_tells_the_format_and_a_folder_is_walked(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    path = folder / "a.xml"
    path.write_text(transfer(pupil()), encoding="utf-8")
    raw = inspect(path)
    assert (raw.format, raw.columns) == ("xml", ("CTfile", "Header", "CTFpupilData"))
    with pytest.raises(FileRefused, match="no key was given"):
        ingest([folder], store=tmp_path / "store")
