"""Pupil-level rows of one community's schools: one identity a pupil, one lineage a school."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from recovery_analysis.community.school_refs import school_refs
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.intake.tables.pupils import PUPIL_ALIASES
from recovery_analysis.store.store import Store

#: Columns that hold a pupil's pseudonym.
_PUPIL_COLUMN = "pupil_id"
#: Which kind of list is believed first about a pupil; what it leaves blank is taken from the next.
_LIST_ORDER = ("pupil_census", "pupil_list", "transfer_file")
_ROLL_KEY = [_PUPIL_COLUMN, "school_id", "academic_year"]
#: Tables whose rows name no school: they are found by the test that they belong to.
_BY_ASSESSMENT = ("skill_scores",)


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilData:
    """Pupil-level rows of one community.

    ``frames``: by table name; the canonical table's columns with ``school_id`` (lineage) in place of
    ``school_ref``, and ``pupil_id`` the same for all identifiers of one pupil. ``kinds``: the kinds of file
    (``series``) that gave a row.
    """

    frames: Mapping[str, pd.DataFrame]
    kinds: frozenset[str] = frozenset()

    def table(self, name: str) -> pd.DataFrame:
        """Give the rows of a table; an empty frame with its columns when no file has any."""
        return self.frames[name] if name in self.frames else _empty(name)

    def __repr__(self) -> str:
        # Counts of small tables would tell of pupils: a repr is echoed into saved notebooks.
        return f"PupilData(tables={sorted(self.frames)})"


def read_pupil_data(store: Store, data: CommunityData, tables: Collection[str]) -> PupilData:
    """Read pupil-level tables for the schools of a community, under either membership rule.

    Parameters
    ----------
    store, data
        The store and the community's public slice.
    tables
        Names of canonical tables.

    Returns
    -------
    PupilData
        Rows of these schools only. A test after the pupil left carries the reason ``after_leaving``.

    Raises
    ------
    StoreError
        A part of the store is missing or damaged.
    """
    schools = _refs(store, data)
    wanted = set(tables)
    if wanted & {"assessments", *_BY_ASSESSMENT}:
        wanted |= {"assessments", "pupils"}
    present = {name for record in store.manifest.files for name in record.parts}
    read = {
        name: _read(store, name, schools)
        for name in sorted((wanted & present) - set(_BY_ASSESSMENT))
    }
    for name in sorted(set(_BY_ASSESSMENT) & wanted & present):
        tests = read.get("assessments", _empty("assessments"))["assessment_id"]
        read[name] = store.table(name, assessment_id=tests.unique())
    identity = _identities(store, schools)
    kinds = frozenset(kind for frame in read.values() for kind in frame["series"].unique())
    frames = {name: _settled(name, frame, identity) for name, frame in read.items()}
    if "assessments" in frames and "pupils" in frames:
        frames["assessments"] = _mark_leavers(frames["assessments"], frames["pupils"])
    kept = {name: frame for name, frame in frames.items() if name in set(tables)}
    return PupilData(frames=kept, kinds=kinds)


def _refs(store: Store, data: CommunityData) -> dict[str, str]:
    """Give the lineage id of every way in which a file can name one of the community's schools."""
    school_of = dict(zip(data.schools["urn"], data.schools["school_id"], strict=True))
    school_of |= {school: school for school in data.schools["school_id"]}
    return school_refs(store, school_of | dict(data.earlier_urns))


def _read(store: Store, name: str, schools: Mapping[str, str]) -> pd.DataFrame:
    refs = [*schools, "any"] if name == "curriculum_strands" else list(schools)
    frame = store.table(name, school_ref=refs)
    school_id = frame["school_ref"].map({**schools, "any": "any"}).astype("str")
    return frame.drop(columns="school_ref").assign(school_id=school_id)


def _identities(store: Store, schools: Mapping[str, str]) -> dict[str, str]:
    """Give one identity for all identifiers that a school's lists say are one pupil."""
    pairs = store.table(PUPIL_ALIASES.name, school_ref=list(schools))
    return connected(zip(pairs[_PUPIL_COLUMN], pairs["alias_id"], strict=True))


def connected(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join names that pairs connect: each name's group is called by the first of its names in order.

    Examples
    --------
    >>> connected([("b", "c"), ("c", "a"), ("x", "y")])
    {'b': 'a', 'c': 'a', 'a': 'a', 'x': 'x', 'y': 'x'}
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = parent[above]
            name = above
        return name

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {name: root(name) for name in parent}


def _settled(name: str, frame: pd.DataFrame, identity: Mapping[str, str]) -> pd.DataFrame:
    """Give each pupil one identity, and keep one row a key under it."""
    if _PUPIL_COLUMN in frame and identity:
        ids = frame[_PUPIL_COLUMN]
        frame = frame.assign(**{_PUPIL_COLUMN: ids.map(identity).fillna(ids).astype("str")})
    key = ["school_id" if column == "school_ref" else column for column in TABLES[name].key]
    frame = frame.drop_duplicates(key, ignore_index=True)
    return _one_roll(frame) if name == "pupils" else frame


def _one_roll(pupils: pd.DataFrame) -> pd.DataFrame:
    """Make one row of what several lists say of a pupil at a school in a year."""
    if not pupils.duplicated(_ROLL_KEY).any():
        return pupils
    rank = pupils["series"].map({kind: place for place, kind in enumerate(_LIST_ORDER)})
    ordered = pupils.assign(rank=rank.fillna(len(_LIST_ORDER))).sort_values("rank", kind="stable")
    merged = ordered.groupby(_ROLL_KEY, sort=False, as_index=False).first()
    return merged[pupils.columns.tolist()].astype(pupils.dtypes.to_dict())


def _mark_leavers(tests: pd.DataFrame, pupils: pd.DataFrame) -> pd.DataFrame:
    """Mark tests after the pupil had left the school, unless another row says that the pupil is back."""
    spells = pupils.groupby([_PUPIL_COLUMN, "school_id"], sort=False)["leaving_date"]
    left = spells.max()[spells.count().eq(spells.size())].rename("left_on").reset_index()
    joined = tests.merge(left, on=[_PUPIL_COLUMN, "school_id"], how="left", validate="many_to_one")
    after = joined["left_on"].notna() & joined["test_date"].gt(joined["left_on"])
    reason = tests["unusable_reason"].mask(
        after.to_numpy() & tests["unusable_reason"].isna().to_numpy(), "after_leaving"
    )
    return tests.assign(unusable_reason=reason.astype("str"))


def _empty(name: str) -> pd.DataFrame:
    table = TABLES[name]
    frame = table.arrange(pd.DataFrame(columns=pd.Index(table.names)))[table.names]
    if "school_ref" not in frame:
        return frame
    return frame.rename(columns={"school_ref": "school_id"})
