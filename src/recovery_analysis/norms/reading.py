"""Read a store's tests and pupil lists file by file into compact rows, sorted into buckets of pupils.

A pupil's earlier test can stand in another file, from another school: rows are therefore put into buckets by
pupil, and each bucket is worked through on its own. A test takes 32 bytes here, so that nine million pupils
with ten tests each take 3 GB; text columns live only while their file is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recovery_analysis.community.directory import read_directory
from recovery_analysis.intake.tables.groups import TRUST_TYPES
from recovery_analysis.intake.tables.pupils import PUPIL_ALIASES, PUPILS
from recovery_analysis.norms.characteristics import Lists, flags_of, lists_of
from recovery_analysis.norms.windows import SUBJECT_NAMES, Tests, window_number
from recovery_analysis.store.store import Store, read_part

#: Buckets of about this many tests, at most 64: small enough to sort, large enough to be few.
_TESTS_A_BUCKET = 2_000_000
_MOST_BUCKETS = 64

_TEST = np.dtype(
    [
        ("pupil", "u8"),
        ("tie", "u4"),
        ("day", "i4"),
        ("score", "f4"),
        ("sem", "f4"),
        ("school", "i4"),
        ("window", "i2"),
        ("subject", "i1"),
        ("year_group", "i1"),
    ]
)
_LISTED = np.dtype([("pupil", "u8"), ("year", "i2"), ("flags", "u1")])

Rows = NDArray[np.void]
Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Schools by number: lineage id, current trust and LA ('' where there is none)."""

    school_ids: list[str] = field(default_factory=list)
    trusts: dict[str, str] = field(default_factory=dict)
    las: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Buckets of tests and of list rows, and the schools that their numbers mean."""

    tests: list[list[Rows]]
    lists: list[list[Rows]]
    places: Places

    def bucket(self, number: int) -> tuple[Tests, Lists]:
        """Give the tests and the lists of one bucket of pupils."""
        rows = _together(self.tests[number], _TEST)
        columns = {name: np.ascontiguousarray(rows[name]) for name in _TEST.names or ()}
        listed = _together(self.lists[number], _LISTED)
        return Tests(**columns), lists_of(listed["pupil"], listed["year"], listed["flags"])

    def keep(self, number: int, tests: Tests) -> None:
        """Replace a bucket's tests, such as by the first of each window: they are sorted only once."""
        rows = np.empty(len(tests), _TEST)
        for name in _TEST.names or ():
            rows[name] = getattr(tests, name)
        self.tests[number] = [rows]


def read_material(store: Store) -> Material:
    """Read what norms are made of, one file at a time.

    Raises
    ------
    StoreError
        A part of the store is missing or damaged.
    """
    school_of, places = _schools(store)
    same = _same_pupils(store)
    total = sum(record.parts.get("assessments", 0) for record in store.manifest.files)
    count = min(total // _TESTS_A_BUCKET + 1, _MOST_BUCKETS)
    tests: list[list[Rows]] = [[] for _ in range(count)]
    lists: list[list[Rows]] = [[] for _ in range(count)]
    numbers = {name: place for place, name in enumerate(places.school_ids)}
    for record in store.manifest.files:
        if "assessments" in record.parts:
            frame = read_part(
                store.folder, "assessments", record, columns=_TEST_COLUMNS, condition=_USABLE
            )
            _sort_into(tests, _test_rows(frame, school_of, places, numbers, same))
        if PUPILS.name in record.parts:
            columns = ["pupil_id", "academic_year", "disadvantaged", "sen_status", "eal"]
            listed = read_part(store.folder, PUPILS.name, record, columns=columns)
            _sort_into(lists, _listed_rows(listed, same))
        pa.default_memory_pool().release_unused()
    _number_by_name(places, tests)
    return Material(tests=tests, lists=lists, places=places)


_TEST_COLUMNS = [
    "assessment_id",
    "pupil_id",
    "school_ref",
    "academic_year",
    "subject",
    "test_date",
    "season",
    "year_group",
    "scaled_score",
    "standard_error",
]
_USABLE = (
    pc.field("unusable_reason").is_null()
    & pc.field("scaled_score").is_valid()
    & pc.field("year_group").is_valid()
)


def _schools(store: Store) -> tuple[dict[str, str], Places]:
    """Give the lineage id of every way in which a file can name a school, and the schools' trusts and LAs."""
    directory = read_directory(store)
    frame = directory.frame.sort_values(["school_id", "urn"])
    school_of = {f"urn:{urn}": school for urn, school in directory.lineage.latest.items()}
    school_of |= {
        f"urn:{urn}": school for urn, school in zip(frame["urn"], frame["school_id"], strict=True)
    }
    rows = store.table("schools").sort_values("as_of")
    rows = rows[rows["establishment_number"].notna()]
    for urn, la, number in zip(
        rows["urn"], rows["la_code"], rows["establishment_number"], strict=True
    ):
        school_of[f"laestab:{la}{number}"] = directory.lineage.school_id(urn)
    spells = store.table("trust_spells")
    spells = spells[spells["group_type"].isin(TRUST_TYPES) & spells["left_date"].isna()]
    spells = spells.sort_values(["joined_date", "urn", "group_uid"], na_position="first")
    members = zip(spells["urn"], spells["group_uid"], strict=True)
    trusts = {directory.lineage.school_id(urn): uid for urn, uid in members}
    las = dict(zip(frame["school_id"], frame["la_code"], strict=True))
    return school_of, Places(trusts=trusts, las=las)


def pupil_numbers(ids: pd.Series) -> Numbers:
    """Give the first 64 bits of pseudonyms (32 hexadecimal characters); nine million stay apart.

    Examples
    --------
    >>> pupil_numbers(pd.Series(["00000000000000ff" + "0" * 16], dtype="str")).tolist()
    [255]
    """
    joined = pa.array(ids, type=pa.large_string())
    whole = joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
    if not len(whole):
        return np.empty(0, np.uint64)
    offsets, letters = whole.buffers()[1:]
    first = int(np.frombuffer(offsets, np.int64)[whole.offset])
    text = np.frombuffer(letters, np.uint8)[first : first + 32 * len(whole)].reshape(-1, 32)[:, :16]
    nibbles = (text & 15) + np.uint8(9) * (text >> 6)  # 'a' is 0x61: 1 + 9
    octets = np.ascontiguousarray(nibbles[:, 0::2] << 4 | nibbles[:, 1::2])
    return octets.view(">u8")[:, 0].astype(np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Same:
    """Numbers of identifiers, sorted, and the number of the pupil that each of them means."""

    names: Numbers
    pupil: Numbers

    def settle(self, numbers: Numbers) -> Numbers:
        """Give each pupil one number, whatever identifier a file uses."""
        if not len(self.names):
            return numbers
        place = np.minimum(np.searchsorted(self.names, numbers), len(self.names) - 1)
        return np.where(self.names[place] == numbers, self.pupil[place], numbers)


def _same_pupils(store: Store) -> _Same:
    """Join the identifiers that lists say are one pupil: each group takes its lowest number."""
    pairs = [
        read_part(store.folder, PUPIL_ALIASES.name, record, columns=["pupil_id", "alias_id"])
        for record in store.manifest.files
        if PUPIL_ALIASES.name in record.parts
    ]
    sides = [np.concatenate([np.empty(0, np.uint64), *(pupil_numbers(pair[name]) for pair in pairs)])
             for name in ("pupil_id", "alias_id")]  # fmt: skip
    names, place = np.unique(np.concatenate(sides), return_inverse=True)
    one, other = place[: len(sides[0])], place[len(sides[0]) :]
    lowest = np.arange(len(names))
    while bool((lowest[one] != lowest[other]).any()):
        low = np.minimum(lowest[one], lowest[other])
        np.minimum.at(lowest, one, low)
        np.minimum.at(lowest, other, low)
        lowest = lowest[lowest]
    return _Same(names=names, pupil=names[lowest])


def _test_rows(
    frame: pd.DataFrame,
    school_of: dict[str, str],
    places: Places,
    numbers: dict[str, int],
    same: _Same,
) -> Rows:
    rows = np.empty(len(frame), _TEST)
    rows["pupil"] = same.settle(pupil_numbers(frame["pupil_id"]))
    rows["tie"] = pupil_numbers(frame["assessment_id"]) >> np.uint64(32)
    rows["day"] = frame["test_date"].to_numpy("datetime64[D]").astype(np.int64)
    rows["score"], rows["sem"] = frame["scaled_score"], frame["standard_error"]
    rows["year_group"] = frame["year_group"]
    code, refs = pd.factorize(frame["school_ref"])
    ids = [school_of.get(ref, ref) for ref in map(str, refs)]
    for school in ids:
        if school not in numbers:
            numbers[school] = len(numbers)
            places.school_ids.append(school)
    rows["school"] = _lookup([numbers[school] for school in ids], code)
    code, names = pd.factorize(frame["subject"])
    rows["subject"] = _lookup([SUBJECT_NAMES.index(name) for name in names], code)
    years, starts = pd.factorize(frame["academic_year"])
    seasons, words = pd.factorize(frame["season"])
    first = _lookup([window_number(int(year[:4]), "autumn") for year in starts], years)
    rows["window"] = first + _lookup([window_number(1990, word) for word in words], seasons)
    return rows


def _number_by_name(places: Places, buckets: list[list[Rows]]) -> None:
    """Give schools numbers in the order of their ids, so that the order of files leaves no trace."""
    order = np.argsort(np.array(places.school_ids, dtype=np.str_), kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    for bucket in buckets:
        for rows in bucket:
            rows["school"] = rank[rows["school"]]
    places.school_ids.sort()


def _listed_rows(frame: pd.DataFrame, same: _Same) -> Rows:
    rows = np.empty(len(frame), _LISTED)
    rows["pupil"] = same.settle(pupil_numbers(frame["pupil_id"]))
    years, starts = pd.factorize(frame["academic_year"])
    rows["year"] = _lookup([int(year[:4]) for year in starts], years)
    rows["flags"] = flags_of(frame)
    return rows


def _lookup(values: list[int], code: NDArray[np.intp]) -> NDArray[np.int64]:
    return np.array(values, np.int64)[code]


def _sort_into(buckets: list[list[Rows]], rows: Rows) -> None:
    for number, part in _split(rows, len(buckets)):
        buckets[number].append(part)


def _split(rows: Rows, count: int) -> Iterator[tuple[int, Rows]]:
    bucket = (rows["pupil"] % np.uint64(count)).astype(np.uint8)
    ordered = rows[np.argsort(bucket, kind="stable")]
    ends = np.cumsum(np.bincount(bucket, minlength=count))
    for number, (end, start) in enumerate(zip(ends, [0, *ends[:-1]], strict=True)):
        if end > start:
            # a copy, so that the whole file's rows can go
            yield number, ordered[start:end].copy()


def _together(parts: list[Rows], dtype: np.dtype[np.void]) -> Rows:
    return np.concatenate([np.empty(0, dtype), *parts])
