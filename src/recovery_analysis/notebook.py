"""The door for chapter notebooks: ``start`` a chapter, ``show`` its sections, ``finish`` it.

A chapter runs the same by hand in JupyterLab, by papermill's own command line and by ``recovery report``:
what it shows travels in the executed notebook as MIME bundles, from which the report is assembled.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from IPython.core.getipython import get_ipython
from IPython.display import display

from recovery_analysis import analysis, exhibit
from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.partnerships import read_partnerships
from recovery_analysis.community.pupils import PupilData, read_pupil_data
from recovery_analysis.community.registry import find_community, list_communities
from recovery_analysis.community.slice import CommunityData, read_community
from recovery_analysis.disclosure.gate import Released, release
from recovery_analysis.disclosure.policy import PUBLIC, Policy
from recovery_analysis.exhibit.exhibit import Section
from recovery_analysis.norms import Norms, read_norms
from recovery_analysis.run.demo import demo_store
from recovery_analysis.run.parameters import DEMO_STORE, Parameters, refuse_unknown
from recovery_analysis.store.store import Store, open_store
from recovery_analysis.words.identifiers import CommunityId

__all__ = ["Chapter", "ChapterFinished", "analysis", "exhibit", "start"]

#: Marks the end of a chapter in its executed notebook.
FINISHED_MIME_TYPE = "application/vnd.recovery-analysis.chapter+json"

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterFinished:
    """What the last cell of a chapter leaves in the notebook: the facts that a report needs of it."""

    chapter: str
    community: str
    name: str
    schools_n: int
    data_as_at: str
    fingerprint: str
    policy_words: str
    sections: int
    has_own_data: bool

    def __repr__(self) -> str:
        return f"Chapter '{self.chapter}' for {self.name} is finished: {self.sections} sections."

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        facts = {name: getattr(self, name) for name in self.__slots__}
        return {FINISHED_MIME_TYPE: facts, "text/plain": repr(self)}


@dataclass(slots=True)
class Chapter:
    """A chapter in progress: its community's data, and the sections shown so far."""

    title: str
    parameters: Parameters
    data: CommunityData
    store: Store
    policy: Policy = PUBLIC
    shown: list[Section] = field(default_factory=list)

    @property
    def community(self) -> CommunityId:
        """The community that the chapter is about."""
        return self.data.id

    @property
    def name(self) -> str:
        """The community's name."""
        return self.data.name

    def pupils(self, tables: Collection[str]) -> PupilData:
        """Read pupil-level tables of the community's schools."""
        return read_pupil_data(self.store, self.data, tables)

    def release(self, result: R) -> Released[R]:
        """Pass a result through the disclosure gate, under the chapter's policy."""
        return release(result, policy=self.policy)

    def norms(self) -> Norms:
        """Give what is usual: expectations learnt from all pupils of the store before the baseline date."""
        return read_norms(self.store, self.parameters.baseline_day)

    def show(self, *sections: Section) -> None:
        """Show sections in the notebook; they become part of the report."""
        for section in sections:
            self.shown.append(section)
            display(section)

    def finish(self) -> ChapterFinished:
        """End the chapter; a notebook that never gets here has failed."""
        return ChapterFinished(
            chapter=self.title,
            community=str(self.community),
            name=self.name,
            schools_n=len(self.data.now.school_ids),
            data_as_at=self._last_year(),
            fingerprint=self.store.fingerprint,
            policy_words=self.policy.words,
            sections=len(self.shown),
            has_own_data=any(record.is_own_data for record in self.data.files),
        )

    def _last_year(self) -> str:
        """Give the last academic year with any figure behind this chapter's community."""
        parts = (self.data.published, self.data.school_measures)
        years = [part.loc[part["value"].notna(), "academic_year"].max() for part in parts]
        return max((str(year) for year in years if isinstance(year, str)), default="")


def start(
    chapter: str,
    *,
    community: str,
    store: str,
    baseline_date: str = "2020-03-20",
    as_of: str = "",
    edition: str = "",
    config: str = "",
    seed: int = 20200320,
) -> Chapter:
    """Open a chapter for one community.

    Parameters
    ----------
    chapter
        The chapter's name, such as ``gap``.
    community, store, baseline_date, as_of, edition, config, seed
        See :class:`recovery_analysis.run.parameters.Parameters`.

    Raises
    ------
    ParameterError
        A parameter is of the wrong type or form, or a plain variable of the notebook is no parameter.
    UnknownCommunity
        The store has no such community; near ones are offered.
    StoreError
        There is no store in the folder, or it is of another schema version.
    """
    shell = get_ipython()
    if shell is not None:
        refuse_unknown(shell.user_ns)
    parameters = Parameters(
        community=community,
        store=store,
        baseline_date=baseline_date,
        as_of=as_of,
        edition=edition,
        config=config,
        seed=seed,
    )
    folder = demo_store() if store == DEMO_STORE else Path(store)
    opened = open_store(folder)
    directory = read_directory(opened)
    partnerships = read_partnerships(Path(config) if config else None)
    record = find_community(list_communities(opened, directory, partnerships), community)
    data = read_community(
        opened,
        directory,
        record,
        baseline_date=parameters.baseline_day,
        as_of=parameters.as_of_day,
        partnerships=partnerships,
    )
    return Chapter(title=chapter, parameters=parameters, data=data, store=opened)
