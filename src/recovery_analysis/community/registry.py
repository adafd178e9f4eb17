"""All communities of a store, and finding one by its written form or by a name like it."""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import pandas as pd

from recovery_analysis.community.authorities import authority_names
from recovery_analysis.community.directory import Directory
from recovery_analysis.community.membership import members
from recovery_analysis.community.partnerships import Partnership
from recovery_analysis.errors import UnknownCommunity
from recovery_analysis.intake.tables.groups import TRUST_TYPES
from recovery_analysis.store.store import Store
from recovery_analysis.words.identifiers import CommunityId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityRecord:
    """One community that a report can be made for."""

    id: CommunityId
    name: str
    schools_n: int


def list_communities(
    store: Store, directory: Directory, partnerships: dict[str, Partnership]
) -> tuple[CommunityRecord, ...]:
    """List England, LAs, open trusts with a state-funded school, and declared partnerships.

    Ordered by kind, then by name.
    """
    frame = directory.frame
    england = CommunityRecord(
        id=CommunityId("england", "england"),
        name="England",
        schools_n=frame["school_id"].nunique(),
    )
    declared = tuple(
        CommunityRecord(
            id=CommunityId("partnership", item.key),
            name=item.name,
            schools_n=_size(store, directory, item.key, partnerships),
        )
        for item in partnerships.values()
    )
    return (england, *_authorities(store, frame), *_trusts(store, frame), *declared)


def _size(
    store: Store, directory: Directory, key: str, partnerships: dict[str, Partnership]
) -> int:
    found = members(
        store,
        directory,
        CommunityId("partnership", key),
        rule="now",
        day=date.today(),
        partnerships=partnerships,
    )
    return len(found.school_ids)


def find_community(records: tuple[CommunityRecord, ...], text: str) -> CommunityRecord:
    """Find a community by its written form.

    Raises
    ------
    UnknownCommunity
        The form is wrong or the store has no such community; near ids and names are offered.
    """
    try:
        wanted = CommunityId.parse(text)
    except ValueError as error:
        raise UnknownCommunity(f"{error}.{_offer(records, text)}") from None
    for record in records:
        if record.id == wanted:
            return record
    raise UnknownCommunity(
        f"the store has no community {text}.{_offer(records, text)} See all with: recovery communities"
    )


def _offer(records: tuple[CommunityRecord, ...], text: str) -> str:
    by_id = {str(record.id): record for record in records}
    by_name = {record.name.casefold(): record for record in records}
    near = [by_id[match] for match in get_close_matches(text, by_id, n=3, cutoff=0.7)]
    bare = text.partition(":")[2] or text
    near += [
        by_name[match] for match in get_close_matches(bare.casefold(), by_name, n=3, cutoff=0.6)
    ]
    names = list(dict.fromkeys(f"{record.id} ({record.name})" for record in near))
    return f" Did you mean {' or '.join(names[:3])}?" if names else ""


def _authorities(store: Store, frame: pd.DataFrame) -> list[CommunityRecord]:
    """List LAs that have a school in the directory or a published figure."""
    names = authority_names(store)
    published = store.table("published_measures", entity="la").drop_duplicates("entity_id")
    published_names = published.set_index("entity_id")["entity_name"]
    described = (
        frame.dropna(subset=["la_name"]).drop_duplicates("la_code").set_index("la_code")["la_name"]
    )
    sizes = frame.groupby("la_code")["school_id"].nunique()
    codes = sorted(set(sizes.index) | set(published_names.index))
    name_of = {**published_names.to_dict(), **described.to_dict(), **names}
    records = [
        CommunityRecord(
            id=CommunityId("la", code),
            name=str(name_of.get(code, f"LA {code}")),
            schools_n=int(sizes.get(code, 0)),
        )
        for code in codes
        if code[0] != "0" and code[0] != "1"
    ]
    return sorted(records, key=lambda record: (record.name, str(record.id)))


def _trusts(store: Store, frame: pd.DataFrame) -> list[CommunityRecord]:
    spells = store.table("trust_spells", group_type=TRUST_TYPES)
    spells = spells[spells["left_date"].isna() & spells["urn"].isin(frame["urn"])]
    by_uid = spells.groupby("group_uid").agg(
        name=("group_name", "first"), schools_n=("urn", "nunique")
    )
    records = [
        CommunityRecord(id=CommunityId("trust", str(uid)), name=str(name), schools_n=int(count))
        for uid, name, count in by_uid.itertuples()
    ]
    return sorted(records, key=lambda record: (record.name, str(record.id)))
