"""Simulate the pupils of any schools, with everything that can be known about them, and keep the truth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import PARTITION
from recovery_analysis.synthetic.pupils.attainment import Attainment, draw_attainment
from recovery_analysis.synthetic.pupils.attendance import attendance_frame
from recovery_analysis.synthetic.pupils.deviation import ValueAdded, draw_value_added
from recovery_analysis.synthetic.pupils.home import (
    Home,
    device_frame,
    draw_home,
    minutes_frame,
    oak_frame,
    quizzes_frame,
)
from recovery_analysis.synthetic.pupils.practices import (
    Practices,
    draw_practices,
    initiatives_frame,
    practices_frame,
)
from recovery_analysis.synthetic.pupils.roll import (
    Roll,
    aliases_frame,
    draw_roll,
    pupils_frame,
    read_schools,
)
from recovery_analysis.synthetic.pupils.star import (
    StarTests,
    assessments_frame,
    draw_star,
    skills_frame,
)
from recovery_analysis.synthetic.pupils.strands import (
    Plan,
    StrandMarks,
    draw_marks,
    draw_plans,
    marks_frame,
    strands_frame,
)
from recovery_analysis.synthetic.pupils.survey import (
    Surveys,
    answers_frame,
    draw_surveys,
    respondents_frame,
)
from recovery_analysis.synthetic.pupils.truth import PupilTruth

#: Each part draws from a stream of its own, so that a change to one leaves the others as they were.
_STREAMS = {
    name: 4100 + at
    for at, name in enumerate(
        (
            "roll",
            "attainment",
            "home",
            "practices",
            "value_added",
            "star",
            "plans",
            "marks",
            "surveys",
            "attendance",
            "quizzes",
            "minutes",
            "oak",
            "skills",
            "initiatives",
        )
    )
}


@dataclass(frozen=True, kw_only=True, eq=False)
class PupilWorld:
    """Simulated pupils: all that is true of them as arrays, and the canonical tables made from it.

    Tables are built when first asked for and kept; they hold pseudonyms of the tables' own form in the
    place of keyed hashes, ``school_ref`` as in the store, and no ``raw_row``.
    """

    truth: PupilTruth
    seed: int
    partition: int
    roll: Roll
    attainment: Attainment
    home: Home
    practices: Practices
    value_added: dict[str, ValueAdded]
    plans: list[Plan]

    def rng(self, stream: str) -> np.random.Generator:
        """Give the random numbers of one part."""
        return _rng(self.seed, stream, self.partition)

    @cached_property
    def star(self) -> StarTests:
        """Give all Star tests."""
        return draw_star(
            self.truth,
            self.roll,
            self.attainment,
            self.rng("star"),
            value_added=self.value_added,
            home=self.home,
            practices=self.practices,
        )

    @cached_property
    def marks(self) -> list[StrandMarks]:
        """Give all marks on papers."""
        return draw_marks(self.truth, self.roll, self.attainment, self.plans, self.rng("marks"))

    @cached_property
    def surveys(self) -> Surveys:
        """Give the classes of experience and all answers."""
        return draw_surveys(self.truth, self.roll, self.rng("surveys"))

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[], pd.DataFrame]]:
        truth, roll = self.truth, self.roll
        schools = roll.schools
        return {
            "pupils": lambda: pupils_frame(truth, roll),
            "pupil_aliases": lambda: aliases_frame(truth, roll),
            "assessments": lambda: assessments_frame(truth, roll, self.star),
            "skill_scores": lambda: skills_frame(truth, roll, self.star, self.rng("skills")),
            "question_marks": lambda: marks_frame(truth, roll, self.marks),
            "curriculum_strands": lambda: strands_frame(self.plans),
            "reading_quizzes": lambda: quizzes_frame(
                truth, roll, self.home, self.attainment, self.rng("quizzes")
            ),
            "online_reading": lambda: minutes_frame(truth, roll, self.home, self.rng("minutes")),
            "online_lessons": lambda: oak_frame(truth, roll, self.rng("oak")),
            "device_access": lambda: device_frame(truth, roll, self.home),
            "attendance_weeks": lambda: attendance_frame(truth, roll, self.rng("attendance")),
            "survey_respondents": lambda: respondents_frame(truth, roll, self.surveys),
            "survey_answers": lambda: answers_frame(roll, self.surveys),
            "practices": lambda: practices_frame(truth, schools, self.practices),
            "initiatives": lambda: initiatives_frame(schools, self.rng("initiatives")),
        }

    @property
    def tables(self) -> tuple[str, ...]:
        """Give the names of the canonical tables that ``table`` knows."""
        return tuple(self._makers)

    @cached_property
    def _kept(self) -> dict[str, pd.DataFrame]:
        return {}

    def table(self, name: str) -> pd.DataFrame:
        """Give one canonical table.

        Raises
        ------
        KeyError
            The name is not among ``tables``.
        """
        if name not in self._kept:
            self._kept[name] = self._makers[name]()
        return self._kept[name]


def _rng(seed: int, stream: str, partition: int) -> np.random.Generator:
    return np.random.default_rng([seed, _STREAMS[stream], partition])


def simulate_pupils(
    truth: PupilTruth, schools: pd.DataFrame, seed: int, *, partition: int = 0
) -> PupilWorld:
    """Simulate the pupils of the given schools; the same arguments give the same pupils.

    Parameters
    ----------
    truth
        All parameters.
    schools
        One row a school: ``urn``, ``la_code``, ``trust_uid`` (blank without a trust), ``low_year_group``,
        ``high_year_group``, ``year_group_size``, ``disadvantaged_share`` (0 to 1). A column
        ``gives_<source>`` (see ``roll.SOURCES``) says which schools give a source; without it all do.
    seed
        Start of the random numbers.
    partition
        Number of a part of a larger population: its pupils and tests get numbers of their own, its curriculum
        is that of all parts.

    Examples
    --------
    >>> schools = pd.DataFrame(
    ...     {
    ...         "urn": ["900001"],
    ...         "la_code": ["951"],
    ...         "trust_uid": [""],
    ...         "low_year_group": [0],
    ...         "high_year_group": [6],
    ...         "year_group_size": [30],
    ...         "disadvantaged_share": [0.3],
    ...     }
    ... )
    >>> world = simulate_pupils(PupilTruth(), schools, 1)
    >>> sorted(set(world.table("pupils")["year_group"]))
    [3.0, 4.0, 5.0, 6.0]
    """
    places = read_schools(schools)
    streams = {name: _rng(seed, name, partition) for name in _STREAMS}
    roll = draw_roll(truth, places, streams["roll"], first_number=partition * PARTITION)
    attainment = draw_attainment(truth, roll, streams["attainment"], seed=seed)
    return PupilWorld(
        truth=truth,
        seed=seed,
        partition=partition,
        roll=roll,
        attainment=attainment,
        home=draw_home(truth, roll, attainment, streams["home"]),
        practices=draw_practices(truth, places, streams["practices"]),
        value_added=draw_value_added(truth, roll, streams["value_added"], seed=seed),
        plans=draw_plans(truth, _rng(seed, "plans", 0)),
    )
