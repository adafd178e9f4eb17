"""Partnerships declared in recovery.toml: any list of schools, trusts and local authorities."""

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recovery_analysis.errors import ParameterError
from recovery_analysis.words.identifiers import CommunityId, is_valid

_SETTINGS = ("partnerships",)
_PARTNERSHIP_KEYS = ("name", "members")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership:
    """A named set of schools: single URNs and whole communities (trusts, LAs)."""

    key: str
    name: str
    urns: tuple[str, ...]
    communities: tuple[CommunityId, ...]


def read_partnerships(path: Path | None) -> dict[str, Partnership]:
    """Read the partnerships of a recovery.toml; none when ``path`` is None.

    The file holds, for each partnership, ``[partnerships.KEY]`` with ``name = "..."`` and
    ``members = ["urn:125252", "trust:3190", "la:936"]``.

    Raises
    ------
    ParameterError
        The file is absent or not TOML, a key is unknown, or a member has no known form.
    """
    if path is None:
        return {}
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParameterError(f"{path}: no such file; check --config.") from None
    except OSError as error:
        raise ParameterError(
            f"{path}: can not be read ({error.strerror}); check --config."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path}: not valid TOML: {error}.") from None
    _refuse_unknown(path, "", body, _SETTINGS)
    declared = body.get("partnerships", {})
    _refuse_no_section(path, "partnerships", declared)
    return {key: _partnership(path, key, item) for key, item in declared.items()}


def _partnership(path: Path, key: str, item: dict[str, Any]) -> Partnership:
    _refuse_no_section(path, f"partnerships.{key}", item)
    _refuse_unknown(path, f"partnerships.{key}.", item, _PARTNERSHIP_KEYS)
    try:
        CommunityId.parse(f"partnership:{key}")
    except ValueError:
        raise ParameterError(
            f"{path}: [partnerships.{key}]: a key has lower-case letters, digits and hyphens only."
        ) from None
    members = item.get("members", [])
    if not isinstance(members, list) or not members:
        raise ParameterError(
            f'{path}: partnerships.{key}.members: expected a list such as ["urn:125252", "trust:3190"].'
        )
    urns = [text.removeprefix("urn:") for text in members if str(text).startswith("urn:")]
    for urn in urns:
        if not is_valid("urn", urn):
            raise ParameterError(
                f"{path}: partnerships.{key}.members: 'urn:{urn}' is not a URN (5 to 7 digits)."
            )
    others = [
        _community(path, key, str(text)) for text in members if not str(text).startswith("urn:")
    ]
    return Partnership(
        key=key,
        name=str(item.get("name", key)),
        urns=tuple(urns),
        communities=tuple(others),
    )


def _community(path: Path, key: str, text: str) -> CommunityId:
    try:
        community = CommunityId.parse(text)
    except ValueError:
        community = None
    if community is None or community.kind not in ("trust", "la"):
        raise ParameterError(
            f"{path}: partnerships.{key}.members: {text!r} is not a member; write urn:NUMBER, trust:UID or "
            "la:CODE."
        )
    return community


def _refuse_no_section(path: Path, name: str, item: object) -> None:
    if not isinstance(item, dict):
        raise ParameterError(
            f"{path}: {name}: expected a section such as [partnerships.coast] with name and members."
        )


def _refuse_unknown(path: Path, prefix: str, body: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in body:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ParameterError(
                f"{path}: unknown key {prefix + name!r}; expected {', '.join(known)}.{hint}"
            )
