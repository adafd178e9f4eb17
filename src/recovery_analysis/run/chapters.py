"""The chapter notebooks: where they are, in which order, and what their first cell says."""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

import recovery_analysis
from recovery_analysis.errors import ParameterError

#: Chapters of an edition in the order of the report.
CHAPTER_ORDER = (
    "gap",
    "progress",
    "curriculum",
    "experience",
    "access",
    "staff",
    "attendance",
    "community",
    "method",
)

_PACKAGE = Path(recovery_analysis.__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterNotebook:
    """One chapter: its name, its notebook, and the title and question of its first cell."""

    name: str
    path: Path
    title: str
    question: str


def chapters_folder() -> Path:
    """Give the folder of chapter notebooks: the checkout's, else the installed copy."""
    checkout = _PACKAGE.parents[1] / "notebooks" / "chapters"
    return checkout if checkout.is_dir() else _PACKAGE / "_chapters"


def find_chapters(names: tuple[str, ...] = CHAPTER_ORDER) -> tuple[ChapterNotebook, ...]:
    """Give chapters by name, in the order of the report.

    Raises
    ------
    ParameterError
        A name is no chapter.
    """
    for name in names:
        if name not in CHAPTER_ORDER:
            raise ParameterError(
                f"there is no chapter {name!r}; expected some of {', '.join(CHAPTER_ORDER)}"
            )
    return tuple(_read(name) for name in CHAPTER_ORDER if name in names)


def _read(name: str) -> ChapterNotebook:
    path = chapters_folder() / f"{name}.ipynb"
    first = nbformat.read(path, as_version=4).cells[0].source
    title = re.match(r"#\s*(.+)", first)
    paragraphs = [part.strip() for part in first.split("\n\n")[1:]]
    return ChapterNotebook(
        name=name,
        path=path,
        title=title[1].strip() if title else name,
        question=paragraphs[0].replace("\n", " ") if paragraphs else "",
    )
