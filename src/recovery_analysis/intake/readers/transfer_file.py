"""Common Transfer File (XML): the pupils whom one school sends to another, and their national results.

The row of a message is the line of the file on which the pupil or the result starts. Layout: the department's
export of Get Information About Pupils (CTF 25.0); unverified against files of schools' own systems.
Caveats: a result counts as a scaled score only where its qualifier says so (NS), as marks can also lie between
80 and 120. The component is written ``method:component:qualifier``, as only these together are one result.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.headers import NamedCells, normal_header
from recovery_analysis.intake.person_references import pupil_references, refuse_missing_pupils
from recovery_analysis.intake.pupil_characteristics import (
    CHARACTERISTICS,
    alias_rows,
    characteristic_notes,
    pupils_table,
)
from recovery_analysis.intake.pupil_rows import PUPIL, OpenList, PupilRows, reading_of
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.identifiers import is_valid
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="transfer_file",
    title="Common Transfer File",
    publisher="the school or the Department for Education",
    licence="Private data of the trust or school",
)

#: Elements around a pupil's fields; other parts (addresses, contacts) are not looked at.
_AROUND_FIELDS = ("Pupil", "BasicDetails", "SEN")
_STAGES = {
    **{stage: stage for stage in ("KS1", "KS2", "KS3", "KS4")},
    **dict.fromkeys(("FS", "FSP", "EYF", "EYFSP"), "FS"),
}
_RESULT_FIELDS = ("Year", "Subject", "Method", "Component", "ResultQualifier", "Result")
_SCALED = "NS"
_LOWEST_SCALED, _HIGHEST_SCALED = 80, 120
_OTHER_STAGE = "a result of another stage than the foundation stage and key stages 1 to 4"
_INCOMPLETE = "a result without year or subject"


def _recognises(raw: RawFile) -> bool:
    return raw.format == "xml" and raw.columns[:1] == ("CTfile",) and "CTFpupilData" in raw.columns


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    elements, label = table.frame, table.raw.label
    year = _year(elements, given, label)
    listed, pupil_elements = _open(elements, label)
    school_ref = pd.Series(_school(elements, label), index=listed.rows.index, dtype="str")
    references = pupil_references(listed.cells, school_ref=school_ref, series=SOURCE.kind)
    refuse_missing_pupils(listed.cells, references)
    ids = pd.DataFrame(
        {
            "pupil_id": references.pupil_id,
            "school_ref": school_ref,
            "series": SOURCE.kind,
            ROW: listed.rows,
        }
    )
    rows = PupilRows(
        ids=ids,
        aliases=references.aliases.assign(school_ref=school_ref.iloc[0]),
        notes=references.notes,
    )
    years = pd.Series(str(year), index=school_ref.index, dtype="str")
    pupils = pupils_table(listed, rows, years)
    results, other, incomplete = _results(elements, ids.set_index(pupil_elements))
    return reading_of(
        listed,
        {
            "pupils": pupils,
            "pupil_aliases": alias_rows(listed, rows),
            "key_stage_results": results,
        },
        more_dropped=((other, _OTHER_STAGE), (incomplete, _INCOMPLETE)),
        notes=(*rows.notes, *characteristic_notes(listed, pupils)),
        academic_year=str(year),
    )


def _open(elements: pd.DataFrame, label: str) -> tuple[OpenList, pd.Index]:
    """Give the pupils as a list of one row each, and the element of each."""
    pupils = elements[elements["name"].eq("Pupil")]
    if pupils.empty:
        raise FileRefused(
            f"{label}: the transfer file holds no pupil. Export it again with the pupils chosen."
        )
    holders = elements[elements["name"].isin(_AROUND_FIELDS)]
    owner = holders["parent"].where(holders["name"].ne("Pupil"), holders.index.to_series())
    fields = elements[elements["parent"].isin(holders.index)].copy()
    fields["pupil"] = fields["parent"].map(owner)
    fields["field"] = fields["name"].map(_field_names())
    fields = fields[fields["field"].notna() & fields["pupil"].isin(pupils.index)]
    first = fields.drop_duplicates("field")
    written = dict(zip(first["field"], first["name"], strict=True))
    wide = (
        fields.drop_duplicates(["pupil", "field"])
        .pivot(index="pupil", columns="field", values="text")
        .reindex(pupils.index)
        .fillna("")
        .astype("str")
    )
    # A file on one line numbers its pupils instead; the index must name each pupil once.
    lines = pupils["line"]
    lines = lines if lines.is_unique else pd.Series(range(1, len(pupils) + 1), index=lines.index)
    frame = wide.rename(columns=written).assign(**{ROW: lines.to_numpy()})
    frame.index = pd.Index(lines.to_numpy() - FIRST_RECORD_ROW)
    cells = NamedCells(label=label, frame=frame, columns=written)
    return OpenList(cells=cells, rows_read=len(frame), blank_rows=0, explanations=0), pupils.index


def _field_names() -> dict[str, str]:
    """Give our field of each element name that a pupil can have, as transfer files write them."""
    wanted = {
        spelling: name
        for name, spellings in {**PUPIL, **CHARACTERISTICS}.items()
        for spelling in spellings
    }
    names = ("UPN", "FormerUPN", "DOB", "Sex", "Gender", "Ethnicity", "NCyearActual")
    names += ("FirstLanguage", "Language", "SENprovision", "SENProvision", "FSMeligible")
    return {name: wanted[normal_header(name)] for name in names}


def _header(elements: pd.DataFrame, *path: str) -> str:
    """Give the text of an element of the header; blank where there is none."""
    at = 0
    for name in ("Header", *path):
        found = elements.index[elements["parent"].eq(at) & elements["name"].eq(name)]
        if not len(found):
            return ""
        at = found[0]
    return str(elements.at[at, "text"])


def _school(elements: pd.DataFrame, label: str) -> str:
    number = "".join(_header(elements, "SourceSchool", name) for name in ("LEA", "Estab"))
    if not is_valid("laestab", number):
        raise FileRefused(
            f"{label}: Header/SourceSchool: LEA and Estab are no local authority number of three digits and "
            "establishment number of four. Export the transfer file from the school that the pupils attend."
        )
    return f"laestab:{number}"


def _year(elements: pd.DataFrame, given: AcademicYear | None, label: str) -> AcademicYear:
    """Give the academic year of the day on which the file was made; the header's year must fit it.

    The header writes a year as ``2019/20`` or as one of its two calendar years.
    """
    made = pd.to_datetime(_header(elements, "DateTime")[:10], format="%Y-%m-%d", errors="coerce")
    if pd.isna(made):
        raise FileRefused(
            f"{label}: Header/DateTime is no date such as 2020-03-20T09:00:00. Export the file again."
        )
    year = AcademicYear.of(made.date())
    stated = _header(elements, "SourceSchool", "AcademicYear")
    if stated not in ("", str(year.start), str(year.end)):
        try:
            year = AcademicYear.parse(stated)
        except ValueError:
            raise FileRefused(
                f"{label}: Header/SourceSchool/AcademicYear does not fit Header/DateTime, which lies in "
                f"{year}. Export the file again."
            ) from None
    if given is not None and given != year:
        raise FileRefused(
            f"{label}: --year says {given} but the header of the file says {year}. Leave --year out for this "
            "file."
        )
    return year


def _results(elements: pd.DataFrame, ids: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """Give the results, and how many were left out as of another stage or without year or subject."""
    found = elements[elements["name"].eq("StageAssessment")]
    stage_of = elements[elements["name"].eq("Stage")].drop_duplicates("parent")
    stage = found["parent"].map(stage_of.set_index("parent")["text"]).map(_STAGES)
    around = elements["parent"]
    pupil = found["parent"].map(around).map(around)
    fields = elements[elements["parent"].isin(found.index) & elements["name"].isin(_RESULT_FIELDS)]
    told = (
        fields.drop_duplicates(["parent", "name"])
        .pivot(index="parent", columns="name", values="text")
        .reindex(index=found.index, columns=pd.Index(_RESULT_FIELDS))
        .fillna("")
        .astype("str")
    )
    score = pd.to_numeric(told["Result"], errors="coerce")
    scaled = score.where(
        told["ResultQualifier"].eq(_SCALED) & score.between(_LOWEST_SCALED, _HIGHEST_SCALED)
    )
    results = pd.DataFrame(
        {
            "pupil_id": pupil.map(ids["pupil_id"]),
            "school_ref": pupil.map(ids["school_ref"]),
            "stage": stage,
            "subject": told["Subject"],
            "component": told["Method"] + ":" + told["Component"] + ":" + told["ResultQualifier"],
            "result_year": told["Year"],
            "scaled_score": scaled,
            "outcome": told["Result"].mask(scaled.notna() | told["Result"].eq("")),
            "series": SOURCE.kind,
            ROW: found["line"],
        }
    )
    whole = (
        told["Subject"].ne("") & told["Year"].str.fullmatch(r"(19|20)\d{2}") & pupil.isin(ids.index)
    )
    known = stage.notna()
    return results[known & whole], int((~known).sum()), int((known & ~whole).sum())


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
