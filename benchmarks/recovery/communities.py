"""Simulated communities: schools drawn alike, their pupils, and the store that chapters read.

A store holds the community's schools and others, as a real one does: what is usual is learnt from all of them.
Half of the communities are local authorities with schools of several trusts, half are trusts with schools in
several authorities.
"""

import dataclasses
import hashlib
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.pupils import PupilData, read_pupil_data
from recovery_analysis.community.registry import find_community, list_communities
from recovery_analysis.community.slice import CommunityData, read_community
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.norms import Norms, fit_norms
from recovery_analysis.store.manifest import MANIFEST_NAME, FileRecord, Manifest
from recovery_analysis.store.store import open_store, part_path
from recovery_analysis.synthetic.pupils import PupilTruth, PupilWorld, simulate_pupils

BASELINE, AS_OF = date(2020, 3, 20), date(2022, 9, 1)
#: Of every four schools one is a secondary school, unless a community has primary schools only.
BLOCK = 4
SIZES = {"primary": 24.0, "secondary": 45.0}
#: Where a school may be missing from a source, this share of blocks of four schools gives it.
GIVEN_SHARE = 0.85
SOMETIMES = ("quizzes", "minutes", "oak", "devices", "survey_pupil", "survey_family", "survey_staff",
             "marks", "attendance")  # fmt: skip
OTHERS = 20
_LA, _TRUST = "951", "90001"
_NO_TABLES = ("practices", "initiatives")
_LARGE_TABLES = ("pupils", "pupil_aliases", "assessments", "device_access", "reading_quizzes",
                 "online_reading", "online_lessons")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """One simulated community as chapters see it, and the world that it was drawn from.

    ``inside`` marks the community's schools among those of ``world``.
    """

    seed: int
    world: PupilWorld
    inside: np.ndarray
    data: CommunityData
    pupils: PupilData
    norms: Norms


def draw_schools(rng: np.random.Generator, n: int, *, primary_only: bool) -> pd.DataFrame:
    """Draw schools alike in size, share of disadvantaged pupils and what they give; phases are not by chance."""
    place = np.arange(n)
    is_secondary = (place % BLOCK == 0) & (not primary_only)
    size = np.where(is_secondary, SIZES["secondary"], SIZES["primary"])
    schools = pd.DataFrame(
        {
            "urn": [str(100_001 + at) for at in range(n)],
            "la_code": _LA,
            "trust_uid": "",
            "low_year_group": np.where(is_secondary, 7, 0),
            "high_year_group": np.where(is_secondary, 11, 6),
            "year_group_size": np.clip(rng.normal(size, size / 5), 8, None),
            "disadvantaged_share": np.clip(rng.beta(2.2, 5.9, n), 0.03, 0.8),
        }
    )
    for source in SOMETIMES:
        gives = rng.random(n // BLOCK + 1) < GIVEN_SHARE
        schools[f"gives_{source}"] = gives[place // BLOCK] | primary_only
    return schools


def draw_case(
    seed: int, *, fewest: int, most: int, others: int = OTHERS, primary_only: bool = False
) -> Case:
    """Draw a community of ``fewest`` to ``most`` schools, and ``others`` beside it, in a store of its own."""
    rng = np.random.default_rng([seed, 7])
    step = 1 if primary_only else BLOCK
    n = step * int(rng.integers(fewest // step, most // step + 1))
    schools = draw_schools(rng, n + others, primary_only=primary_only)
    inside = np.arange(len(schools)) < n
    is_trust = seed % 2 == 1
    trust = np.array(["", "90002", "90003", "90004"])[rng.integers(0, 4, len(schools))]
    la = np.array(["952", "953", "954"])[rng.integers(0, 3, len(schools))]
    schools["trust_uid"] = np.where(inside & is_trust, _TRUST, trust)
    schools["la_code"] = np.where(inside & (not is_trust), _LA, la)
    world = simulate_pupils(PupilTruth(), schools, seed)
    name = f"trust:{_TRUST}" if is_trust else f"la:{_LA}"
    return _case(world, schools, inside, name, tuple(world.tables))


def large_case(seed: int, *, schools: int, primary_only: bool = False) -> Case:
    """Put one community of very many schools, as in ``population``, into a store: what estimates tend to."""
    world, table = _population(seed, schools, primary_only)
    every = np.ones(schools, dtype=bool)
    return _case(world, table, every, f"la:{_LA}", _LARGE_TABLES)


def _case(
    world: PupilWorld, schools: pd.DataFrame, inside: np.ndarray, name: str, tables: tuple[str, ...]
) -> Case:
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), schools, world, tables)
        store = open_store(Path(folder))
        directory = read_directory(store)
        record = find_community(list_communities(store, directory, {}), name)
        data = read_community(
            store, directory, record, baseline_date=BASELINE, as_of=AS_OF, partnerships={}
        )
        pupils = read_pupil_data(store, data, [name for name in tables if name in TABLES])
        norms = fit_norms(store, BASELINE)
    return Case(seed=world.seed, world=world, inside=inside, data=data, pupils=pupils, norms=norms)


def population(seed: int, *, schools: int, primary_only: bool = False) -> PupilWorld:
    """Simulate many schools drawn in the same way, without trusts or areas that differ."""
    return _population(seed, schools, primary_only)[0]


def _population(seed: int, schools: int, primary_only: bool) -> tuple[PupilWorld, pd.DataFrame]:
    rng = np.random.default_rng([seed, 8])
    alike = dataclasses.replace(
        PupilTruth(), va_trust_sd=0.0, va_la_sd=0.0, intake_trust_sd=0.0, intake_la_sd=0.0
    )
    table = draw_schools(rng, schools, primary_only=primary_only)
    return simulate_pupils(alike, table, seed), table


def _write(folder: Path, schools: pd.DataFrame, world: PupilWorld, tables: tuple[str, ...]) -> None:
    """Write the canonical tables as the parts of one invented file."""
    frames = {"schools": _school_rows(schools), "trust_spells": _spells(schools)}
    frames |= {name: world.table(name) for name in tables if name not in _NO_TABLES}
    frames = {name: frame for name, frame in frames.items() if len(frame)}
    refs = tuple(f"urn:{urn}" for urn in schools["urn"])
    record = FileRecord(
        sha256=hashlib.sha256(str(world.seed).encode()).hexdigest(), label="simulated",
        kind="simulated", title="", publisher="", licence="", academic_year="", year_from="",
        rows_read=0, dropped=(), notes=(), is_own_data=True, school_refs=refs,
        parts={name: len(frame) for name, frame in frames.items()},
    )  # fmt: skip
    for name, frame in frames.items():
        path = part_path(folder, name, record.part_stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        TABLES[name].arrange(frame).to_parquet(path, index=False)
    (folder / MANIFEST_NAME).write_text(Manifest(files=(record,)).to_text(), encoding="utf-8")


def _school_rows(schools: pd.DataFrame) -> pd.DataFrame:
    is_secondary = schools["low_year_group"].eq(7)
    years = (schools["high_year_group"] - schools["low_year_group"] + 1).astype(float)
    return pd.DataFrame(
        {
            "urn": schools["urn"],
            "series": "gias_establishments",
            "as_of": pd.Timestamp("2022-09-01"),
            "school_name": "School " + schools["urn"],
            "la_code": schools["la_code"],
            "la_name": "Area " + schools["la_code"],
            "type_name": "Academy converter",
            "phase": np.where(is_secondary, "Secondary", "Primary"),
            "status": "Open",
            "pupils_n": (years * schools["year_group_size"]).round(),
        }
    )


def _spells(schools: pd.DataFrame) -> pd.DataFrame:
    own = schools[schools["trust_uid"].ne("")]
    return pd.DataFrame(
        {
            "urn": own["urn"],
            "group_uid": own["trust_uid"],
            "group_name": "Trust " + own["trust_uid"],
            "group_type": "Multi-academy trust",
            "joined_date": pd.Timestamp("2015-09-01"),
            "left_date": pd.NaT,
        }
    )
