"""Key stage 4 measures of multi-academy trusts, with the schools that each measure counts.

Caveats: a school counts after three years in the trust, weighted by pupils and by years in the trust, so a
trust's value is not the plain average of its schools. Trusts with fewer than three such schools are not in
the file. The cohort (TPUP_MATPTINC) is published for all pupils only. SUPPMAT means suppressed.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.markers import PERFORMANCE_TABLES
from recovery_analysis.intake.performance_layout import (
    BLANK_ROW,
    Block,
    Records,
    absent_notes,
    filled_ids,
    open_records,
    read_blocks,
    rows_words,
    upper_names,
)
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped, settle_year
from recovery_analysis.intake.repair import repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.measures import Group
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="trust_measures",
    title="Multi-academy trust performance measures, key stage 4",
    publisher="Department for Education",
)

_COUNTED, _COUNTED_N = "INSTITUTIONS_MATPTINC", "NUMINST_MATPTINC"
_IN_TRUST, _IN_TRUST_N = "INSTITUTIONS_INMAT", "NUMINST_INMAT"
_NEEDED = (
    "TIME_PERIOD",
    "TRUST_NAME",
    "TRUST_UID",
    "ATT8SCR_WGTAVG",
    "P8MEA_WGTAVG",
    _COUNTED,
    _COUNTED_N,
)

_GROUPS: tuple[tuple[Group, str, str | None], ...] = (
    ("all", "", "TPUP_MATPTINC"),
    ("disadvantaged", "_FSM6CLA1A", None),
    ("other", "_NFSM6CLA1A", None),
)
_BLOCKS = tuple(
    Block(measure="attainment8", group=group, column=f"ATT8SCR_WGTAVG{suffix}", pupils=pupils)
    for group, suffix, pupils in _GROUPS
) + tuple(
    Block(
        measure="progress8",
        group=group,
        column=f"P8MEA_WGTAVG{suffix}",
        pupils=pupils,
        low=f"P8CILOW{suffix}",
        high=f"P8CIUPP{suffix}",
    )
    for group, suffix, pupils in _GROUPS
)


def _recognises(raw: RawFile) -> bool:
    names = upper_names(raw)
    return "TRUST_UID" in names and bool({"ATT8SCR_WGTAVG", "P8MEA_WGTAVG", _COUNTED} & names)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    records = open_records(table, needed=_NEEDED)
    year, year_from = settle_year(
        table.raw, content=_year_told(records), given=given, single_year="end"
    )
    uids, uid_repaired = filled_ids(
        records.cells("TRUST_UID"), kind="trust_uid", label=records.label
    )
    schools, urn_repaired = _schools(records, uids, year=year)
    ids = pd.DataFrame(
        {
            "entity": "trust",
            "entity_id": uids,
            "entity_name": records.cells("TRUST_NAME"),
            "academic_year": str(year),
            "population": "state_funded",
            "schools_n": records.numbers(_COUNTED_N, markers=PERFORMANCE_TABLES),
            "series": SOURCE.kind,
        },
        index=uids.index,
    )
    return Reading(
        tables={
            "published_measures": read_blocks(records, ids, _BLOCKS, has_interval=True),
            "trust_measure_schools": schools,
        },
        rows_read=records.rows_read,
        dropped=dropped((records.blank_rows, BLANK_ROW)),
        notes=(
            *repair_note(uid_repaired, "TRUST_UID"),
            *repair_note(urn_repaired, _COUNTED),
            *absent_notes(records, _BLOCKS),
        ),
        academic_year=str(year),
        year_from=year_from,
    )


def _year_told(records: Records) -> AcademicYear:
    """Read the one academic year of the file from TIME_PERIOD (``202223``)."""
    periods = records.cells("TIME_PERIOD").str.removesuffix(".0")
    years: dict[str, AcademicYear] = {}
    for period in periods.unique():
        try:
            years[period] = AcademicYear.parse(period)
        except ValueError:
            wrong = periods.index[periods.eq(period)]
            raise FileRefused(
                f"{records.label}: column TIME_PERIOD: expected an academic year such as 202223, got "
                f"{period!r} in rows {rows_words(wrong)}. Correct the column or download the file again."
            ) from None
    if len(set(years.values())) > 1:
        raise FileRefused(
            f"{records.label}: column TIME_PERIOD: expected one academic year, got "
            f"{', '.join(map(str, sorted(years.values())))}. Split the file into one file a year."
        )
    return next(iter(years.values()))


def _schools(records: Records, uids: pd.Series, *, year: AcademicYear) -> tuple[pd.DataFrame, int]:
    """List each trust's schools: those that the measure counts, then those only in the trust."""
    urns, repaired = _listed(records, _COUNTED, _COUNTED_N)
    lists = [(urns, True)]
    if records.has(_IN_TRUST):
        more, more_repaired = _listed(records, _IN_TRUST, _IN_TRUST_N)
        lists.append((more, False))
        repaired += more_repaired
    parts = [
        pd.DataFrame(
            {
                "trust_uid": uids.reindex(listed.index),
                "academic_year": str(year),
                "urn": listed,
                "is_counted": is_counted,
                ROW: listed.index + FIRST_RECORD_ROW,
            }
        )
        for listed, is_counted in lists
    ]
    return (
        pd.concat(parts, ignore_index=True).drop_duplicates(["trust_uid", "urn"], keep="first"),
        repaired,
    )


def _listed(records: Records, column: str, count_column: str) -> tuple[pd.Series, int]:
    """Split a ';'-separated list of URNs into one a row and check it against its published count."""
    urns = records.cells(column).str.split(";").explode()
    urns, repaired = filled_ids(urns[urns.str.strip().ne("")], kind="urn", label=records.label)
    if records.has(count_column):
        expected = records.numbers(count_column, markers=PERFORMANCE_TABLES)
        counted = urns.groupby(level=0).nunique().reindex(expected.index, fill_value=0)
        differs = expected.notna() & counted.ne(expected)
        if differs.any():
            raise FileRefused(
                f"{records.label}: column {column}: the number of different URNs listed is not that of "
                f"{count_column} in {int(differs.sum())} rows, first in rows "
                f"{rows_words(differs.index[differs])}. The list was cut off or edited; download the file "
                "again."
            )
    return urns, repaired


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
