"""Norms on disk: one small file in the store's folder, made once and read by every chapter after that.

The file holds sums of at least 30 pupils and values of schools with at least 10; no pupil stands in it.
"""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from recovery_analysis.errors import WriteFailed
from recovery_analysis.norms.fit import fit_norms
from recovery_analysis.norms.norms import Norms, SchoolValue, ValueAdded
from recovery_analysis.stats.expectation import Expectation, Growth
from recovery_analysis.store.atomic import write_text
from recovery_analysis.store.store import Store

#: Raised by one whenever norms of the same store would come out otherwise.
NORMS_VERSION = 1
NORMS_FOLDER = "norms"


def norms_path(store: Store, baseline_date: date) -> Path:
    """Give the place of the norms of a store and a baseline date."""
    words = f"{store.fingerprint}|{baseline_date.isoformat()}|{NORMS_VERSION}"
    return store.folder / NORMS_FOLDER / f"{hashlib.sha256(words.encode()).hexdigest()[:16]}.json"


def read_norms(store: Store, baseline_date: date) -> Norms:
    """Read the norms of a store, or make and keep them.

    A store that can not be written (a read-only share) is no error: the norms are made each time.

    Raises
    ------
    StoreError
        A part of the store is missing or damaged.
    """
    path = norms_path(store, baseline_date)
    try:
        return norms_from_text(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        norms = fit_norms(
            store, baseline_date
        )  # not there yet, or damaged: it is made from the store
    try:
        write_text(path, norms_to_text(norms))
    except WriteFailed:
        return norms  # a read-only store: nothing is kept, and the next chapter makes them again
    return norms


def norms_to_text(norms: Norms) -> str:
    """Give the JSON text; the same norms give the same bytes."""
    body = {
        "version": NORMS_VERSION,
        "baseline_date": norms.baseline_date.isoformat(),
        "cells": {str(cell): _plain(item) for cell, item in norms.cells.items()},
        "declined_share": {str(cell): share for cell, share in norms.declined_share.items()},
        "growth": [[*key, asdict(growth)] for key, growth in sorted(norms.growth.items())],
        "value_added": {subject: asdict(item) for subject, item in norms.value_added.items()},
        "n_pupils": norms.n_pupils,
        "n_schools": norms.n_schools,
    }
    return json.dumps(body, sort_keys=True, allow_nan=False, separators=(",", ":")) + "\n"


def norms_from_text(text: str) -> Norms:
    """Read back what ``norms_to_text`` wrote.

    Raises
    ------
    ValueError
        The text is damaged or of another version.
    """
    body = json.loads(text)
    if body["version"] != NORMS_VERSION:
        raise ValueError("norms of another version")
    return Norms(
        baseline_date=date.fromisoformat(body["baseline_date"]),
        cells={int(cell): _expectation(item) for cell, item in body["cells"].items()},
        declined_share={int(cell): share for cell, share in body["declined_share"].items()},
        growth={(subject, group): Growth(**item) for subject, group, item in body["growth"]},
        value_added={name: _value_added(item) for name, item in body["value_added"].items()},
        n_pupils=body["n_pupils"],
        n_schools=body["n_schools"],
    )


def _plain(expectation: Expectation) -> dict[str, Any]:
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in asdict(expectation).items()
    }


def _expectation(item: dict[str, Any]) -> Expectation:
    arrays = {name: np.array(item[name], np.float64) for name in ("coef", "vcov")}
    return Expectation(**{**item, **arrays, "is_rare": np.array(item["is_rare"], np.bool_)})


def _value_added(item: dict[str, Any]) -> ValueAdded:
    schools = tuple(SchoolValue(**school) for school in item["schools"])
    found = ValueAdded(**{**item, "schools": schools})
    return replace(found, at_zero=tuple(found.at_zero))
