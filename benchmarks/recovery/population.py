"""True values over many schools drawn as the communities' are: what intervals by school are to hold.

An interval that takes schools as clusters says where the number would lie if schools like these were drawn
again. So the truth that it is held to is the mean over all such schools, not that of the dozen at hand; the
trusts and areas of a community are held as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils import PupilWorld

Targets = dict[str, float]
#: From a world, and which of its schools, to true values by name.
Maker = Callable[[PupilWorld, np.ndarray], Targets]


@dataclass(kw_only=True)
class Population:
    """True values by name, and what single chapters need beside them.

    ``growth``: usual points a month by subject and year group. ``declines``: by subject, actual minus expected
    of many pupils and whether they declined. ``standing``: by Star subject and year group, attainment (national
    SD) at its quantiles, schools counting alike.
    """

    targets: Targets = field(default_factory=dict)
    growth: dict[str, pd.Series] = field(default_factory=dict)
    declines: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    standing: dict[tuple[str, int], np.ndarray] = field(default_factory=dict)


def mean_targets(worlds: Sequence[PupilWorld], makers: Sequence[Maker]) -> Targets:
    """Give true values over several worlds of equal size."""
    found: list[Targets] = []
    for world in worlds:
        every = np.ones(len(world.roll.schools.urn), dtype=bool)
        one: Targets = {}
        for make in makers:
            one |= make(world, every)
        found.append(one)
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}
