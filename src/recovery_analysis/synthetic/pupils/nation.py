"""Pupils of a whole nation, one local authority at a time, as canonical tables.

A nation is not written as raw files in the publishers' layouts: nine million pupils would be some 30 GB of
CSV. It is for measuring how methods scale, which starts at the canonical tables.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from recovery_analysis.errors import ParameterError
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.world import PupilWorld, simulate_pupils

_AREAS_N, _TRUSTS_N = 152, 1200
_SIZES = {"primary": 41, "secondary": 180}
_LOW, _HIGH = {"primary": 0, "secondary": 7}, {"primary": 6, "secondary": 11}
#: Of pupils in the simulated year groups, half are in primary schools.
_PRIMARY_SHARE = 0.5
#: Stream of the schools' own numbers.
_STREAM = 4199


def nation_partitions(
    *, pupils: int = 9_000_000, seed: int = 20200320, truth: PupilTruth | None = None
) -> Iterator[PupilWorld]:
    """Simulate a nation of about ``pupils`` pupils, giving one local authority's world at a time.

    Trusts have schools in several areas and the same effect in all of them.

    Parameters
    ----------
    pupils
        Pupils over all simulated academic years; at least 10,000.
    seed
        Start of the random numbers.
    truth
        Other parameters than the defaults.

    Raises
    ------
    ParameterError
        Fewer pupils are asked for.

    Examples
    --------
    >>> first = next(nation_partitions(pupils=20_000))
    >>> len(first.roll.schools.la_codes)
    1
    """
    if pupils < 10_000:
        raise ParameterError(f"a nation has at least 10,000 pupils, not {pupils}.")
    truth = truth or PupilTruth()
    areas = min(_AREAS_N, max(pupils // 5000, 1))
    rng = np.random.default_rng([seed, _STREAM])
    for area in range(areas):
        schools = _schools(truth, area, pupils / areas, rng)
        yield simulate_pupils(truth, schools, seed, partition=area + 1)


def _schools(truth: PupilTruth, area: int, pupils: float, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the schools of one area: enough for its pupils, counted over all cohorts that pass through."""
    parts = []
    for kind, size in _SIZES.items():
        low = max(_LOW[kind], min(truth.year_groups))
        high = min(_HIGH[kind], max(truth.year_groups))
        cohorts = len(truth.years) + high - low
        share = _PRIMARY_SHARE if kind == "primary" else 1 - _PRIMARY_SHARE
        n = max(round(pupils * share / (size * cohorts)), 1)
        parts.append(
            pd.DataFrame(
                {
                    "low_year_group": _LOW[kind],
                    "high_year_group": _HIGH[kind],
                    "year_group_size": np.clip(rng.normal(size, size / 4, n), 8, None),
                }
            )
        )
    schools = pd.concat(parts, ignore_index=True)
    n = len(schools)
    trust = rng.integers(0, _TRUSTS_N, n)
    has_trust = rng.random(n) < 0.45
    return schools.assign(
        urn=[str(2_000_000 + area * 2000 + at) for at in range(n)],
        la_code=str(200 + area),
        trust_uid=[
            f"{50000 + code}" if has else "" for code, has in zip(trust, has_trust, strict=True)
        ],
        disadvantaged_share=np.clip(rng.beta(2.2, 5.9, n), 0.02, 0.9),
    )


def write_nation(
    folder: Path,
    *,
    pupils: int = 9_000_000,
    seed: int = 20200320,
    tables: tuple[str, ...] = ("pupils", "assessments"),
) -> list[Path]:
    """Write a nation's canonical tables as parquet, one file a table and local authority.

    The tables have the columns of the store's tables without ``raw_row``, under pseudonyms of their form.
    Raw files in the publishers' layouts are left out (see the module).

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    ParameterError
        Too few pupils are asked for, or a table is not known.
    """
    written: list[Path] = []
    for world in nation_partitions(pupils=pupils, seed=seed):
        unknown = sorted(set(tables) - set(world.tables))
        if unknown:
            raise ParameterError(
                f"no table {unknown[0]!r}; the simulator makes {', '.join(world.tables)}."
            )
        for name in tables:
            path = folder / name / f"la_{world.roll.schools.la_codes[0]}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            world.table(name).to_parquet(path, index=False)
            written.append(path)
    return written
