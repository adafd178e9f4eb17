"""One community's whole folder: chapters run, report rendered, written beside, then moved into place."""

import hashlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recovery_analysis.errors import NotebookFailed, RecoveryError, WriteFailed
from recovery_analysis.report.html import render
from recovery_analysis.run.assemble import (
    ChapterOutcome,
    assemble,
    findings_text,
    tables_of,
)
from recovery_analysis.run.chapters import ChapterNotebook
from recovery_analysis.run.execute import execute_chapter
from recovery_analysis.run.parameters import Parameters
from recovery_analysis.store.atomic import write_text
from recovery_analysis.words.identifiers import CommunityId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """What became of one community's report; plain values, so that it can cross processes."""

    community: str
    name: str
    status: str
    seconds: float
    headline: str
    schools_n: int | None
    chapters: dict[str, str]
    failure: str | None
    error_class: str | None
    exit_code: int
    outputs: tuple[dict[str, Any], ...]
    fingerprint: str | None


def make_report(
    community: str,
    name: str,
    *,
    parameters: Parameters,
    chapters: tuple[ChapterNotebook, ...],
    out: Path,
) -> ReportRecord:
    """Make one community's folder below ``out``; an earlier one stays until the new one is whole.

    A failed chapter leaves a notice in its place. The report counts as failed when any chapter failed; what
    could be made is there all the same.

    Raises
    ------
    WriteFailed
        The output could not be written; the earlier folder, if any, is as it was.
    """
    started = time.monotonic()
    slug = CommunityId.parse(community).slug
    building = _empty_building(out, slug)
    try:
        outcomes = tuple(_run(chapter, parameters, building / "notebooks") for chapter in chapters)
        report = assemble(outcomes, parameters=parameters, name=name)
        write_text(building / "index.html", render(report))
        write_text(building / "findings.json", findings_text(outcomes))
        for file_name, text in tables_of(outcomes).items():
            write_text(building / "tables" / file_name, text)
        outputs = _outputs(building)
        _move_into_place(building, out / slug)
    except OSError as error:
        raise WriteFailed(
            f"{out / slug}: could not be written ({error.strerror}); nothing is half-written. Free some space "
            "or choose another --out."
        ) from None
    finally:
        shutil.rmtree(building, ignore_errors=True)
    seconds = round(time.monotonic() - started, 2)
    return _record(community, name, outcomes, report.answer, outputs, seconds)


def _record(
    community: str,
    name: str,
    outcomes: tuple[ChapterOutcome, ...],
    answer: str,
    outputs: tuple[dict[str, Any], ...],
    seconds: float,
) -> ReportRecord:
    errors = [item.error for item in outcomes if item.error]
    facts = next((item.executed.facts for item in outcomes if item.executed), {})
    codes = {error.exit_code for error in errors}
    return ReportRecord(
        community=community,
        name=str(facts.get("name", name)),
        status="failed" if errors else "built",
        seconds=seconds,
        headline=answer,
        schools_n=facts.get("schools_n"),
        chapters={item.chapter.name: "failed" if item.error else "ok" for item in outcomes},
        failure="; ".join(str(error) for error in errors) or None,
        error_class=type(errors[0]).__name__ if errors else None,
        exit_code=max(codes, default=0) if len(codes) < 2 else NotebookFailed.exit_code,
        outputs=outputs,
        fingerprint=facts.get("fingerprint"),
    )


def failed_record(community: str, name: str, error: BaseException) -> ReportRecord:
    """Record a community whose report could not be made at all."""
    is_known = isinstance(error, RecoveryError)
    return ReportRecord(
        community=community,
        name=name,
        status="failed",
        seconds=0.0,
        headline="",
        schools_n=None,
        chapters={},
        failure=str(error) if is_known else f"unexpected {type(error).__name__}",
        error_class=type(error).__name__,
        exit_code=error.exit_code if isinstance(error, RecoveryError) else 1,
        outputs=(),
        fingerprint=None,
    )


def clear_remains(out: Path, slug: str) -> None:
    """Remove what a killed process left of a report; the report that it was about to replace goes back.

    Raises
    ------
    OSError
        The earlier report could not be put back.
    """
    shutil.rmtree(_building(out, slug), ignore_errors=True)
    old = _old(out, slug)
    if old.exists() and not (out / slug).exists():
        old.rename(out / slug)
    shutil.rmtree(old, ignore_errors=True)


def _run(chapter: ChapterNotebook, parameters: Parameters, folder: Path) -> ChapterOutcome:
    try:
        run = execute_chapter(chapter, parameters=parameters, folder=folder)
    except NotebookFailed as error:
        return ChapterOutcome(chapter=chapter, executed=None, error=error)
    return ChapterOutcome(chapter=chapter, executed=run.executed, error=None)


def _empty_building(out: Path, slug: str) -> Path:
    building = _building(out, slug)
    try:
        clear_remains(out, slug)
        (building / "notebooks").mkdir(parents=True)
        (building / "tables").mkdir()
    except OSError as error:
        raise WriteFailed(
            f"{out}: could not be written ({error.strerror}). Choose another --out."
        ) from None
    return building


def _building(out: Path, slug: str) -> Path:
    return out / f".building-{slug}"


def _old(out: Path, slug: str) -> Path:
    return out / f".old-{slug}"


def _outputs(folder: Path) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "file": path.relative_to(folder).as_posix(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def _move_into_place(building: Path, final: Path) -> None:
    """Swap folders by renaming: a reader finds the old report or the new one."""
    old = _old(final.parent, final.name)
    if final.exists():
        final.rename(old)
    building.rename(final)
    shutil.rmtree(old, ignore_errors=True)
