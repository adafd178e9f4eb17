"""A chapter notebook is a table of contents of its chapter: the rules, each checked on every chapter."""

import ast
import dataclasses
import json
import re

import nbformat
import pytest

from recovery_analysis.run.chapters import CHAPTER_ORDER, chapters_folder, find_chapters
from recovery_analysis.run.parameters import Parameters

BANNED_NODES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.Try,
    ast.TryStar,
    ast.With,
    ast.If,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
BANNED_NAMES = ("pd", "np", "plt", "sns", "print", "open", "eval", "exec", "display", "get_ipython")
PARAMETER_LINE = re.compile(r"[a-z_]+: (str|int) = [^#]+  # \S.+")


@pytest.fixture(params=CHAPTER_ORDER)
def notebook(request):
    return nbformat.read(chapters_folder() / f"{request.param}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_notebook_of_the_folder_is_a_chapter_of_the_edition():
    assert {path.stem for path in chapters_folder().glob("*.ipynb")} == set(CHAPTER_ORDER)
    assert all(chapter.title and chapter.question for chapter in find_chapters())


def test_first_cell_is_a_title_a_question_and_who_reads_it(notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    title, question, readers = first.source.split("\n\n")
    assert re.fullmatch(r"# \S.*", title)
    assert "?" in question or "What was" in question
    assert readers.startswith("For ")


def test_second_cell_holds_annotated_literals_each_with_its_help(notebook):
    second = notebook.cells[1]
    assert second.cell_type == "code"
    assert second.metadata["tags"] == ["parameters"]
    assert all(PARAMETER_LINE.fullmatch(line) for line in second.source.splitlines())
    for statement in ast.parse(second.source).body:
        assert isinstance(statement, ast.AnnAssign)
        assert isinstance(statement.value, ast.Constant)
        assert type(statement.value.value).__name__ == statement.annotation.id


def test_no_other_cell_carries_the_parameters_tag(notebook):
    assert all("tags" not in cell.metadata for cell in notebook.cells[2:])


def test_parameters_are_those_of_the_library_with_its_defaults(notebook):
    written = {
        statement.target.id: (statement.annotation.id, statement.value.value)
        for statement in ast.parse(notebook.cells[1].source).body
    }
    fields = dataclasses.fields(Parameters)
    assert list(written) == [field.name for field in fields]
    for field in fields:
        kind, value = written[field.name]
        assert kind == field.type.__name__
        if field.default is not dataclasses.MISSING:
            assert value == field.default
    assert written["store"][1] == "demo"


def test_third_cell_starts_the_chapter_with_every_parameter(notebook):
    lines, call = ast.parse(notebook.cells[2].source).body
    assert isinstance(lines, ast.ImportFrom)
    assert lines.module == "recovery_analysis.notebook"
    assert call.targets[0].id == "chapter"
    assert call.value.func.id == "start"
    passed = {keyword.arg: keyword.value.id for keyword in call.value.keywords}
    assert passed == {field.name: field.name for field in dataclasses.fields(Parameters)}


def test_the_chapter_is_started_under_its_own_name():
    for chapter in find_chapters():
        cell = nbformat.read(chapter.path, as_version=4).cells[2].source
        assert ast.parse(cell).body[1].value.args[0].value == chapter.name


def test_last_cell_finishes_the_chapter(notebook):
    assert notebook.cells[-1].source == "chapter.finish()"


def test_a_notebook_is_short_and_so_is_each_cell(notebook):
    assert len(notebook.cells) <= 25
    for place, cell in enumerate(code_cells(notebook)):
        # The call of start takes a line a parameter; every other cell is one section or a few.
        limit = 15 if place == 1 else 10
        assert len(cell.source.splitlines()) <= limit, cell.source


def test_the_library_is_the_book_no_logic_in_a_chapter(notebook):
    for place, cell in enumerate(code_cells(notebook)):
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            assert not isinstance(node, BANNED_NODES), cell.source
            assert not (isinstance(node, ast.Name) and node.id in BANNED_NAMES), cell.source
            assert not isinstance(node, ast.Import), cell.source
            assert not isinstance(node, ast.ImportFrom) or place == 1, cell.source


def test_no_magic_no_shell_no_path(notebook):
    for place, cell in enumerate(code_cells(notebook)):
        assert not re.search(r"^\s*[%!?]", cell.source, re.M), cell.source
        texts = [
            node.value
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert not [text for text in texts if "/" in text or "\\" in text], cell.source
        assert place == 0 or "#" not in cell.source


def test_committed_without_outputs_counts_and_traces_of_a_machine(notebook):
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
        assert set(cell.metadata) <= {"tags"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    assert "/home/" not in json.dumps(notebook)
