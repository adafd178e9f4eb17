"""What an executed chapter holds: its sections and its closing facts, read from the MIME bundles."""

from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from recovery_analysis.exhibit.exhibit import MIME_TYPE, Section
from recovery_analysis.notebook import FINISHED_MIME_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutedChapter:
    """Sections in the order shown; ``facts`` is empty when the chapter never finished."""

    sections: tuple[Section, ...]
    facts: dict[str, Any]


def read_executed(notebook: NotebookNode) -> ExecutedChapter:
    """Read sections and closing facts from an executed notebook."""
    sections: list[Section] = []
    facts: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if MIME_TYPE in data:
                sections.append(Section.from_json(data[MIME_TYPE]))
            if FINISHED_MIME_TYPE in data:
                facts = dict(data[FINISHED_MIME_TYPE])
    return ExecutedChapter(sections=tuple(sections), facts=facts)
