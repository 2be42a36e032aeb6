"""A personal value opens with its key and in its place, and nowhere else; keys can change."""

from pathlib import Path

import pytest

from config.key import KeyUnusable
from config.seal import SealBroken, keyring

OLD, NEW = "a:" + "11" * 32, "b:" + "22" * 32


def test_a_value_opens_only_where_it_was_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", OLD)
    keys = keyring()
    sealed = keys.seal("13912345678", about="customers:C1:phone")
    assert keys.open(sealed, about="customers:C1:phone") == "13912345678"
    assert sealed != keys.seal("13912345678", about="customers:C1:phone"), "equal values must not look equal"
    assert "13912345678" not in sealed
    with pytest.raises(SealBroken, match="another's place"):
        keys.open(sealed, about="customers:C2:phone")
    with pytest.raises(SealBroken, match="changed"):
        keys.open(sealed[:-4] + "AAA=", about="customers:C1:phone")


def test_keys_rotate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", OLD)
    sealed = keyring().seal("张伟", about="x")
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", f"{NEW}, {OLD}")
    keys = keyring()
    assert keys.open(sealed, about="x") == "张伟"
    assert keys.seal("张伟", about="x").startswith("b:")
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", NEW)
    with pytest.raises(SealBroken, match="the key 'a' is missing"):
        keyring().open(sealed, about="x")


def test_a_key_is_made_once_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    monkeypatch.delenv("TINGFENG_PERSONAL_KEYS", raising=False)
    sealed = keyring().seal("x", about="y")
    assert keyring().open(sealed, about="y") == "x"
    made = (tmp_path / "keys" / "personal.key").read_text(encoding="ascii").strip()
    assert made not in repr(keyring())


@pytest.mark.parametrize("text", ["a:" + "1" * 63 + "g", f"{OLD},{OLD}", f"{OLD},,{NEW}", "f" * 64 + ":x"])
def test_bad_keys_are_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", text)
    with pytest.raises((SealBroken, KeyUnusable), match="TINGFENG_PERSONAL_KEYS") as refused:
        keyring()
    assert "1111" not in str(refused.value)
