"""Worker processes that make reports side by side, and that end when the run that started them ends."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from recovery_analysis.community.registry import CommunityRecord
from recovery_analysis.errors import NotebookTimedOut
from recovery_analysis.run.chapters import ChapterNotebook
from recovery_analysis.run.community_report import (
    ReportRecord,
    clear_remains,
    failed_record,
    make_report,
)
from recovery_analysis.run.parameters import Parameters

#: What a worker returns when the run that started it is gone; nobody is left to read it.
_ORPHANED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What all reports of a run have in common; ``parameters.community`` is replaced for each."""

    parameters: Parameters
    chapters: tuple[ChapterNotebook, ...]
    out: Path
    on_report: Callable[[ReportRecord], None]


def make_side_by_side(
    records: Sequence[CommunityRecord], *, task: Task, jobs: int
) -> dict[str, ReportRecord]:
    """Make reports in worker processes; whatever one of them runs into, the others are made.

    When the run is interrupted or terminated, workers and their kernels end at once and nothing half-written
    stays; finished reports do.

    Parameters
    ----------
    records
        The communities.
    task
        What their reports have in common.
    jobs
        Worker processes, at least 1.

    Returns
    -------
    dict
        From the community's id to what became of its report.
    """
    done: dict[str, ReportRecord] = {}
    try:
        lost = _round(records, task, jobs, done)
        # A worker that dies takes the pool with it. Whose report killed it is not known, so the rest is
        # made one by one, each in a process of its own.
        for record in lost:
            for again in _round([record], task, 1, done):
                _note(failed_record(str(again.id), again.name, _worker_died()), task, done)
    except BaseException:
        for record in records:
            clear_remains(task.out, record.id.slug)
        raise
    return done


def _round(
    records: Sequence[CommunityRecord], task: Task, jobs: int, done: dict[str, ReportRecord]
) -> list[CommunityRecord]:
    """Make reports in one pool; give those that were lost because a worker died."""
    lost: list[CommunityRecord] = []
    earlier = set(multiprocessing.active_children())
    with ProcessPoolExecutor(
        max_workers=min(jobs, max(len(records), 1)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_end_with_parent,
    ) as pool:
        try:
            waiting = {_submit(pool, record, task): record for record in records}
            for future in as_completed(waiting):
                record = waiting[future]
                result = _outcome(future, record)
                if result is None:
                    lost.append(record)
                else:
                    _note(result, task, done)
        except BaseException:
            # A report takes seconds to minutes: whoever stops the run does not wait for it.
            for worker in set(multiprocessing.active_children()) - earlier:
                worker.kill()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return lost


def _submit(
    pool: ProcessPoolExecutor, record: CommunityRecord, task: Task
) -> "Future[ReportRecord]":
    return pool.submit(
        make_report,
        str(record.id),
        record.name,
        parameters=replace(task.parameters, community=str(record.id)),
        chapters=task.chapters,
        out=task.out,
    )


def _outcome(future: "Future[ReportRecord]", record: CommunityRecord) -> ReportRecord | None:
    """Give what became of a report; None when its worker, or another, died."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:
        # Whatever one community ran into, the others go on; the index and the exit code tell.
        return failed_record(str(record.id), record.name, error)


def _note(result: ReportRecord, task: Task, done: dict[str, ReportRecord]) -> None:
    done[result.community] = result
    task.on_report(result)


def _worker_died() -> NotebookTimedOut:
    return NotebookTimedOut(
        "the process that made this report was killed, twice; the machine may be short of memory. Run the "
        "command again for this community with --jobs 1."
    )


def _end_with_parent() -> None:
    """Prepare a worker: Ctrl-C is the parent's to hear, and without the parent there is no work.

    A notebook kernel looks for its own parent, the worker, every second and ends without it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_when_orphaned, daemon=True).start()


def _exit_when_orphaned() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(_ORPHANED)
