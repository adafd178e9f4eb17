"""Write an explore-education-statistics data set with its metadata: absence by term."""

from pathlib import Path

import pandas as pd

from recovery_analysis.synthetic.blueprint import REGION_CODE, REGION_NAME, kind_of, pupils_on_roll
from recovery_analysis.synthetic.cells import arrange, layout, number, write_csv
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.tallies import in_area, mean_absence, state_funded
from recovery_analysis.synthetic.truth import NEW_BASELINE_YEAR

DATA, METADATA = "ees/absence_by_term.csv", "ees/absence_by_term.meta.csv"
FILES = (DATA, METADATA)

_YEARS = (2017, 2018, 2019, 2022, 2023, 2024)
_SCHOOL_TYPES = {
    "PRI": "State-funded primary",
    "SEC": "State-funded secondary",
    "SPE": "Special",
}
#: Half days in a term, and how its absence compares with the year's.
_TERMS = {"Autumn term": (140, 0.96), "Spring term": (120, 1.06), "Summer term": (118, 0.99)}
#: Reasons: label in the metadata, share of authorised or of unauthorised absence.
_AUTHORISED = {
    "sess_auth_illness": ("illness", 0.78),
    "sess_auth_appointments": ("medical appointments", 0.08),
    "sess_auth_religious": ("religious observance", 0.02),
    "sess_auth_study": ("study leave", 0.0),
    "sess_auth_traveller": ("traveller", 0.0),
    "sess_auth_holiday": ("authorised holiday", 0.03),
    "sess_auth_ext_holiday": ("extended authorised holiday", 0.0),
    "sess_auth_excluded": ("excluded", 0.02),
    "sess_auth_other": ("authorised other", 0.07),
}
_UNAUTHORISED = {
    "sess_unauth_holiday": ("unauthorised holiday", 0.42),
    "sess_unauth_late": ("late", 0.07),
    "sess_unauth_other": ("unauthorised other", 0.45),
    "sess_unauth_noyet": ("no reason yet", 0.06),
}
_TOTALS = {
    "sess_possible": ("Number of sessions possible", ""),
    "sess_overall": ("Number of overall absence sessions", ""),
    "sess_authorised": ("Number of authorised absence sessions", ""),
    "sess_unauthorised": ("Number of unauthorised absence sessions", ""),
    "sess_overall_percent": ("Overall absence rate", "%"),
    "sess_authorised_percent": ("Authorised absence rate", "%"),
    "sess_unauthorised_percent": ("Unauthorised absence rate", "%"),
}
_SUMS = {
    "sess_auth_totalreasons": "authorised",
    "sess_unauth_totalreasons": "unauthorised",
    "sess_overall_totalreasons": "overall",
}
_AUTHORISED_SHARE = 0.74


def write_ees(population: Population, folder: Path) -> None:
    """Write the data set and the metadata file that says what its columns are."""
    columns = layout("ees_absence_by_term")
    rows = []
    for year in _YEARS:
        for place, chosen in _places(population):
            schools = population.blueprint.schools[chosen]
            kinds = schools.apply(kind_of, axis=1)
            for kind, words in _SCHOOL_TYPES.items():
                members = schools[kinds.eq(kind)]
                for term, counts in _term_counts(population, members, year).items():
                    head = {"term": term, "school_type": words, "time_identifier": "Academic year"}
                    head["time_period"] = f"{year - 1}{year % 100:02d}"
                    rows.append(arrange(columns, place | head | counts))
    write_csv(folder / DATA, columns, rows, encoding="utf-8")
    _write_metadata(folder / METADATA)


def _places(population: Population) -> list[tuple[dict[str, str], pd.Series]]:
    country = {"country_code": "E92000001", "country_name": "England"}
    region = country | {"region_code": REGION_CODE, "region_name": REGION_NAME}
    everyone = state_funded(population)
    places = [
        (country | {"geographic_level": "National"}, everyone),
        (region | {"geographic_level": "Regional"}, everyone),
    ]
    areas = population.blueprint.areas.set_index("la_code")
    for code in population.blueprint.la_codes:
        names = {
            "geographic_level": "Local authority",
            "old_la_code": code,
            "new_la_code": areas.loc[code, "ons_code"],
            "la_name": areas.loc[code, "la_name"],
        }
        places.append((region | names, in_area(population, code)))
    return places


def _term_counts(
    population: Population, schools: pd.DataFrame, year: int
) -> dict[str, dict[str, str]]:
    """Give the cells of each term and of the year; ``x`` where an area has no school of the kind."""
    if schools.empty:
        columns = [*_TOTALS, *_AUTHORISED, *_UNAUTHORISED, *_SUMS]
        return {term: dict.fromkeys(columns, "x") for term in ("Total", *_TERMS)}
    roll = sum(pupils_on_roll(school) for _, school in schools.iterrows())
    rate = mean_absence(population, schools, 1 if year >= NEW_BASELINE_YEAR else 0) / 100
    possible = {term: roll * days for term, (days, _) in _TERMS.items()}
    missed = {term: round(possible[term] * rate * factor) for term, (_, factor) in _TERMS.items()}
    cells = {"Total": _cells(sum(possible.values()), sum(missed.values()))}
    return cells | {term: _cells(possible[term], missed[term]) for term in _TERMS}


def _cells(possible: int, overall: int) -> dict[str, str]:
    authorised = round(overall * _AUTHORISED_SHARE)
    counts = {
        "possible": possible,
        "overall": overall,
        "authorised": authorised,
        "unauthorised": overall - authorised,
    }
    cells = {f"sess_{word}": str(count) for word, count in counts.items()}
    for word in ("overall", "authorised", "unauthorised"):
        cells[f"sess_{word}_percent"] = number(100 * counts[word] / possible, 1)
    for word, reasons in (("authorised", _AUTHORISED), ("unauthorised", _UNAUTHORISED)):
        cells |= {
            column: str(round(counts[word] * share)) for column, (_, share) in reasons.items()
        }
    cells |= {column: str(counts[word]) for column, word in _SUMS.items()}
    # this reason was no longer collected: the publisher writes a full stop
    return cells | {"sess_auth_ext_holiday": "."}


def _write_metadata(path: Path) -> None:
    columns = (
        "col_name",
        "col_type",
        "label",
        "indicator_grouping",
        "indicator_unit",
        "filter_hint",
        "filter_grouping_column",
    )
    rows = [
        [column, "Indicator", label, "Absence fields", unit, "", ""]
        for column, (label, unit) in _TOTALS.items()
    ]
    reasons = {column: words for column, (words, _) in (_AUTHORISED | _UNAUTHORISED).items()}
    reasons |= {column: f"{word} reasons" for column, word in _SUMS.items()}
    rows += [
        [column, "Indicator", f"Number of {words} sessions", "Absence by reason", "", "", ""]
        for column, words in reasons.items()
    ]
    rows += [
        ["school_type", "Filter", "School type", "", "", "Filter by school type", ""],
        ["term", "Filter", "Term", "", "", "Filter by school term", ""],
    ]
    write_csv(path, columns, rows, encoding="utf-8")
