"""A test that a file lists for two schools, because the pupil was on the rolls of both."""

import pandas as pd

from recovery_analysis.intake.schema import ROW

_TEST = ["assessment_id", "subject"]
#: What may differ between two schools' rows of one test; windows of screening are a school's own.
_OF_THE_SCHOOL = {"school_ref", "pupil_id", "unusable_reason", ROW}


def at_first_school(tests: pd.DataFrame) -> tuple[pd.DataFrame, int, pd.DataFrame]:
    """Keep a test of a pupil on two rolls once, at the first school in order of the references.

    Parameters
    ----------
    tests
        Rows of ``assessments`` with raw identifiers, exact repeats left out.

    Returns
    -------
    tuple
        The rows kept, how many were left out, and alias rows for pupils whom two schools number otherwise.
        Rows of one test that differ in score or day, or name two pupils by UPN, are all kept: the checks of
        the table refuse them.
    """
    no_aliases = pd.DataFrame(columns=["pupil_id", "alias_id", "school_ref", "series", ROW])
    shared = tests[tests.duplicated(_TEST, keep=False)].sort_values([*_TEST, "school_ref", ROW])
    if shared.empty:
        return tests, 0, no_aliases
    # A pupil known by UPN or to the vendor is told apart over all schools; a school's own number is not.
    is_own = shared["pupil_id"].str.startswith(("local:urn:", "local:laestab:"))
    told = shared.assign(told=shared["pupil_id"].mask(is_own))
    content = [column for column in tests.columns if column not in _OF_THE_SCHOOL]
    groups = told.groupby(_TEST, sort=False)
    is_one = told["school_ref"].eq(told["school_ref"])
    for column in [*content, "told"]:
        is_one &= groups[column].transform("nunique", dropna=column == "told").le(1)
    once_a_school = ~told.duplicated([*_TEST, "school_ref"], keep=False)
    is_one &= once_a_school.groupby([told[name] for name in _TEST]).transform("all")
    others = told.index[is_one & told.duplicated(_TEST)]
    first = groups["pupil_id"].transform("first")
    same = pd.DataFrame(
        {
            "pupil_id": first,
            "alias_id": told["pupil_id"],
            "school_ref": told["school_ref"],
            "series": told["series"],
            ROW: told[ROW],
        }
    ).loc[others]
    same = same[same["pupil_id"].ne(same["alias_id"])].drop_duplicates(["pupil_id", "alias_id"])
    return tests.drop(index=others), len(others), same
