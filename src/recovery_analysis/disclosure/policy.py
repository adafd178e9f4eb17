"""Named policies on small numbers; one default."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may be shown.

    Parameters
    ----------
    name
        The policy's name, printed in every report.
    min_denominator
        A percentage of fewer pupils than this is hidden.
    min_count
        Numbers that rest on 1 to ``min_count - 1`` pupils in any group are hidden.
    applies_to_published
        Whether figures that the Department for Education itself has published are held to ``min_count``
        too. They are public and already protected by their publisher, so the public policy shows them as
        they are.
    words
        One sentence for the reader.
    """

    name: str
    min_count: int
    min_denominator: int
    applies_to_published: bool
    words: str


PUBLIC = Policy(
    name="none_public",
    min_count=6,
    applies_to_published=False,
    min_denominator=10,
    words=(
        "Figures that the Department for Education has published are shown as published, with its own "
        "suppression. Figures that this report works out are hidden when a group behind them has 1 to 5 "
        "pupils, and percentages when they are of fewer than 10."
    ),
)

DFE_SCHOOL_LEVEL = Policy(
    name="dfe_school_level",
    min_count=6,
    applies_to_published=True,
    min_denominator=10,
    words=(
        "Every figure is hidden when a group behind it has 1 to 5 pupils, and percentages when they are of "
        "fewer than 10."
    ),
)

POLICIES = {policy.name: policy for policy in (PUBLIC, DFE_SCHOOL_LEVEL)}
