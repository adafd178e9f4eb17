"""From a school's list to the table of pupils: codes of the school census and of schools' systems in one form.

Codes: Department for Education, Common Basic Data Set (ethnicity, language, special educational needs, national
curriculum year). Names, postcodes and the day of birth do not leave this module.
"""

import numpy as np
import pandas as pd

from recovery_analysis.intake.cell_words import words_of, year_groups, yes_or_no
from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.headers import Aliases
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.person_references import are_upns
from recovery_analysis.intake.pupil_rows import (
    YEAR_GROUP,
    OpenList,
    PupilRows,
    refuse_clashing_births,
)
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.pupils import NO, YES

#: Fields of a pupil and their normalised headers, in schools' systems and in the department's downloads.
CHARACTERISTICS: Aliases = {
    **YEAR_GROUP,
    "former_upn": ("formerupn", "previousupn"),
    "birth_date": ("dob", "dateofbirth", "birthdate"),
    "start_date": (
        "entrydate",
        "startdate",
        "admissiondate",
        "dateofadmission",
        "dateofentry",
        "joiningdate",
    ),
    "leaving_date": ("enddate", "leavingdate", "dateofleaving", "leaverdate"),
    "sex": ("sex", "gender", "legalsex"),
    "fsm": ("isfsm", "fsm", "fsmeligible", "freeschoolmeals", "eligibleforfsm"),
    "fsm6": ("isfsm6", "fsm6", "everfsm6", "fsmever6", "ever6", "ever6fsm", "freeschoolmeals6"),
    "looked_after": (
        "lookedafter",
        "lookedafterchild",
        "childlookedafter",
        "lac",
        "cla",
        "clapp1day",
    ),
    "in_care": ("incare", "inleacare", "inlacare"),
    "adopted": ("adoptedfromcare", "adoptedfromcarepremium"),
    "eal": ("iseal", "eal", "englishasadditionallanguage", "englishasanadditionallanguage"),
    "language": ("language", "firstlanguage", "firstlanguagecode"),
    "sen_status": ("sencategory", "senstatus", "senprovision", "sencode", "sen"),
    "ethnicity": (
        "ethnicitygroup",
        "ethnicgroup",
        "ethnicity",
        "ethnicitycode",
        "ethnicitymajor",
    ),
    "idaci_decile": ("idacidecile",),
    "idaci_rank": ("idacir", "idacirank"),
}

_SEXES = {
    **dict.fromkeys(("f", "female", "girl", "2"), "female"),
    **dict.fromkeys(("m", "male", "boy", "1"), "male"),
}

#: School Action (A) and School Action Plus (P) became SEN support; a Statement (S) became a plan.
_SEN = {
    **dict.fromkeys(("n", "none", "no", "no special educational need", "0"), "none"),
    **dict.fromkeys(
        ("k", "sen support", "support", "a", "school action", "p", "school action plus"),
        "sen_support",
    ),
    **dict.fromkeys(("e", "ehcp", "ehc plan", "education health and care plan"), "ehcp"),
    **dict.fromkeys(("s", "statement"), "ehcp"),
}

_ENGLISH = ("ENG", "ENB")
_LANGUAGE_UNKNOWN = ("", "NOT", "REF", "ZZZ")

#: Major groups of the National Pupil Database by the first letter of a code of the school census.
_ETHNIC_LETTERS = {
    "W": "White",
    "M": "Mixed",
    "A": "Asian",
    "B": "Black",
    "C": "Chinese",
    "O": "Any other ethnic group",
}
_ETHNIC_STARTS = {
    "white": "White",
    "mixed": "Mixed",
    "asian": "Asian",
    "black": "Black",
    "chinese": "Chinese",
    "any other": "Any other ethnic group",
    "aoeg": "Any other ethnic group",
    "other": "Any other ethnic group",
    "arab": "Any other ethnic group",
}
_ETHNIC_UNKNOWN = ("", "refu", "nobt", "uncl", "refused", "unclassified", "not obtained")

#: Neighbourhoods ranked by the 2015 and 2019 indices of income deprivation affecting children; the 2025 index
#: ranks a few more.
_IDACI_AREAS = 32_844
_IDACI_MOST_AREAS = 33_755


def pupils_table(listed: OpenList, rows: PupilRows, years: pd.Series) -> pd.DataFrame:
    """Give the table of pupils of a list.

    Parameters
    ----------
    listed
        The list, opened with ``CHARACTERISTICS``.
    rows
        School and pupil of each record.
    years
        Academic year of each record.

    Returns
    -------
    pandas.DataFrame
        Columns of the table ``pupils`` with identifiers as text.

    Raises
    ------
    FileRefused
        A cell is none of the accepted codes, or a pupil left before joining.
    ConflictingData
        One identifier stands with two dates of birth.
    """
    label = listed.cells.label
    text = listed.cells.text
    births = read_dates(text("birth_date"), label=label)
    former = former_upns(listed)
    refuse_clashing_births((rows.ids["pupil_id"], _local_numbers(rows), former), births, label)
    start = read_dates(text("start_date"), label=label, may_be_future=True)
    leaving = read_dates(text("leaving_date"), label=label, may_be_future=True)
    refuse_rows(
        leaving.lt(start),
        label=label,
        column=leaving.name,
        problem="a day of leaving before the day of joining",
        fix="Correct the two dates in the school's system and export again.",
    )
    fsm6 = yes_or_no(text("fsm6"), label=label)
    looked_after = _looked_after(listed)
    return rows.ids.assign(
        academic_year=years,
        year_group=year_groups(text("year_group"), label=label),
        birth_month=births.dt.strftime("%Y-%m"),
        sex=_sexes(text("sex"), label=label),
        fsm=yes_or_no(text("fsm"), label=label),
        fsm6=fsm6,
        looked_after=looked_after,
        disadvantaged=disadvantage(fsm6, looked_after),
        eal=_eal(listed),
        sen_status=words_of(text("sen_status"), _SEN, label=label),
        ethnicity_major=ethnic_groups(text("ethnicity")),
        idaci_decile=_idaci(listed),
        start_date=start,
        leaving_date=leaving,
    )


def alias_rows(listed: OpenList, rows: PupilRows) -> pd.DataFrame:
    """Give the pairs of identifiers that a list says are one pupil: UPN, school's number, former UPN."""
    columns = ["pupil_id", "alias_id", "school_ref", "series", ROW]
    pairs = [rows.aliases]
    for other in (former_upns(listed), _mistyped_upns(listed, rows)):
        told = other.ne("") & other.ne(rows.ids["pupil_id"])
        pairs.append(rows.ids.assign(alias_id=other)[told])
    return pd.concat([part[columns] for part in pairs], ignore_index=True).drop_duplicates(
        columns[:-1], ignore_index=True
    )


def former_upns(listed: OpenList) -> pd.Series:
    """Give each record's former UPN as an identifier; blank where there is no valid one."""
    cells = listed.cells.text("former_upn").str.upper()
    return ("upn:" + cells).where(are_upns(cells), "")


def _mistyped_upns(listed: OpenList, rows: PupilRows) -> pd.Series:
    """Give what a file that knows a pupil by a mistyped UPN alone would call the pupil; blank where valid."""
    cells = listed.cells.text("upn").str.upper()
    written = "local:" + rows.ids["school_ref"] + ":" + cells
    return written.mask(cells.eq("") | are_upns(cells), "")


def characteristic_notes(listed: OpenList, pupils: pd.DataFrame) -> tuple[str, ...]:
    """Say what of a list was not read or can not be told; names columns and counts of cells only."""
    has = listed.cells.has
    notes = ["names, addresses and days of birth were not loaded (only year and month of birth)"]
    if not any(has(name) for name in ("looked_after", "in_care", "adopted")):
        notes.append(
            "no column tells who is looked after: disadvantaged rests on free school meals in the last six "
            "years alone"
        )
    if not has("fsm6"):
        notes.append(
            "no column tells who had free school meals in the last six years: who is disadvantaged is not known"
        )
    if has("ethnicity"):
        cells = listed.cells.text("ethnicity")
        odd = pupils["ethnicity_major"].isna() & ~cells.str.casefold().isin(_ETHNIC_UNKNOWN)
        if odd.any():
            notes.append(
                f"{int(odd.sum())} cells of the column {cells.name} hold no ethnic group of the department's "
                "list and were left blank"
            )
    return tuple(notes)


def disadvantage(fsm6: pd.Series, looked_after: pd.Series) -> pd.Series:
    """Say who is disadvantaged: free school meals in the last six years, or looked after; else not known.

    Examples
    --------
    >>> import pandas as pd
    >>> disadvantage(pd.Series(["no", None, None]), pd.Series([None, "yes", "no"])).isna().tolist()
    [False, False, True]
    """
    known = fsm6.mask(looked_after.eq(YES), YES)
    return known.astype("str")


def ethnic_groups(cells: pd.Series) -> pd.Series:
    """Give the department's major ethnic group of codes (``WBRI``) and wordings; else null.

    Examples
    --------
    >>> import pandas as pd
    >>> ethnic_groups(pd.Series(["WBRI", "BOTH", "Asian or Asian British"])).tolist()
    ['White', 'Black', 'Asian']
    """
    return cells.map({text: _ethnic_group(text) for text in cells.unique()}).astype("str")


def _ethnic_group(text: str) -> str | None:
    plain = " ".join(text.casefold().split())
    # "Any other Asian background" is an Asian group; "any other ethnic group" is its own.
    plain = plain.removeprefix("any other ") if plain.endswith(" background") else plain
    if plain in _ETHNIC_UNKNOWN:
        return None
    for start, group in _ETHNIC_STARTS.items():
        if plain.startswith(start):
            return group
    is_code = len(text) == 4 and text.isalpha()
    return _ETHNIC_LETTERS.get(text[0].upper()) if is_code else None


def _sexes(cells: pd.Series, *, label: str) -> pd.Series:
    stated = cells.mask(cells.str.casefold().isin(("u", "x", "unknown", "not known")), "")
    return words_of(stated, _SEXES, label=label)


def _looked_after(listed: OpenList) -> pd.Series:
    parts = [
        yes_or_no(listed.cells.text(name), label=listed.cells.label)
        for name in ("looked_after", "in_care", "adopted")
    ]
    looked = parts[0].fillna(parts[1]).fillna(parts[2])
    anywhere = parts[0].eq(YES) | parts[1].eq(YES) | parts[2].eq(YES)
    return looked.mask(anywhere, YES).astype("str")


def _eal(listed: OpenList) -> pd.Series:
    stated = yes_or_no(listed.cells.text("eal"), label=listed.cells.label)
    code = listed.cells.text("language").str.upper()
    english = code.isin(_ENGLISH) | code.eq("ENGLISH")
    told = pd.Series(np.where(english, NO, YES), index=code.index, dtype="str")
    return stated.fillna(told.mask(code.isin(_LANGUAGE_UNKNOWN))).astype("str")


def _idaci(listed: OpenList) -> pd.Series:
    label = listed.cells.label
    decile = numbers_within(
        listed.cells.text("idaci_decile"), low=1, high=10, label=label, whole=True
    )
    rank = numbers_within(
        listed.cells.text("idaci_rank"), low=1, high=_IDACI_MOST_AREAS, label=label, whole=True
    )
    return decile.fillna(np.ceil(rank / _IDACI_AREAS * 10).clip(upper=10))


def _local_numbers(rows: PupilRows) -> pd.Series:
    """Give each record's further identifier, by its row; blank where a record has none."""
    pairs = rows.aliases.drop_duplicates(ROW).set_index(ROW)["alias_id"]
    return rows.ids[ROW].map(pairs).astype("str").fillna("")
