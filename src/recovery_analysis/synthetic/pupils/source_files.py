"""What every writer of pupils' raw files needs: the world, its identifiers, and who sends what."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import Flags, Integers
from recovery_analysis.synthetic.pupils.identity import Identity
from recovery_analysis.synthetic.pupils.world import PupilWorld

ROOT = "pupils"
#: Trusts whose lists of pupils are the department's census downloads, which have no local numbers.
CENSUS_SUPPLIERS = ("90002",)


@dataclass(frozen=True, kw_only=True)
class SourceFiles:
    """The world to write, pupils' identifiers, and by school its sender, name and URN before conversion."""

    world: PupilWorld
    identity: Identity
    folder: Path
    schools: pd.DataFrame
    sender: list[str]
    names: list[str]
    older_urns: list[str]

    @property
    def senders(self) -> list[str]:
        """Give every sender once, in order."""
        return sorted(set(self.sender))

    def is_from(self, sender: str) -> Flags:
        """Say which schools' files a sender sends."""
        return np.array([name == sender for name in self.sender])

    def path(self, kind: str, sender: str, name: str) -> Path:
        """Give the place of a file."""
        return self.folder / relative(kind, sender, name)

    def urns(self, pupils: Integers) -> list[str]:
        """Give the URN of each pupil's school."""
        urns = self.world.roll.schools.urn
        return [urns[at] for at in self.world.roll.school[pupils].tolist()]

    def upns(self, pupils: Integers, year: int) -> list[str]:
        """Give each pupil's UPN in an academic year."""
        return [self.identity.upn_in(at, year) for at in pupils.tolist()]

    def locals(self, pupils: Integers) -> list[str]:
        """Give each pupil's number in the school's own system."""
        return [self.identity.local[at] for at in pupils.tolist()]

    def pupil_cells(self, pupils: Integers, year: int, sender: str) -> dict[str, list[str] | str]:
        """Give the columns that say who and where: local numbers, or UPNs where a sender has no others."""
        if sender in CENSUS_SUPPLIERS:
            return {"urn": self.urns(pupils), "upn": self.upns(pupils, year)}
        return {"urn": self.urns(pupils), "local_id": self.locals(pupils)}


def relative(kind: str, sender: str, name: str) -> str:
    """Give the place of a file below the community's folder.

    Examples
    --------
    >>> relative("star", "90001", "SR_v2.csv")
    'pupils/star/90001/SR_v2.csv'
    """
    return f"{ROOT}/{kind}/{sender}/{name}"


def iso_days(days: np.ndarray) -> list[str]:
    """Write days as ISO text; no day is blank."""
    texts = np.datetime_as_string(days.astype("datetime64[D]"))
    return ["" if text == "NaT" else text for text in texts.tolist()]


def uk_days(days: np.ndarray) -> list[str]:
    """Write days as dd/mm/yyyy; no day is blank."""
    return [f"{text[8:]}/{text[5:7]}/{text[:4]}" if text else "" for text in iso_days(days)]
