"""Everything that the store holds about one community, read once and handed to the analyses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from recovery_analysis.community.authorities import authority_names
from recovery_analysis.community.directory import Directory
from recovery_analysis.community.membership import Membership, members
from recovery_analysis.community.partnerships import Partnership
from recovery_analysis.community.registry import CommunityRecord
from recovery_analysis.community.school_refs import school_refs
from recovery_analysis.errors import UnknownCommunity
from recovery_analysis.store.manifest import FileRecord
from recovery_analysis.store.store import Store
from recovery_analysis.words.identifiers import CommunityId

#: Which publication is believed first where two give the same school's figure for the same year.
SCHOOL_SERIES_ORDER = (
    "ks2_school",
    "ks4_school",
    "secondary_extract",
    "ks2_school_reduced",
    "ks4_school_reduced",
    "school_absence",
    "school_census",
    "school_fsm",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityData:
    """One community's rows.

    ``schools``: one row a school (by ``school_id``) that is a member under either rule.
    ``school_measures``: their figures, every year, with ``school_id``; one row a school, year, measure and
    group. ``published``: figures of the community itself and of its comparators as published.
    ``neighbours``: (la_code, name) of statistical neighbours, nearest first; empty unless an LA.
    ``authorities``: (la_code, name) of the LAs in which the schools lie. ``counted``: schools that a
    published trust measure lists. ``files``: the public files of the store, and of trusts' and
    schools' own files those with rows of these schools, for provenance.
    """

    id: CommunityId
    name: str
    baseline_date: date
    as_of: date
    now: Membership
    baseline: Membership
    schools: pd.DataFrame
    school_measures: pd.DataFrame
    published: pd.DataFrame
    neighbours: tuple[tuple[str, str], ...]
    authorities: tuple[tuple[str, str], ...]
    counted: pd.DataFrame
    files: tuple[FileRecord, ...]
    earlier_urns: tuple[tuple[str, str], ...]

    def membership(self, rule: str) -> Membership:
        """Give the membership under a rule (``now`` or ``baseline``)."""
        return self.now if rule == "now" else self.baseline


def read_community(
    store: Store,
    directory: Directory,
    record: CommunityRecord,
    *,
    baseline_date: date,
    as_of: date,
    partnerships: dict[str, Partnership],
) -> CommunityData:
    """Read one community from a store.

    Raises
    ------
    UnknownCommunity
        A partnership is not declared, or none of its members is in the store.
    """
    now = members(store, directory, record.id, rule="now", day=as_of, partnerships=partnerships)
    baseline = members(
        store, directory, record.id, rule="baseline", day=baseline_date, partnerships=partnerships
    )
    ids = set(now.school_ids) | set(baseline.school_ids)
    if not ids and record.id.kind == "partnership":
        raise UnknownCommunity(
            f"{record.id}: none of its members in recovery.toml is in the store. Check the URNs, trusts and LA "
            "codes against: recovery communities"
        )
    rows = directory.frame[directory.frame["school_id"].isin(ids)]
    urns = _all_urns(directory, rows, ids)
    schools = _one_row_a_school(rows)
    counted = (
        store.table("trust_measure_schools", trust_uid=record.id.key)
        if record.id.kind == "trust"
        else store.table("trust_measure_schools", trust_uid=())
    )
    authorities = _authorities(store, schools)
    neighbours = _neighbours(store, record.id)
    return CommunityData(
        id=record.id,
        name=record.name,
        baseline_date=baseline_date,
        as_of=as_of,
        now=now,
        baseline=baseline,
        schools=schools,
        school_measures=_school_measures(store, directory, [*urns, *counted["urn"]]),
        published=_published(store, record.id, authorities, neighbours, urns),
        neighbours=neighbours,
        authorities=authorities,
        counted=counted,
        files=_files(store, {urn: directory.lineage.school_id(urn) for urn in urns}),
        earlier_urns=tuple(
            (urn, directory.lineage.school_id(urn))
            for urn in urns
            if directory.lineage.school_id(urn) != urn
        ),
    )


def _files(store: Store, school_of: dict[str, str]) -> tuple[FileRecord, ...]:
    """Leave out other trusts' own files: not even their names are this community's to see."""
    refs = set(school_refs(store, school_of))
    return tuple(
        record
        for record in store.manifest.files
        if not record.is_own_data or not refs.isdisjoint(record.school_refs)
    )


def _all_urns(directory: Directory, rows: pd.DataFrame, ids: set[str]) -> list[str]:
    """Give every URN that the schools have had, also those that only a link knows."""
    linked = {urn for urn, latest in directory.lineage.latest.items() if latest in ids}
    return sorted(set(rows["urn"]) | linked | ids)


def _one_row_a_school(rows: pd.DataFrame) -> pd.DataFrame:
    """Describe a school by its latest URN; by an earlier one where the latest is in no file."""
    is_latest = rows["urn"].eq(rows["school_id"])
    ordered = rows.assign(is_latest=is_latest).sort_values(
        ["school_id", "is_latest", "urn"], ascending=[True, False, False]
    )
    first = ordered.drop_duplicates("school_id").drop(columns="is_latest")
    return first.sort_values(["school_name", "school_id"]).reset_index(drop=True)


def _school_measures(store: Store, directory: Directory, urns: Iterable[str]) -> pd.DataFrame:
    frame = store.table("school_measures", urn=sorted(set(urns)))
    rank = {name: place for place, name in enumerate(SCHOOL_SERIES_ORDER)}
    frame = frame.assign(
        school_id=frame["urn"].map(directory.lineage.school_id),
        rank=frame["series"].map(rank).fillna(len(rank)),
        is_missing=frame["value"].isna(),
    )
    # A value beats a blank whatever the publication; among values the first publication is believed.
    ordered = frame.sort_values(["is_missing", "rank", "urn"])
    kept = ordered.drop_duplicates(["school_id", "academic_year", "measure", "pupil_group"])
    return (
        kept.drop(columns=["rank", "is_missing"])
        .sort_values(["school_id", "academic_year", "measure", "pupil_group"])
        .reset_index(drop=True)
    )


def _published(
    store: Store,
    community: CommunityId,
    authorities: tuple[tuple[str, str], ...],
    neighbours: tuple[tuple[str, str], ...],
    urns: list[str],
) -> pd.DataFrame:
    las = {code for code, _ in (*authorities, *neighbours)}
    if community.kind == "england":
        las = set()
    elif community.kind == "la":
        las |= {community.key}
    parts = [store.table("published_measures", entity="england")]
    if las:
        parts.append(store.table("published_measures", entity="la", entity_id=sorted(las)))
    if community.kind == "trust":
        parts.append(store.table("published_measures", entity="trust", entity_id=community.key))
    elif community.kind != "england":
        # The trusts that run schools here stand beside the area that the schools lie in.
        spells = store.table("trust_spells", urn=urns)
        uids = sorted(spells.loc[spells["left_date"].isna(), "group_uid"].unique())
        parts.append(store.table("published_measures", entity="trust", entity_id=uids))
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return frame[frame["population"].eq("state_funded")].reset_index(drop=True)


def _authorities(store: Store, schools: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    sizes = schools.groupby("la_code")["school_id"].nunique()
    names = dict(schools[["la_code", "la_name"]].dropna().itertuples(index=False))
    names = {**authority_names(store), **names}
    ordered = sorted(sizes.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
    return tuple((str(code), str(names.get(code, f"LA {code}"))) for code, _ in ordered)


def _neighbours(store: Store, community: CommunityId) -> tuple[tuple[str, str], ...]:
    if community.kind != "la":
        return ()
    ranked = store.table("la_neighbours", la_code=community.key).sort_values("neighbour_rank")
    names = authority_names(store)
    return tuple(
        (code, str(names.get(code, f"LA {code}")))
        for code in ranked["neighbour_la_code"].drop_duplicates()
    )
