"""Small stores whose every number is made by hand, so that a right answer is known beforehand.

The fixture ``handmade`` gives this module. Rows go through the package's own checks and parquet parts; only
the raw files are left out.
"""

import hashlib
from collections import namedtuple
from datetime import date

import pandas as pd

from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.registry import find_community, list_communities
from recovery_analysis.community.slice import read_community
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.store.manifest import MANIFEST_NAME, FileRecord, Manifest
from recovery_analysis.store.store import open_store, part_path

BASELINE = date(2020, 3, 20)
AS_OF = date(2024, 9, 1)
LA = "300"
YEARS = ("2016/17", "2017/18", "2018/19", "2021/22", "2022/23", "2023/24")

Opened = namedtuple("Opened", "store directory communities")


def day(text):
    return pd.Timestamp(text) if text else pd.NaT


def school(urn, *, name="", la=LA, kind="Community school", phase="Primary", status="Open", **more):
    """Give a row of schools; ``opened`` and ``closed`` are ISO days."""
    return {
        "urn": urn,
        "series": more.get("series", "gias_establishments"),
        "as_of": day("2024-09-01"),
        "school_name": name or f"School {urn}",
        "la_code": la,
        "la_name": f"Area {la}",
        "type_name": kind,
        "phase": phase,
        "status": status,
        "open_date": day(more.get("opened")),
        "close_date": day(more.get("closed")),
        "pupils_n": more.get("pupils", 200),
    }


def link(urn, other, what="Successor"):
    return {"urn": urn, "link_urn": other, "link_type": what}


def spell(urn, uid, *, joined="2015-09-01", left=None, kind="Multi-academy trust"):
    return {
        "urn": urn,
        "group_uid": uid,
        "group_name": f"Group {uid}",
        "group_type": kind,
        "joined_date": day(joined),
        "left_date": day(left),
    }


def cells(urn, year, measure="attainment8", *, d, o, n_d=None, n_o=None, series="ks4_school"):
    """Give both groups' rows of one school; a text in place of a number is the reason for a missing one."""
    return [
        _value(
            {
                "urn": urn,
                "academic_year": year,
                "measure": measure,
                "pupil_group": group,
                "series": series,
            }
            | {"pupils_n": pupils},
            value,
        )
        for group, value, pupils in (("disadvantaged", d, n_d), ("other", o, n_o))
    ]


def published(entity, identifier, year, measure="attainment8", *, series="lait", **groups):
    """Give an area's rows, one for each group named: ``disadvantaged=40, other=50``."""
    return [
        _value(
            {
                "entity": entity,
                "entity_id": identifier,
                "entity_name": f"Area {identifier}",
                "academic_year": year,
                "measure": measure,
                "pupil_group": group,
                "population": "state_funded",
                "series": series,
            },
            value,
        )
        for group, value in groups.items()
    ]


def _value(row, value):
    if isinstance(value, str):
        return row | {"value": None, "missing_reason": value}
    return row | {"value": value, "missing_reason": None}


def write_store(folder, **tables):
    """Write a store of one invented file; each table is a list of rows."""
    checked = {
        name: validate(TABLES[name], pd.DataFrame(rows), label="handmade.csv")
        for name, rows in tables.items()
        if rows
    }
    record = FileRecord(
        sha256=hashlib.sha256(repr(tables).encode()).hexdigest(),
        label="handmade.csv",
        kind="handmade",
        title="Made by hand",
        publisher="the tests",
        licence="none",
        academic_year="not one year",
        year_from="not needed",
        rows_read=sum(map(len, checked.values())),
        dropped=(),
        notes=(),
        parts={name: len(frame) for name, frame in checked.items()},
    )
    for name, frame in checked.items():
        path = part_path(folder, name, record.part_stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path, index=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST_NAME).write_text(Manifest(files=(record,)).to_text(), encoding="utf-8")


def opened(folder, *, partnerships=None, **tables):
    """Write a store and open it: the store, its directory and its communities."""
    write_store(folder, **tables)
    store = open_store(folder)
    directory = read_directory(store)
    return Opened(store, directory, list_communities(store, directory, partnerships or {}))


def data_of(there, community, *, baseline=BASELINE, as_of=AS_OF, partnerships=None):
    """Read one community of an opened store."""
    return read_community(
        there.store,
        there.directory,
        find_community(there.communities, community),
        baseline_date=baseline,
        as_of=as_of,
        partnerships=partnerships or {},
    )
