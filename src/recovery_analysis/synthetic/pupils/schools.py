"""The blueprint's schools as the simulator of pupils wants them, and which of them give what."""

import pandas as pd

from recovery_analysis.synthetic.blueprint import INDEPENDENT, SPECIAL, Blueprint
from recovery_analysis.synthetic.pupils.roll import SOURCES

#: No source of a school has more pupils of a year group than this, so that the demo stays small.
MOST_IN_YEAR_GROUP = 40

#: Schools that give nothing: an infant school, a new one, a closed one, two that have not joined.
_ABSENT = {"900017", "900034", "900035", "900031", "900039"}

#: By source: trusts and schools that give it; absent is everybody who takes part.
_GIVES: dict[str, set[str]] = {
    "star_spring": {"90001", "90004", "90005", "900032"},
    "quizzes": {"90001", "90002", "90004", "900032", "900036"},
    "minutes": {"90001", "90003", "90004"},
    "oak": {"90001", "90002", "90004", "900032", "900037", "900038"},
    "survey_family": {"90001", "90004", "900032", "900036", "900037"},
    "survey_staff": {"90001", "90002", "90003", "90004", "900032"},
    "marks": {"900001", "900002", "900003", "900004", "900013", "900018", "90004", "900032"},
    "attendance": {"90002", "90004", "900001", "900002", "900004", "900036", "900038"},
    "registers": {"90001", "90002", "90003", "90004", "90005", "900032", "900036"},
}
#: By source: trusts and schools that do not give it although others do.
_GIVES_NOT: dict[str, set[str]] = {
    "star": {"900033", "900038"},
    # this trust took up Star after schools had closed
    "star_before": {"90003"},
    "devices": {"90005", "90006"},
    "survey_pupil": {"90006", "900020", "900033"},
}
#: Age at the start of a school's lowest year group, to year group: four is Reception.
_RECEPTION_AGE = 4
_LAST_YEAR_GROUP = 11


def schools_of(blueprint: Blueprint) -> pd.DataFrame:
    """Give the schools that take part, with their year groups and what each gives.

    Examples
    --------
    >>> from recovery_analysis.synthetic.blueprint import load_blueprint
    >>> schools_of(load_blueprint("small"))["high_year_group"].tolist()
    [6, 6, 11]
    """
    every = blueprint.schools
    out = ~every["type"].isin([SPECIAL, INDEPENDENT]) & ~every["urn"].isin(_ABSENT)
    schools = every[out].reset_index(drop=True)
    low = schools["low_age"].astype(int) - _RECEPTION_AGE
    # a school that ends at age 11 has Year 6 as its last
    high = schools["high_age"].astype(int) - _RECEPTION_AGE - 1
    cohort = schools["ks4_cohort"].where(schools["ks4_cohort"].ne(""), schools["ks2_cohort"])
    table = pd.DataFrame(
        {
            "urn": schools["urn"],
            "la_code": schools["la_code"],
            "trust_uid": schools["trust_uid"],
            "low_year_group": low.clip(lower=0),
            "high_year_group": high.clip(upper=_LAST_YEAR_GROUP),
            "year_group_size": cohort.astype(float).clip(upper=MOST_IN_YEAR_GROUP),
            "disadvantaged_share": schools["disadvantaged_share"].astype(float),
        }
    )
    for source in SOURCES:
        table[f"gives_{source}"] = _gives(schools, source)
    return table


def _gives(schools: pd.DataFrame, source: str) -> pd.Series:
    chosen = pd.Series(True, index=schools.index)
    if source in _GIVES:
        chosen = _named(schools, _GIVES[source])
    return chosen & ~_named(schools, _GIVES_NOT.get(source, set()))


def _named(schools: pd.DataFrame, names: set[str]) -> pd.Series:
    return schools["urn"].isin(names) | schools["trust_uid"].isin(names)


def suppliers(schools: pd.DataFrame) -> list[str]:
    """Give who sends each school's files: its trust, else its local authority (``la_951``).

    Examples
    --------
    >>> schools = pd.DataFrame({"trust_uid": ["90001", ""], "la_code": ["951", "952"]})
    >>> suppliers(schools)
    ['90001', 'la_952']
    """
    return (
        schools["trust_uid"].where(schools["trust_uid"].ne(""), "la_" + schools["la_code"]).tolist()
    )
