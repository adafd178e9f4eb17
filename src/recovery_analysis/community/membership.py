"""Who belongs to a community: now, or on the baseline date."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from recovery_analysis.community.directory import Directory
from recovery_analysis.community.partnerships import Partnership
from recovery_analysis.errors import UnknownCommunity
from recovery_analysis.intake.tables.groups import TRUST_TYPES
from recovery_analysis.store.store import Store
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.identifiers import CommunityId

MembershipRule = Literal["now", "baseline"]

RULE_WORDS: dict[str, str] = {
    "now": "schools in the community now",
    "baseline": "schools in the community on the baseline date",
}

_CLOSED = ("Closed", "closed")
_PROPOSED = ("Proposed to open",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The schools of a community under one rule.

    ``school_ids`` are lineage ids, sorted. ``left_out`` gives (school_id, reason in words) for schools that
    belong under the other rule's view but not under this one.
    """

    rule: MembershipRule
    day: date
    school_ids: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    note: str = ""


def members(
    store: Store,
    directory: Directory,
    community: CommunityId,
    *,
    rule: MembershipRule,
    day: date,
    partnerships: dict[str, Partnership],
) -> Membership:
    """Give the schools of a community on a day.

    Parameters
    ----------
    store, directory
        The store and its directory of state-funded schools.
    community
        What to look up.
    rule
        ``now``: on the day of the report (``day`` is ``as_of``); ``baseline``: on the baseline date.
    day
        The day that the rule looks at.
    partnerships
        Declared partnerships by key.

    Raises
    ------
    UnknownCommunity
        A partnership is not declared.
    """
    frame = directory.frame
    if community.kind == "england":
        return _of_area(directory, frame, rule=rule, day=day)
    if community.kind == "la":
        return _of_area(directory, frame[frame["la_code"].eq(community.key)], rule=rule, day=day)
    if community.kind == "trust":
        return _of_trust(store, directory, community.key, rule=rule, day=day)
    partnership = partnerships.get(community.key)
    if partnership is None:
        declared = ", ".join(f"partnership:{key}" for key in partnerships) or "none"
        raise UnknownCommunity(
            f"{community} is not declared in recovery.toml (declared: {declared}). Add a section "
            f"[partnerships.{community.key}] with name and members, and give the file with --config."
        )
    parts = [
        members(store, directory, part, rule=rule, day=day, partnerships=partnerships)
        for part in partnership.communities
    ]
    own = {directory.lineage.school_id(urn) for urn in partnership.urns}
    known = set(frame["school_id"])
    ids = own & known | {school for part in parts for school in part.school_ids}
    left_out = [pair for part in parts for pair in part.left_out if pair[0] not in ids]
    left_out += [(urn, "this URN is in no file of the store") for urn in sorted(own - known)]
    return Membership(rule=rule, day=day, school_ids=tuple(sorted(ids)), left_out=tuple(left_out))


def _of_area(
    directory: Directory, frame: pd.DataFrame, *, rule: MembershipRule, day: date
) -> Membership:
    moment = pd.Timestamp(day)
    closed = frame["close_date"].le(moment) | (
        frame["status"].isin(_CLOSED) & frame["close_date"].isna()
    )
    not_yet = frame["open_date"].gt(moment) | frame["status"].isin(_PROPOSED)
    if rule == "baseline":
        # A school that took a new URN later was there before, whether or not its old row is in a file.
        not_yet &= ~frame["urn"].isin(set(directory.lineage.latest.values()))
    there = frame[~closed & ~not_yet]
    if rule == "now":
        # A predecessor's row stays open in older publications: the line counts once, by its latest URN.
        ids = set(there["school_id"])
        latest_closed = set(frame.loc[closed & frame["urn"].eq(frame["school_id"]), "school_id"])
        return Membership(rule=rule, day=day, school_ids=tuple(sorted(ids - latest_closed)))
    ids = set(there["school_id"])
    opened_later = set(frame["school_id"]) - ids
    return Membership(
        rule=rule,
        day=day,
        school_ids=tuple(sorted(ids)),
        left_out=tuple(
            (school, "opened after the baseline date, or closed before it")
            for school in sorted(opened_later)
        ),
    )


def _of_trust(
    store: Store, directory: Directory, uid: str, *, rule: MembershipRule, day: date
) -> Membership:
    moment = pd.Timestamp(day)
    spells = store.table("trust_spells", group_uid=uid)
    spells = spells[spells["group_type"].isin(TRUST_TYPES)]
    spells = spells.assign(school_id=spells["urn"].map(directory.lineage.school_id))
    state = set(directory.frame["school_id"])
    spells = spells[spells["school_id"].isin(state)]
    left = spells["left_date"].le(moment)
    later = spells["joined_date"].gt(moment)
    inside = spells[~left & ~later]
    unknown = int(inside["joined_date"].isna().sum()) if rule == "baseline" else 0
    day_words = f"{day.day} {day:%B %Y}"
    return Membership(
        rule=rule,
        day=day,
        school_ids=tuple(sorted(set(inside["school_id"]))),
        left_out=tuple(
            (school, f"joined the trust after {day_words}")
            for school in sorted(set(spells.loc[later, "school_id"]) - set(inside["school_id"]))
        ),
        note=f"{counted(unknown, 'school')} {verb(unknown, 'has', 'have')} no joined date and "
        f"{verb(unknown, 'is counted as a member', 'are counted as members')}."
        if unknown
        else "",
    )
