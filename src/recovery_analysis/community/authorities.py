"""Names of local authorities by code: the current list first, older and contradicting lists after it."""

from recovery_analysis.store.store import Store


def authority_names(store: Store) -> dict[str, str]:
    """Give la_code -> name.

    The list that LAIT publishes is believed first: one of the yearly code lists swaps two of the LAs that
    Cumbria and Northamptonshire were divided into.
    """
    listed = store.table("local_authorities")
    order = listed["series"].eq("la_list").map({True: 0, False: 1})
    first = listed.assign(order=order).sort_values(["order", "series"]).drop_duplicates("la_code")
    return dict(zip(first["la_code"], first["la_name"], strict=True))
