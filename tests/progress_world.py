"""Pupils whose true progress is known, as a store of tests and lists: for norms and for the progress chapter.

Autumn tests from 2017 to 2021. A pupil's true score moves on by ``75 + 0.9 (score - usual score)`` a year plus
chance and the school's own push; in autumn 2020 the ``shock`` comes off, and a further ``extra`` for disadvantaged
pupils. Each test is the true score plus an error whose size it states.
"""

import hashlib

import numpy as np
import pandas as pd

from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.store.manifest import MANIFEST_NAME, FileRecord, Manifest
from recovery_analysis.store.store import part_path

YEARS = (2017, 2018, 2019, 2020, 2021)
SLOPE = 0.9
SHOCK, EXTRA = 12.0, 8.0
SEM = 20.0
SCHOOL_SD = 6.0


def pupil_hash(number):
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def simulate(
    *, seed=1, schools=12, pupils=30, subjects=("reading",), years=YEARS, shock=SHOCK, extra=EXTRA
):
    """Give frames by table name: schools, trust_spells, pupils, assessments; ``pupils`` a school."""
    rng = np.random.default_rng(seed)
    n = schools * pupils
    people = pd.DataFrame(
        {
            "number": np.arange(n) + 1_000_000 * seed,
            "school": np.repeat(np.arange(schools), pupils),
            "year_2019": rng.integers(3, 7, n),
            "disadvantaged": rng.random(n) < 0.3,
            "sen": rng.random(n) < 0.2,
            "eal": rng.random(n) < 0.2,
        }
    )
    people["pupil_id"] = [pupil_hash(number) for number in people["number"]]
    tests = [_tests(rng, people, subject, years, shock=shock, extra=extra) for subject in subjects]
    return {
        "schools": _schools(schools),
        "trust_spells": _spells(schools),
        "pupils": _lists(people, years),
        "assessments": pd.concat(tests, ignore_index=True),
    }


def _urn(school):
    return str(100001 + int(school))


def _schools(count):
    rows = [
        {
            "urn": _urn(k),
            "series": "gias_establishments",
            "as_of": pd.Timestamp("2021-09-01"),
            "school_name": f"School {k:03d}",
            "la_code": str(300 + k // 6),
            "la_name": f"Area {300 + k // 6}",
            "type_name": "Academy converter",
            "phase": "Primary",
            "status": "Open",
        }
        for k in range(count)
    ]
    return pd.DataFrame(rows)


def _spells(count):
    rows = [
        {
            "urn": _urn(k),
            "group_uid": str(5000 + k // 4),
            "group_name": f"Trust {5000 + k // 4}",
            "group_type": "Multi-academy trust",
        }
        for k in range(count)
        if k % 4 < 3
    ]
    return pd.DataFrame(rows)


def _year_words(year):
    return f"{year}/{(year + 1) % 100}"


def _lists(people, years):
    one = pd.DataFrame(
        {
            "pupil_id": people["pupil_id"],
            "school_ref": [f"urn:{_urn(k)}" for k in people["school"]],
            "series": "mis_pupils",
            "disadvantaged": np.where(people["disadvantaged"], "yes", "no"),
            "sen_status": np.where(people["sen"], "sen_support", "none"),
            "eal": np.where(people["eal"], "yes", "no"),
        }
    )
    lists = [
        one.assign(
            academic_year=_year_words(year), year_group=people["year_2019"] + float(year - 2019)
        )
        for year in years
    ]
    return pd.concat(lists, ignore_index=True)


def _tests(rng, people, subject, years, *, shock, extra):
    n = len(people)
    poor = people["disadvantaged"].to_numpy()
    push = rng.normal(0, SCHOOL_SD, people["school"].max() + 1)[people["school"]]
    usual = 200 + 75.0 * (people["year_2019"].to_numpy() + YEARS[0] - 2019)
    true = usual + rng.normal(0, 15, push.max().astype(int) + 1_000)[people["school"]]
    true = true + rng.normal(0, 70, n) - 40 * poor
    frames = []
    for year in YEARS:
        if year > YEARS[0]:
            true = usual + 75 + SLOPE * (true - usual) - 4 * poor + push + rng.normal(0, 25, n)
            usual = usual + 75
        if year == 2020:
            true = true - shock - extra * poor
        if year in years:
            frames.append(_one_year(rng, people, subject, year, true))
    return pd.concat(frames, ignore_index=True)


def _one_year(rng, people, subject, year, true):
    n = len(people)
    sem = SEM + rng.integers(-3, 4, n)
    days = rng.integers(0, 40, n)
    score = np.clip(np.rint(true + 0.2 * (days - 20) + rng.normal(0, sem)), 0, 1400)
    return pd.DataFrame(
        {
            "assessment_id": [pupil_hash(f"{subject} {year} {k}") for k in people["number"]],
            "pupil_id": people["pupil_id"],
            "school_ref": [f"urn:{_urn(k)}" for k in people["school"]],
            "academic_year": _year_words(year),
            "series": "star",
            "subject": subject,
            "test_date": pd.Timestamp(f"{year}-09-15") + pd.to_timedelta(days, "D"),
            "season": "autumn",
            "year_group": people["year_2019"] + float(year - 2019),
            "scaled_score": score,
            "standard_error": sem.astype(float),
        }
    )


def save(folder, frames, *, parts=1, seed=None):
    """Write a store: one part a table, or the pupils' tables cut into several, rows in the order of ``seed``."""
    records = []
    for name, frame in frames.items():
        if frame.empty:
            continue
        whole = frame if seed is None else frame.sample(frac=1, random_state=seed)
        count = parts if name in ("pupils", "assessments") else 1
        for place in range(count):
            records.append(_part(folder, name, whole.iloc[place::count], f"{name}-{place}"))
    text = Manifest(files=tuple(records)).to_text()
    (folder / MANIFEST_NAME).write_text(text, encoding="utf-8")


def _part(folder, table, frame, label):
    checked = validate(TABLES[table], frame.reset_index(drop=True), label=label)
    record = FileRecord(
        sha256=hashlib.sha256(label.encode()).hexdigest(),
        label=label,
        kind="star",
        title="Simulated",
        publisher="the tests",
        licence="none",
        academic_year="",
        year_from="",
        rows_read=len(checked),
        dropped=(),
        notes=(),
        parts={table: len(checked)},
    )
    path = part_path(folder, table, record.part_stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    checked.to_parquet(path, index=False)
    return record
