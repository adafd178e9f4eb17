"""Write the table of reproduced numbers into docs/methods.md, from the tests that check them.

Run: .venv/bin/python docs/build_reference_table.py [--check]

Each ``tests/reference/test_*.py`` names what it reproduces in a constant ``REPRODUCES``: a tuple of rows, each
a source (a publication or a program with its version), a quantity and a tolerance, plain strings. The constant
is read from the text of the module, so that nothing is imported or run. ``--check`` changes nothing and ends
with 1 when the table is out of date.
"""

import argparse
import ast
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
METHODS = PROJECT / "docs" / "methods.md"
TESTS = PROJECT / "tests" / "reference"
BEGIN = "<!-- reference table: begin (docs/build_reference_table.py writes it) -->"
END = "<!-- reference table: end -->"
COLUMNS = 3


def main() -> None:
    """Write the table, or say that it is out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether the table is new")
    options = parser.parse_args()
    before = METHODS.read_text(encoding="utf-8")
    after = with_table(before, table(TESTS))
    if before == after:
        return
    if options.check:
        sys.exit("docs/methods.md is out of date: run docs/build_reference_table.py")
    METHODS.write_text(after, encoding="utf-8")


def table(folder: Path) -> str:
    """Give the table of all test modules of a folder, in the order of their names."""
    lines = ["| reproduced from | quantity | tolerance | test |", "|---|---|---|---|"]
    for path in sorted(folder.glob("test_*.py")):
        for row in reproduces(path):
            cells = [cell.replace("|", "\\|") for cell in row]
            lines.append(f"| {' | '.join(cells)} | `tests/reference/{path.name}` |")
    return "\n".join(lines)


def reproduces(path: Path) -> list[tuple[str, ...]]:
    """Read the constant REPRODUCES of a module without running it; none gives no rows.

    Raises
    ------
    ValueError
        If it is not a tuple of rows of three plain strings.
    """
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "REPRODUCES":
            return checked(ast.literal_eval(node.value), path)
    return []


def checked(rows: object, path: Path) -> list[tuple[str, ...]]:
    """Give the rows back when they are what they should be."""
    if isinstance(rows, tuple | list) and all(
        isinstance(row, tuple | list)
        and len(row) == COLUMNS
        and all(isinstance(cell, str) and cell for cell in row)
        for row in rows
    ):
        return [tuple(row) for row in rows]
    raise ValueError(
        f"{path.name}: REPRODUCES must be a tuple of rows, each source, quantity and tolerance as text"
    )


def with_table(text: str, rows: str) -> str:
    """Put the rows between the two markers.

    Raises
    ------
    ValueError
        If the text does not hold each marker once, in order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"docs/methods.md must hold each marker once: {BEGIN} and {END}")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    return f"{head}{BEGIN}\n{rows}\n{END}{tail}"


if __name__ == "__main__":
    main()
