"""Keyed hashes in place of identifiers of persons, made at the door before anything is checked or kept.

HMAC-SHA256 under a key that the trust keeps (RFC 2104): without the key nobody can go from a hash back to a
pupil, not even by trying every UPN. The key comes from a file or an environment variable and is never written
beside the data; a store keeps only a check value, so that files hashed under two keys are never mixed.
"""

import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from recovery_analysis.errors import ParameterError, WriteFailed

KEY_VARIABLE = "RECOVERY_PUPIL_KEY"
KEY_FILE_VARIABLE = "RECOVERY_PUPIL_KEY_FILE"

_KEY = re.compile(r"^[0-9a-f]{64}$")
_HASH_LENGTH = 32
_CHECK_WORDS = b"recovery_analysis: is this the same key?"


@dataclass(frozen=True, slots=True)
class PupilKey:
    """A trust's secret key of 32 bytes; its repr never shows it.

    Examples
    --------
    >>> key = PupilKey.parse("00" * 32)
    >>> key
    PupilKey(hidden)
    >>> len(key.pseudonym("upn:A123456789012"))
    32
    """

    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, source: str = "the key") -> "PupilKey":
        """Read a key of 64 hexadecimal digits.

        Raises
        ------
        ParameterError
            The text is no such key; the message never holds it.
        """
        if not _KEY.match(text.strip().lower()):
            raise ParameterError(
                f"{source}: expected a key of 64 hexadecimal digits, got {len(text.strip())} characters that "
                "are not one. Make a key with: recovery key FILE"
            )
        return cls(bytes.fromhex(text.strip()))

    @property
    def check(self) -> str:
        """A value that tells whether two keys are the same, from which no key can be found."""
        return hmac.digest(self.secret, _CHECK_WORDS, "sha256").hex()[:_HASH_LENGTH]

    def pseudonym(self, identifier: str) -> str:
        """Give the keyed hash of one identifier, 32 hexadecimal digits."""
        return hmac.digest(self.secret, identifier.encode(), "sha256").hex()[:_HASH_LENGTH]

    def pseudonyms(self, identifiers: pd.Series) -> pd.Series:
        """Hash a column; a null stays null. Each distinct identifier is hashed once."""
        codes, distinct = pd.factorize(identifiers)
        hashed = pd.Series([self.pseudonym(text) for text in distinct], dtype="str")
        return pd.Series(hashed.reindex(codes).array, index=identifiers.index, dtype="str")

    def __repr__(self) -> str:
        return "PupilKey(hidden)"


def key_path(path: Path | None = None) -> Path | None:
    """Give the key file that is used: the one named, else that of ``RECOVERY_PUPIL_KEY_FILE``, else none."""
    named = os.environ.get(KEY_FILE_VARIABLE, "")
    return Path(named) if path is None and named else path


def find_key(path: Path | None = None) -> PupilKey | None:
    """Give the key from a file, else from ``RECOVERY_PUPIL_KEY_FILE`` or ``RECOVERY_PUPIL_KEY``, else none.

    Raises
    ------
    ParameterError
        The file can not be read, or what is there is no key.
    """
    path = key_path(path)
    if path is not None:
        try:
            return PupilKey.parse(path.read_text(encoding="ascii"), source=path.name)
        except (OSError, UnicodeDecodeError):
            raise ParameterError(
                f"{path.name}: the key file can not be read. Make one with: recovery key FILE"
            ) from None
    text = os.environ.get(KEY_VARIABLE, "")
    return PupilKey.parse(text, source=KEY_VARIABLE) if text else None


def write_key(path: Path) -> None:
    """Write a new random key into a file that only its owner can read.

    Raises
    ------
    ParameterError
        The file is there already: writing over a key would orphan every store made with it.
    WriteFailed
        The file can not be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        raise ParameterError(
            f"{path}: there is a file already; a key is never written over. Choose another name."
        ) from None
    except OSError as error:
        raise WriteFailed(f"{path}: the key could not be written ({error.strerror}).") from None
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32) + "\n")
