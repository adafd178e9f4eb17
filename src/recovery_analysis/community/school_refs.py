"""The ways in which a trust's or school's own file can name a school."""

from collections.abc import Mapping

from recovery_analysis.store.store import Store


def school_refs(store: Store, school_of: Mapping[str, str]) -> dict[str, str]:
    """Give the lineage id of every way to name some schools.

    Parameters
    ----------
    store
        The store, for the schools' establishment numbers.
    school_of
        From each URN that the schools have had to their lineage id.

    Returns
    -------
    dict
        From ``urn:NUMBER`` and ``laestab:NUMBER`` to the lineage id.
    """
    rows = store.table("schools", urn=sorted(school_of)).sort_values("as_of")
    refs = {f"urn:{urn}": school for urn, school in school_of.items()}
    numbered = rows[rows["establishment_number"].notna()]
    for urn, la, number in zip(
        numbered["urn"], numbered["la_code"], numbered["establishment_number"], strict=True
    ):
        refs[f"laestab:{la}{number}"] = school_of[urn]
    return refs
