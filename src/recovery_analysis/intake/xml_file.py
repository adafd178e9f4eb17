"""An XML file as a table of its elements, read so that no file can blow up in memory.

A document type or an entity is refused before anything is expanded (the way in of "billion laughs" and of files
that fetch other files); depth, number of elements and length of text are bounded.
"""

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import pandas as pd

from recovery_analysis.errors import FileRefused

_BLOCK = 1 << 18
_DEEPEST = 32
_MOST_ELEMENTS = 3_000_000
_LONGEST_TEXT = 20_000
_FIX = "Export it again from the school's system."


@dataclass(slots=True)
class _Elements:
    """What the parser has met so far, element by element."""

    label: str
    parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)
    parents: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    length: int = 0

    def refuse(self, problem: str) -> FileRefused:
        """Give the error for what stands where the parser is."""
        return FileRefused(f"{self.label}: line {self.parser.CurrentLineNumber}: {problem}. {_FIX}")

    def doctype(self, *_: object) -> None:
        """Refuse a document type: it is how entities come in."""
        raise self.refuse(
            "the XML declares a document type or an entity; a data file has none and such files can be "
            "harmful, so nothing of it was read"
        )

    def start(self, name: str, _: dict[str, str]) -> None:
        """Note an element that opens."""
        if len(self.open) >= _DEEPEST:
            raise self.refuse(f"elements are nested more than {_DEEPEST} deep")
        if len(self.names) >= _MOST_ELEMENTS:
            raise self.refuse(f"the file has more than {_MOST_ELEMENTS:,} elements")
        self.parents.append(self.open[-1] if self.open else -1)
        self.open.append(len(self.names))
        self.names.append(name.rpartition(":")[2])
        self.texts.append([])
        self.lines.append(self.parser.CurrentLineNumber)
        self.length = 0

    def end(self, _: str) -> None:
        """Note an element that closes."""
        self.open.pop()
        self.length = 0

    def text(self, text: str) -> None:
        """Note text inside an element."""
        if text.isspace() and not self.texts[self.open[-1]]:
            return
        self.length += len(text)
        if self.length > _LONGEST_TEXT:
            raise self.refuse(f"a text is longer than {_LONGEST_TEXT:,} characters")
        self.texts[self.open[-1]].append(text)


def is_xml(start: bytes) -> bool:
    """Say whether a file's first bytes are those of XML data, not of a web page.

    Examples
    --------
    >>> is_xml(b'<?xml version="1.0"?><CTfile>'), is_xml(b'<?xml version="1.0"?><html>')
    (True, False)
    """
    head = start[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    is_page = b"<html" in head or b"<!doctype html" in head
    return head.startswith((b"<?xml", b"<ctfile")) and not is_page


def xml_outline(path: Path) -> tuple[str, ...]:
    """Give the names of the root and of the elements right below it, each once: what tells the format.

    Raises
    ------
    FileRefused
        As for ``read_elements``.
    """
    elements = read_elements(path)
    top = elements[elements["parent"].le(0)]
    return tuple(dict.fromkeys(top["name"]))


def read_elements(path: Path) -> pd.DataFrame:
    """Read every element of an XML file.

    Returns
    -------
    pandas.DataFrame
        One row an element in document order, the index its number: ``parent`` (number of the element
        around it, -1 for the root), ``name`` without prefix, ``text`` trimmed, ``line`` of the file.

    Raises
    ------
    FileRefused
        A document type or entity, a file that breaks off or is damaged, or one beyond the bounds: the line
        and the fix, never a text of the file.
    """
    found = _Elements(path.name)
    parser = found.parser
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = found.doctype
    parser.EntityDeclHandler = found.doctype
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileRefused(
            f"{path.name}: line {error.lineno}: the XML breaks off or is damaged "
            f"({expat.ErrorString(error.code)}). {_FIX}"
        ) from None
    except (LookupError, ValueError):
        raise FileRefused(
            f"{path.name}: line 1: the XML declares an unknown encoding. {_FIX}"
        ) from None
    return pd.DataFrame(
        {
            "parent": pd.Series(found.parents, dtype="int64"),
            "name": pd.Series(found.names, dtype="str"),
            "text": pd.Series(["".join(parts).strip() for parts in found.texts], dtype="str"),
            "line": pd.Series(found.lines, dtype="int64"),
        }
    )
