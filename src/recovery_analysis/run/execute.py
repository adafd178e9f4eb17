"""One chapter for one community through papermill: run, save, then raise."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from recovery_analysis.errors import DisclosureError, NotebookFailed, NotebookTimedOut
from recovery_analysis.run.chapters import ChapterNotebook
from recovery_analysis.run.executed import ExecutedChapter, read_executed
from recovery_analysis.run.kernel.engine import NAME as WARM
from recovery_analysis.run.parameters import Parameters

#: Seconds that one cell may take before its chapter counts as failed.
CELL_TIMEOUT = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterRun:
    """An executed chapter and where its notebook was saved."""

    chapter: ChapterNotebook
    executed: ExecutedChapter
    saved: Path


def execute_chapter(
    chapter: ChapterNotebook,
    *,
    parameters: Parameters,
    folder: Path,
    cell_timeout: int = CELL_TIMEOUT,
) -> ChapterRun:
    """Run a chapter and save it, scrubbed of paths and tracebacks, below ``folder``.

    Parameters
    ----------
    chapter
        Its notebook.
    parameters
        What it is run with.
    folder
        Where the executed notebook is saved.
    cell_timeout
        Seconds that one cell may take.

    Raises
    ------
    NotebookFailed
        A cell failed, or the chapter never finished: notebook, cell, error name and message.
    NotebookTimedOut
        A cell passed its time limit or the kernel died.
    DisclosureError
        The gate refused a result: no part of the report may go out.
    """
    saved = folder / f"{chapter.name}.ipynb"
    try:
        papermill.execute_notebook(
            str(chapter.path),
            str(saved),
            parameters=parameters.to_dict(),
            kernel_name="python3",
            engine_name=WARM,
            progress_bar=False,
            log_output=False,
            execution_timeout=cell_timeout,
            extra_arguments=["--log-level=CRITICAL"],
            cwd=str(Path.cwd()),
        )
    except PapermillExecutionError as error:
        _scrub(saved)
        words = f"chapter {chapter.name}, cell {error.cell_index}: {error.ename}: {_plain(error.evalue)}"
        if error.ename == DisclosureError.__name__:
            raise DisclosureError(words) from None
        raise NotebookFailed(words) from None
    except (CellTimeoutError, DeadKernelError) as error:
        _scrub(saved)
        raise NotebookTimedOut(
            f"chapter {chapter.name}: {type(error).__name__}: the kernel died or a cell took longer than "
            f"{cell_timeout} seconds. Run the report again; if it happens again, run the notebook by hand."
        ) from None
    notebook = _scrub(saved)
    executed = read_executed(notebook)
    if not executed.facts:
        raise NotebookFailed(
            f"chapter {chapter.name}: it ended without chapter.finish(); add it as the last cell."
        )
    return ChapterRun(chapter=chapter, executed=executed, saved=saved)


def _scrub(path: Path) -> nbformat.NotebookNode:
    """Take paths, times and tracebacks out of an executed notebook; keep what it shows."""
    notebook = nbformat.read(path, as_version=4)
    kept = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": kept}
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{place}"  # papermill draws a random one for the cell that it adds
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                output["traceback"] = []
    # Dumped with sorted keys so that the same chapter gives the same bytes.
    path.write_text(
        json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return notebook


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).strip()
