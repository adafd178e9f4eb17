"""Many communities in one run: their reports, a manifest, and the index page over all of them."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from recovery_analysis.community.registry import CommunityRecord
from recovery_analysis.norms import read_norms
from recovery_analysis.report.document import IndexEntry
from recovery_analysis.report.html import render_index
from recovery_analysis.run.assemble import edition_words
from recovery_analysis.run.chapters import ChapterNotebook
from recovery_analysis.run.community_report import ReportRecord
from recovery_analysis.run.parameters import Parameters
from recovery_analysis.run.workers import Task, make_side_by_side
from recovery_analysis.store.atomic import folder_lock, write_text
from recovery_analysis.store.store import open_store
from recovery_analysis.version import VERSION

#: Raised when manifest.json changes shape.
MANIFEST_VERSION = 1

_KIND_HEADINGS = {
    "england": "England",
    "la": "Local authorities",
    "partnership": "Partnerships",
    "trust": "Trusts",
}


def run_reports(
    records: Sequence[CommunityRecord],
    *,
    parameters: Parameters,
    chapters: tuple[ChapterNotebook, ...],
    out: Path,
    jobs: int | None = None,
    on_report: Callable[[ReportRecord], None] = lambda record: None,
) -> tuple[ReportRecord, ...]:
    """Make the reports of many communities; one that fails never stops the others.

    Parameters
    ----------
    records
        The communities, in the order of the index.
    parameters
        What every chapter is run with but for ``community``.
    chapters
        The chapters of the edition.
    out
        Output folder; a folder a community, ``index.html`` and ``manifest.json`` are written below it.
    jobs
        Worker processes; as many as there are cores when None.
    on_report
        Called as each report is done.

    Returns
    -------
    tuple of ReportRecord
        In the order of ``records``.

    Raises
    ------
    WriteFailed, LockHeld
        The output folder can not be written, or another run writes there.
    """
    started = datetime.now(tz=UTC)
    with folder_lock(out):
        _learn_norms(parameters)
        task = Task(parameters=parameters, chapters=chapters, out=out, on_report=on_report)
        done = make_side_by_side(records, task=task, jobs=jobs or os.cpu_count() or 1)
        ordered = tuple(done[str(record.id)] for record in records)
        write_text(out / "manifest.json", _manifest(ordered, parameters, started))
        write_text(out / "index.html", _index(ordered, parameters, out))
    return ordered


def _learn_norms(parameters: Parameters) -> None:
    """Learn once, before the workers start, what is usual for pupils: every report reads it."""
    store = open_store(parameters.store)
    if any("assessments" in record.parts for record in store.manifest.files):
        read_norms(store, parameters.baseline_day)


def worst_exit_code(records: Sequence[ReportRecord]) -> int:
    """Give the exit code of a run: 0, or 4 when some reports failed, or what all of them failed with."""
    codes = {record.exit_code for record in records}
    if codes <= {0}:
        return 0
    return codes.pop() if len(codes) == 1 else 4


def _manifest(records: tuple[ReportRecord, ...], parameters: Parameters, started: datetime) -> str:
    shared = {
        k: v for k, v in parameters.to_dict().items() if k not in ("community", "store", "config")
    }
    body = {
        "manifest_version": MANIFEST_VERSION,
        "library": f"recovery_analysis {VERSION}",
        "started": started.isoformat(timespec="seconds"),
        "ended": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "parameters": shared,
        "reports": [asdict(record) for record in records],
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _index(records: tuple[ReportRecord, ...], parameters: Parameters, out: Path) -> str:
    entries = tuple(_entry(record, out) for record in records)
    failed = sum(entry.status == "failed" for entry in entries)
    edition = edition_words(parameters)
    return render_index(
        entries,
        title=f"Recovery evidence - {edition}",
        run_facts=(
            ("Reports made", str(len(entries) - failed)),
            ("Reports that failed", str(failed)),
            ("Edition", edition),
            ("Library", f"recovery_analysis {VERSION}"),
        ),
    )


def _entry(record: ReportRecord, out: Path) -> IndexEntry:
    kind = record.community.partition(":")[0]
    slug = record.community.replace(":", "-")
    # An earlier run's page may stand there still: only what this run wrote is linked.
    has_page = bool(record.outputs) and (out / slug / "index.html").exists()
    is_built = record.status == "built" and has_page
    return IndexEntry(
        community_id=record.community,
        name=record.name,
        kind=_KIND_HEADINGS[kind],
        href=f"{slug}/index.html" if has_page else None,
        status="built" if is_built else "failed",
        headline=record.headline,
        schools_n=record.schools_n,
        failure=record.failure,
    )
