"""Identifiers of the field: always text, checked on the way in, never numbers.

Three identifiers of a trust differ and are never mixed: Group UID (``3190``, the report key), Group ID
(``TR00860``) and Companies House number (``07551959``).
"""

import re
from dataclasses import dataclass
from typing import Literal

CommunityKind = Literal["trust", "la", "partnership", "england"]

_PATTERNS = {
    "urn": re.compile(r"^[1-9]\d{4,6}$"),
    "la_code": re.compile(r"^[2-9]\d{2}$"),
    "trust_uid": re.compile(r"^[1-9]\d{0,5}$"),
    "laestab": re.compile(r"^[2-9]\d{6}$"),
}


def is_valid(kind: str, text: str) -> bool:
    """Say whether ``text`` has the shape of an identifier of ``kind`` (urn, la_code, trust_uid, laestab).

    Examples
    --------
    >>> is_valid("urn", "144520"), is_valid("urn", "144520.0")
    (True, False)
    """
    return bool(_PATTERNS[kind].match(text))


def pad_companies_house(text: str) -> str:
    """Give back the leading zeros that a spreadsheet takes from a Companies House number.

    Examples
    --------
    >>> pad_companies_house("7551959"), pad_companies_house("OC123456")
    ('07551959', 'OC123456')
    """
    return text.zfill(8) if text.isdigit() else text


@dataclass(frozen=True, slots=True)
class CommunityId:
    """The schools that one report is about: ``trust:3190``, ``la:936``, ``partnership:NAME``, ``england``.

    Examples
    --------
    >>> CommunityId.parse("la:936").slug
    'la-936'
    """

    kind: CommunityKind
    key: str

    @classmethod
    def parse(cls, text: str) -> "CommunityId":
        """Read the written form; a ValueError names the accepted forms."""
        if text == "england":
            return cls("england", "england")
        kind, _, key = text.partition(":")
        valid = {
            "trust": is_valid("trust_uid", key),
            "la": is_valid("la_code", key),
            "partnership": bool(re.match(r"^[a-z0-9][a-z0-9-]*$", key)),
        }
        if not valid.get(kind, False):
            raise ValueError(
                f"{text!r} is not a community; write trust:UID (for example trust:3190), la:CODE "
                "(la:936), partnership:name-in-lower-case (declared in recovery.toml) or england"
            )
        return cls(kind, key)  # pyright: ignore[reportArgumentType]  # narrowed by the dictionary above

    @property
    def slug(self) -> str:
        """Name of the community's folder in the output."""
        return "england" if self.kind == "england" else f"{self.kind}-{self.key}"

    def __str__(self) -> str:
        return "england" if self.kind == "england" else f"{self.kind}:{self.key}"
