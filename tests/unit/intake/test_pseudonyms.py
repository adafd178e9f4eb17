"""Identifiers of persons are hashed at the door: same key same hash, no key no entry, nothing shown."""

import hmac
import stat

import pandas as pd
import pytest

from recovery_analysis.errors import ParameterError, WriteFailed
from recovery_analysis.intake.pseudonyms import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    PupilKey,
    find_key,
    write_key,
)

SECRET = "5a" * 32
KEY = PupilKey.parse(SECRET)


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_FILE_VARIABLE, raising=False)


def test_a_pseudonym_is_hmac_sha256_cut_to_128_bits():
    # RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?".
    known = PupilKey(b"Jefe").pseudonym("what do ya want for nothing?")
    assert known == "5bdcc146bf60754e6a042426089575c7"
    own = hmac.new(bytes.fromhex(SECRET), b"upn:A123456789012", "sha256").hexdigest()
    assert KEY.pseudonym("upn:A123456789012") == own[:32]


def test_a_column_is_hashed_as_its_cells_are_and_null_stays_null():
    cells = pd.Series(
        ["upn:A1", None, "local:urn:900001:7", "upn:A1"], index=[3, 5, 8, 9], dtype="str"
    )
    hashed = KEY.pseudonyms(cells)
    assert list(hashed.index) == [3, 5, 8, 9]
    assert hashed.isna().tolist() == [False, True, False, False]
    assert hashed[3] == hashed[9] == KEY.pseudonym("upn:A1")
    assert hashed[8] == KEY.pseudonym("local:urn:900001:7")


def test_two_keys_give_two_hashes_and_two_checks():
    other = PupilKey.parse("5b" * 32)
    assert KEY.pseudonym("upn:A1") != other.pseudonym("upn:A1")
    assert KEY.check != other.check
    assert KEY.check != KEY.pseudonym("upn:A1")


def test_the_key_is_never_shown():
    assert SECRET not in repr(KEY)
    with pytest.raises(ParameterError) as caught:
        PupilKey.parse("my dog is called Rex")
    assert "Rex" not in str(caught.value)
    assert "64 hexadecimal" in str(caught.value)


def test_a_written_key_is_read_back_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "trust.key"
    write_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert find_key(path) == find_key(path) is not None
    with pytest.raises(ParameterError, match="never written over"):
        write_key(path)
    with pytest.raises(WriteFailed):
        write_key(tmp_path / "nowhere" / "trust.key")


def test_where_the_key_is_looked_for(tmp_path, monkeypatch):
    assert find_key() is None
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    assert find_key() == KEY
    path = tmp_path / "trust.key"
    write_key(path)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(path))
    assert find_key() == find_key(path) != KEY
    with pytest.raises(ParameterError, match="can not be read"):
        find_key(tmp_path / "absent.key")
