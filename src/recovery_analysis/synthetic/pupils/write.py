"""Write all raw files of a community's pupils, and list which files those can be."""

from pathlib import Path

from recovery_analysis.synthetic.blueprint import Blueprint, urn_in_summer
from recovery_analysis.synthetic.pupils.identity import identify
from recovery_analysis.synthetic.pupils.schools import schools_of, suppliers
from recovery_analysis.synthetic.pupils.source_files import (
    CENSUS_SUPPLIERS,
    ROOT,
    SourceFiles,
    relative,
)
from recovery_analysis.synthetic.pupils.survey import ROLES
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.world import PupilWorld, simulate_pupils
from recovery_analysis.synthetic.pupils.write_attendance import ATTENDANCE_FILE, write_attendance
from recovery_analysis.synthetic.pupils.write_lists import (
    CENSUS_FILE,
    DEVICE_FILE,
    LIST_FILE,
    write_lists,
)
from recovery_analysis.synthetic.pupils.write_marks import MARKS_FILE, PLAN_FILE, write_marks
from recovery_analysis.synthetic.pupils.write_reading import (
    MINUTES_FILE,
    OAK_FILE,
    QUIZ_FILE,
    write_reading,
)
from recovery_analysis.synthetic.pupils.write_registers import (
    INITIATIVE_FILE,
    PRACTICE_FILE,
    write_registers,
)
from recovery_analysis.synthetic.pupils.write_star import (
    CODES,
    SKILL_SENDERS,
    write_star,
)
from recovery_analysis.synthetic.pupils.write_star import file_name as star_name
from recovery_analysis.synthetic.pupils.write_surveys import file_name as survey_name
from recovery_analysis.synthetic.pupils.write_surveys import write_surveys

#: By folder: the source of a school that puts a file there, and the files that there can be.
_KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("star", "star", tuple(star_name(subject, older=False) for subject in CODES)),
    ("star", "star_before", tuple(star_name(subject, older=True) for subject in CODES)),
    ("accelerated_reader", "quizzes", (QUIZ_FILE,)),
    ("myon", "minutes", (MINUTES_FILE,)),
    ("oak", "oak", (OAK_FILE,)),
    ("devices", "devices", (DEVICE_FILE,)),
    ("marks", "marks", (MARKS_FILE,)),
    ("attendance", "attendance", (ATTENDANCE_FILE,)),
    ("registers", "registers", (PRACTICE_FILE, INITIATIVE_FILE)),
    *(("surveys", f"survey_{role}", (survey_name(role),)) for role in ROLES),
)


def simulate_community(truth: PupilTruth, blueprint: Blueprint, seed: int) -> PupilWorld:
    """Simulate the pupils of the blueprint's schools that take part."""
    return simulate_pupils(truth, schools_of(blueprint), seed)


def write_pupils(world: PupilWorld, blueprint: Blueprint, folder: Path) -> None:
    """Write every raw file of the community's pupils below ``folder``."""
    schools = schools_of(blueprint)
    known = blueprint.schools.set_index("urn").loc[schools["urn"]]
    known.insert(0, "urn", known.index)
    files = SourceFiles(
        world=world,
        identity=identify(world.truth, world.roll),
        folder=folder,
        schools=schools,
        sender=suppliers(schools),
        names=known["name"].tolist(),
        older_urns=[urn_in_summer(school, 2019) for _, school in known.iterrows()],
    )
    write_lists(files)
    write_star(files)
    write_reading(files)
    write_marks(files)
    write_surveys(files)
    write_attendance(files)
    write_registers(files)


def pupil_files(blueprint: Blueprint) -> tuple[str, ...]:
    """Give every file that a community of these schools can have, relative to its folder.

    Examples
    --------
    >>> from recovery_analysis.synthetic.blueprint import load_blueprint
    >>> len(pupil_files(load_blueprint("small"))), pupil_files(load_blueprint("small"))[0]
    (19, 'pupils/accelerated_reader/90004/accelerated_reader.csv')
    """
    schools = schools_of(blueprint)
    senders = suppliers(schools)
    found = {PLAN_FILE}
    for at, sender in enumerate(senders):
        is_census = sender in CENSUS_SUPPLIERS
        found.add(relative("lists", sender, CENSUS_FILE if is_census else LIST_FILE))
        for kind, source, names in _KINDS:
            gives = schools[f"gives_{source}"].iloc[at]
            if source == "star_before":
                gives = gives and schools["gives_star"].iloc[at]
            if gives:
                found |= {relative(kind, sender, name) for name in names}
        if sender in SKILL_SENDERS:
            found |= {
                relative("star", sender, f"{code}_SkillArea_v1.csv") for code in CODES.values()
            }
    return tuple(sorted(found))


__all__ = ["ROOT", "pupil_files", "simulate_community", "write_pupils"]
