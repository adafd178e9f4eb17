"""Counts and means of any set of schools, in one year, by group; and what the publisher may show of them."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.blueprint import INDEPENDENT, pupils_on_roll
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.scores import COVERED_ONLY, VARIABLES, Floats, Stage

#: Positions of groups in a tally, by the word that measures.py uses.
GROUPS: dict[str, tuple[int, ...]] = {"disadvantaged": (0,), "other": (1,), "all": (0, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over the pupils of some schools in one year.

    Parameters
    ----------
    stage
        Key stage, which names the variables.
    sums
        ``[group, variable]``.
    """

    stage: Stage
    sums: Floats

    def total(self, variable: str, group: str = "all") -> float:
        """Add a variable over a group."""
        position = VARIABLES[self.stage].index(variable)
        return float(sum(self.sums[index, position] for index in GROUPS[group]))

    def pupils(self, group: str = "all") -> int:
        """Count a group's pupils."""
        return round(self.total("pupils", group))

    def covered(self, group: str = "all") -> int:
        """Count a group's pupils who have a progress score."""
        return round(self.total("covered", group))

    def mean(self, variable: str, group: str = "all") -> float:
        """Give a group's mean; not a number where the group is empty."""
        count = self.covered(group) if variable in COVERED_ONLY else self.pupils(group)
        return self.total(variable, group) / count if count else math.nan

    def gap(self, measure: str) -> float:
        """Give the mean of others minus the mean of disadvantaged pupils."""
        return self.mean(measure, "other") - self.mean(measure, "disadvantaged")


def tally(
    population: Population,
    stage: Stage,
    year: int,
    chosen: pd.Series | None = None,
    *,
    expected: bool = False,
) -> Tally:
    """Add up the schools that ``chosen`` marks (all state-funded ones if left out) in one year.

    A year that was not simulated or had no tests gives a tally of zeros.
    """
    found = population.stage(stage)
    array = found.expected if expected else found.realised
    if year not in found.years:
        return Tally(stage=stage, sums=np.zeros(array.shape[2:]))
    if chosen is None:
        chosen = state_funded(population)
    return Tally(stage=stage, sums=array[chosen.to_numpy(), found.year_at(year)].sum(axis=0))


def one_school(population: Population, stage: Stage, year: int, position: int) -> Tally:
    """Give one school's tally by its position in the blueprint."""
    chosen = pd.Series(np.arange(len(population.blueprint.schools)) == position)
    return tally(population, stage, year, chosen)


def state_funded(population: Population) -> pd.Series:
    """Say for each school whether the state funds it."""
    return population.blueprint.schools["type"].ne(INDEPENDENT)


def in_area(population: Population, la_code: str) -> pd.Series:
    """Say for each state-funded school whether it lies in a local authority."""
    return population.blueprint.schools["la_code"].eq(la_code) & state_funded(population)


def mean_absence(population: Population, schools: pd.DataFrame, period: int) -> float:
    """Give the absence of some schools together, by pupils on roll; period 0 before, 1 after."""
    roll = np.array([pupils_on_roll(school) for _, school in schools.iterrows()])
    return float(np.average(population.absence[schools.index, period], weights=roll))
