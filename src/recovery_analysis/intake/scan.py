"""One pass over a raw file's bytes, a block at a time: hash, encoding, damage; memory stays small.

A file that is binary, of two encodings or one endless line is refused after the block that shows it.
"""

import codecs
import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recovery_analysis.errors import FileRefused

#: A block without a line end belongs to a line that no table has.
BLOCK = 1 << 19

#: A workbook that unpacks to more than this, or is packed more tightly, is no table that somebody made.
_MOST_UNPACKED = 1 << 30
_TIGHTEST = 200

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the bytes tell: SHA-256, first and last block, and for text its encoding and whether any is there."""

    sha256: str
    head: bytes
    tail: bytes
    is_blank: bool
    encoding: str = "binary"


def scan_bytes(path: Path) -> Scan:
    """Hash a file of any kind.

    Raises
    ------
    FileRefused
        The file is missing or can not be read.
    """
    digest = hashlib.sha256()
    head = tail = b""
    is_blank = True
    for block in _blocks(path):
        head = head or block
        tail = block
        is_blank = is_blank and not block.strip()
        digest.update(block)
    return Scan(sha256=digest.hexdigest(), head=head, tail=tail, is_blank=is_blank)


def first_block(path: Path) -> bytes:
    """Give the first bytes of a file, by which its format is told.

    Raises
    ------
    FileRefused
        The file is missing or can not be read.
    """
    return next(_blocks(path), b"")


def scan_text(path: Path) -> Scan:
    """Hash a text file and settle its encoding: ``utf-8-sig`` or ``cp1252``.

    Raises
    ------
    FileRefused
        UTF-16, a NUL byte, a line of half a megabyte or more, or bytes of neither encoding.
    """
    digest = hashlib.sha256()
    encoding = _Encoding(path)
    head = tail = b""
    is_blank = True
    row = 1
    for block in _blocks(path):
        head = head or block
        digest.update(block)
        _refuse_binary(path, block, row)
        encoding.feed(block, row)
        is_blank = is_blank and not block.strip()
        row += block.count(b"\n")
        tail = block
    return Scan(
        sha256=digest.hexdigest(),
        head=head,
        tail=tail,
        is_blank=is_blank,
        encoding=encoding.settle(row),
    )


def refuse_zip_bomb(path: Path) -> None:
    """Refuse a workbook whose content would unpack to far more than it weighs.

    Raises
    ------
    FileRefused
        More than a gigabyte unpacked, or packed more than 200 to 1.
    """
    with zipfile.ZipFile(path) as packed:
        unpacked = sum(item.file_size for item in packed.infolist())
    if unpacked > min(_MOST_UNPACKED, _TIGHTEST * max(path.stat().st_size, BLOCK)):
        raise FileRefused(
            f"{path.name}: the workbook would unpack to {unpacked / 1e6:,.0f} MB, far more than a table of its "
            "size holds. Save the sheet that is wanted as 'CSV UTF-8' and read that."
        )


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block
    except FileNotFoundError:
        raise FileRefused(f"{path}: no such file; check the path.") from None
    except (IsADirectoryError, PermissionError) as error:
        raise FileRefused(f"{path}: can not be read ({error.strerror}).") from None


def _refuse_binary(path: Path, block: bytes, row: int) -> None:
    if row == 1 and block.startswith(_UTF16):
        raise FileRefused(
            f"{path.name}: the file is UTF-16; expected UTF-8 or Windows-1252. Save it again as 'CSV UTF-8'."
        )
    if b"\x00" in block:
        at = row + block[: block.index(b"\x00")].count(b"\n")
        raise FileRefused(
            f"{path.name}: row {at} holds a NUL byte: the file is binary or damaged. Download it again."
        )
    if len(block) == BLOCK and b"\n" not in block and b"\r" not in block:
        raise FileRefused(
            f"{path.name}: row {row} is longer than {BLOCK // 1024} KB: this is no table with rows. Download "
            "the file again, or export it as CSV with line ends."
        )


class _Encoding:
    """Follow a file's bytes and remember the first row at which each encoding fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._has_mark = False
        self._not_utf8: int | None = None
        self._not_cp1252: int | None = None

    def feed(self, block: bytes, row: int) -> None:
        """Look at the next block, which starts in ``row``."""
        if row == 1 and block.startswith(_UTF8_MARK):
            self._has_mark = True
        if not block.isascii() and self._not_cp1252 is None:
            found = _NOT_IN_CP1252.search(block)
            self._not_cp1252 = row + block[: found.start()].count(b"\n") if found else None
        self._decode(block, row, final=False)

    def settle(self, row: int) -> str:
        """Give the encoding; ``row`` is the last row."""
        self._decode(b"", row, final=True)
        if self._not_utf8 is None:
            return "utf-8-sig"
        if self._has_mark:
            raise FileRefused(
                f"{self._path.name}: row {self._not_utf8}: the file says that it is UTF-8 but is not. Save the "
                "file again as 'CSV UTF-8'."
            )
        if self._not_cp1252 is not None:
            raise FileRefused(
                f"{self._path.name}: row {self._not_cp1252}: neither UTF-8 nor Windows-1252. Save the file "
                "again as 'CSV UTF-8'."
            )
        return "cp1252"

    def _decode(self, block: bytes, row: int, *, final: bool) -> None:
        if self._not_utf8 is not None:
            return
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            self._not_utf8 = row + block[: error.start].count(b"\n")
