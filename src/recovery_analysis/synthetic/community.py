"""Write a whole synthetic community: all raw files, and the truth beside them."""

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from recovery_analysis.errors import ParameterError, WriteFailed
from recovery_analysis.synthetic import (
    write_absence_census,
    write_areas,
    write_ees,
    write_gias,
    write_ks2,
    write_ks4,
    write_trust_measures,
)
from recovery_analysis.synthetic.blueprint import (
    EXTRACT_DAY,
    Size,
    is_open,
    load_blueprint,
    members,
)
from recovery_analysis.synthetic.population import Population, simulate
from recovery_analysis.synthetic.pupils import PupilTruth, PupilWorld, known_truth
from recovery_analysis.synthetic.pupils.write import pupil_files, simulate_community, write_pupils
from recovery_analysis.synthetic.scores import VARIABLES, Stage
from recovery_analysis.synthetic.tallies import in_area, state_funded, tally
from recovery_analysis.synthetic.truth import Truth
from recovery_analysis.words.measures import GAP_MEASURES
from recovery_analysis.words.periods import CLOSURE, AcademicYear

TRUTH_FILE = "truth.json"
#: The publishers' files, relative to the community's folder.
PUBLIC_FILES: tuple[str, ...] = (
    *write_gias.FILES,
    *write_ks2.FILES.values(),
    *write_ks4.FILES.values(),
    *write_trust_measures.FILES,
    *write_absence_census.FILES,
    *write_areas.FILES,
    *write_ees.FILES,
)
#: Trusts' and schools' own files of the demo; a smaller community has some of them.
PUPIL_FILES: tuple[str, ...] = pupil_files(load_blueprint("demo"))
#: Every file that a community can consist of.
FILES: tuple[str, ...] = (*PUBLIC_FILES, *PUPIL_FILES, TRUTH_FILE)
_MEASURES: tuple[tuple[str, Stage], ...] = tuple(
    (measure, stage)
    for stage, variables in VARIABLES.items()
    for measure in variables
    if measure in GAP_MEASURES
)
_DAYS = {"now": EXTRACT_DAY, "baseline": CLOSURE.isoformat()}


def write_community(
    folder: Path,
    *,
    size: Size = "demo",
    seed: int = 20200320,
    truth: Truth | None = None,
    pupils: PupilTruth | None = None,
    with_pupils: bool = True,
) -> Truth:
    """Write raw files in the publishers' and vendors' layouts for an invented community, and ``truth.json``.

    The same size, seed and truth write the same bytes. Gaps in ``truth.json`` are those of the simulated
    pupils before rounding and suppression, by trust, local authority, year and membership rule, each beside
    the gap that the model expects for the same schools. What is true of the pupils of trusts' and schools' own
    files stands in its part ``pupils`` (see ``pupils.known``). Public files and pupils' files are drawn
    separately: results of the former are not sums over the latter.

    Parameters
    ----------
    folder
        Made if absent; may hold an earlier synthetic community, which is replaced, and nothing else.
    size
        ``demo``: 41 schools, 6 multi-academy trusts, 5 local authorities; ``small``: one trust's 3 schools.
    seed
        Start of the random numbers.
    truth
        Other parameters than the defaults; its seed and size are replaced by those given here.
    pupils
        Other parameters of the pupils' files than the defaults.
    with_pupils
        Write trusts' and schools' own files of pupils and their truth too; public files are the same without.

    Returns
    -------
    Truth
        The parameters behind the files.

    Raises
    ------
    ParameterError
        ``size`` is not known, or ``folder`` is a file or holds other files.
    WriteFailed
        The folder can not be written to.
    """
    if size not in ("small", "demo"):
        raise ParameterError(f"the size of a synthetic community is small or demo, not {size!r}.")
    _refuse_foreign(folder)
    truth = dataclasses.replace(truth or Truth(), seed=seed, size=size)
    population = simulate(truth, load_blueprint(size))
    chosen = pupils or PupilTruth()
    world = simulate_community(chosen, population.blueprint, seed) if with_pupils else None
    try:
        _write_all(population, world, folder)
    except OSError as error:
        raise WriteFailed(
            f"{folder}: the synthetic community could not be written ({error.strerror}). Choose a folder "
            "that can be written to and has 60 megabytes free."
        ) from error
    return truth


def _write_all(population: Population, world: PupilWorld | None, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in PUPIL_FILES:
        # a smaller community leaves no file of a larger one behind
        (folder / name).unlink(missing_ok=True)
    write_gias.write_gias(population, folder)
    write_ks2.write_ks2(population, folder)
    write_ks4.write_ks4(population, folder)
    write_trust_measures.write_trust_measures(population, folder)
    write_absence_census.write_absence_census(population, folder)
    write_areas.write_areas(population, folder)
    write_ees.write_ees(population, folder)
    if world is not None:
        write_pupils(world, population.blueprint, folder)
    text = _truth_text(population, world)
    (folder / TRUTH_FILE).write_text(text, encoding="utf-8", newline="\n")


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ParameterError(f"{folder}: is a file; give a folder for the synthetic community.")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    foreign = sorted(found - set(FILES))
    if foreign:
        raise ParameterError(
            f"{folder}: holds {len(foreign)} files that are not of a synthetic community, first "
            f"{foreign[0]}. Give an empty folder, so that invented and real data never lie side by side."
        )


def _truth_text(population: Population, world: PupilWorld | None) -> str:
    """Write the truth as JSON with one line for each school and each gap, so that people can read it."""
    truth = population.truth
    index = {"ks2": population.ks2.gap_index, "ks4": population.ks4.gap_index}
    parts = {
        "what": json.dumps("Invented data: no real school, trust or local authority."),
        "parameters": json.dumps(_parameters(truth), indent=1, sort_keys=True),
        "gap_index": _lines(
            {"stage": stage, "academic_year": str(AcademicYear.ending(year)), "gap": round(gap, 6)}
            for stage, by_year in index.items()
            for year, gap in by_year.items()
        ),
        "schools": _lines(_school_effects(population)),
        "gaps": _lines(true_gaps(population)),
    }
    if world is not None:
        parts["pupils"] = _pupil_text(world)
    return _object(parts) + "\n"


def _pupil_text(world: PupilWorld) -> str:
    return _object(
        {
            name: _lines(value) if isinstance(value, list) else json.dumps(value, indent=1)
            for name, value in known_truth(world).items()
        }
    )


def _object(parts: Mapping[str, str]) -> str:
    body = ",\n".join(f"{json.dumps(name)}: {text}" for name, text in parts.items())
    return f"{{\n{body}\n}}"


def _parameters(truth: Truth) -> dict[str, object]:
    paths = {name: dataclasses.asdict(path) for name, path in truth.paths.items()}
    return {**dataclasses.asdict(dataclasses.replace(truth, paths={})), "paths": paths}


def _lines(records: Iterable[Mapping[str, object]]) -> str:
    return "[\n" + ",\n".join(json.dumps(record, sort_keys=True) for record in records) + "\n]"


def _school_effects(population: Population) -> list[dict[str, object]]:
    """Give each school's own effects in pupil standard deviations (level holds trust and area too)."""
    effects = population.effects
    return [
        {
            "urn": urn,
            "level": round(float(effects.level[at]), 6),
            "gap": round(float(effects.gap[at]), 6),
            "gap_change": round(float(effects.change[at]), 6),
        }
        for at, urn in enumerate(population.blueprint.schools["urn"])
    ]


def _entities(population: Population) -> list[tuple[str, str, str, pd.Series]]:
    """Give kind, id, membership rule and schools of every community that a report can be about."""
    blueprint, state = population.blueprint, state_funded(population)
    out = [("england", "england", "published", state)]
    out += [("la", code, "published", in_area(population, code)) for code in blueprint.la_codes]
    trusts = blueprint.groups.loc[blueprint.groups["type"].str.contains("academy"), "group_uid"]
    for rule, day in _DAYS.items():
        open_then = is_open(blueprint, day=day) & state
        out.append(("england", "england", rule, open_then))
        out += [
            ("la", code, rule, in_area(population, code) & open_then) for code in blueprint.la_codes
        ]
        out += [("trust", uid, rule, members(blueprint, trust_uid=uid, day=day)) for uid in trusts]
    return [entity for entity in out if entity[3].any()]


def true_gaps(population: Population) -> list[dict[str, object]]:
    """Give the gap of the simulated pupils, and the one expected of the same schools, for every community.

    A school's results before it became an academy count as its own. ``membership`` says which schools:
    those there ``now`` (the day of the GIAS extract), on the ``baseline`` day, or all that ``published``
    results in that year.
    """
    out: list[dict[str, object]] = []
    for kind, identifier, rule, chosen in _entities(population):
        for measure, stage in _MEASURES:
            for year in population.truth.years:
                found = tally(population, stage, year, chosen)
                gap = found.gap(measure)
                if math.isnan(gap):
                    continue
                model = tally(population, stage, year, chosen, expected=True)
                out.append(
                    {
                        "entity": kind,
                        "entity_id": identifier,
                        "membership": rule,
                        "measure": measure,
                        "academic_year": str(AcademicYear.ending(year)),
                        "disadvantaged_n": found.pupils("disadvantaged"),
                        "other_n": found.pupils("other"),
                        "disadvantaged": round(found.mean(measure, "disadvantaged"), 6),
                        "other": round(found.mean(measure, "other"), 6),
                        "gap": round(gap, 6),
                        "expected_gap": round(model.gap(measure), 6),
                    }
                )
    return out
