"""One school over several URNs: a school that becomes an academy gets a new URN, and keeps its past here.

Only one-to-one changes are followed (a school and its single successor). Mergers, splits and amalgamations
join or part pupils: a figure from before does not describe the school after, so the line ends there.
"""

from dataclasses import dataclass, field

import pandas as pd

_SUCCESSOR = ("Successor", "Latest URN (lookup)")
_PREDECESSOR = ("Predecessor",)
_COMPLEX = ("merged", "amalgamat", "split")


@dataclass(frozen=True, slots=True)
class Lineage:
    """Maps each URN to ``school_id``, the latest URN of its line; a URN with no links is its own.

    ``ended`` holds URNs whose line ends in a merger, split or amalgamation.
    """

    latest: dict[str, str] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()

    def school_id(self, urn: str) -> str:
        """Give the stable id of the school that had this URN."""
        return self.latest.get(urn, urn)


def build_lineage(links: pd.DataFrame) -> Lineage:
    """Follow one-to-one successor links.

    Parameters
    ----------
    links
        Canonical ``school_links``: ``link_type`` says what ``link_urn`` is to ``urn``.
    """
    kind = links["link_type"]
    tangled = kind.str.lower().str.contains("|".join(_COMPLEX))
    forward = links[kind.isin(_SUCCESSOR) & ~tangled][["urn", "link_urn"]]
    backward = links[kind.isin(_PREDECESSOR) & ~tangled][["link_urn", "urn"]]
    edges = pd.concat(
        [forward.set_axis(["old", "new"], axis=1), backward.set_axis(["old", "new"], axis=1)]
    ).drop_duplicates()
    edges = edges[edges["old"] != edges["new"]]
    looked_up = set(links.loc[kind.eq("Latest URN (lookup)"), "urn"])
    edges = _prefer_direct(edges, links, looked_up)
    ended = frozenset(links.loc[tangled, "urn"]) | frozenset(links.loc[tangled, "link_urn"])
    single = (
        ~edges.duplicated("old", keep=False)
        & ~edges.duplicated("new", keep=False)
        & ~(edges["old"].isin(ended) & edges["new"].isin(ended))
    )
    step = dict(zip(edges.loc[single, "old"], edges.loc[single, "new"], strict=True))
    return Lineage(latest={urn: _last(urn, step) for urn in step}, ended=ended)


def _prefer_direct(edges: pd.DataFrame, links: pd.DataFrame, looked_up: set[str]) -> pd.DataFrame:
    """Drop a lookup's jump to the latest URN where GIAS itself gives the steps in between."""
    if not looked_up:
        return edges
    jumps = links[links["link_type"].eq("Latest URN (lookup)")][["urn", "link_urn"]]
    jump_pairs = set(zip(jumps["urn"], jumps["link_urn"], strict=True))
    is_jump = pd.Series(
        [pair in jump_pairs for pair in zip(edges["old"], edges["new"], strict=True)],
        index=edges.index,
    )
    stepped = set(edges.loc[~is_jump, "old"])
    reached = set(edges.loc[~is_jump, "new"])
    redundant = is_jump & (edges["old"].isin(stepped) | edges["new"].isin(reached))
    return edges[~redundant]


def _last(urn: str, step: dict[str, str]) -> str:
    """Give the end of a line; links that run in a ring have none, and the highest URN stands for all."""
    seen = [urn]
    while (following := step.get(urn)) is not None:
        if following in seen:
            return max(seen[seen.index(following) :], key=int)
        urn = following
        seen.append(urn)
    return urn
