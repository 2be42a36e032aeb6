"""Every command, asked with what nobody means: each says in one message what is wrong, and none breaks."""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import tingfeng

pytestmark = pytest.mark.soak

_STAY = {"up", "demo", "console", "replay", "wecom serve", "es start", "init", "doctor"}
"""Commands that stay, or that reach out to the network, when what they were told happens to be right."""
_WORDS = (
    "", " ", "不存在", "x" * 3000, "../../etc/passwd", "\x1b[31m红", "{", "1e309", "nan", "-1", "0", "9" * 20,
    "2026-13-45", "0001-01-01", "9999-12-31", "2026-02-30T25:00", "30d", "-5d", "1000000d", "a:b", "小米/手机", "*",
    '"', "[", "http://", "http://[::1", "\udcff", "None", "accounts|x", "１２",
)  # fmt: skip
_FILES = {
    "empty": b"",
    "any-bytes": bytes(range(256)) * 40,
    "gbk.csv": "姓名,电话\n张三,一二三\n".encode("gbk"),
    "half.json": b'{"a": [1, 2',
    "deep.json": b"[" * 3000,
    "list.json": b"[1,2,3]",
    "number.yaml": b"42\n",
    "tab.yaml": b"a:\n\t- b\n",
    "brand.yaml": "name: 星河\nquery: 星河\n".encode(),
    "half.zip": b"PK\x03\x04 not really",
    "half.xlsx": b"PK\x03\x04 not",
    "half.zst": b"\x28\xb5\x2f\xfd\x00",
    "half.gz": b"\x1f\x8b\x08\x00",
    "rows.csv": b"a,b\n1,2\n",
    "rows.jsonl": b'{"text": 1}\n{"text": null}\n7\n"x"\n',
    "odd.har": b'{"log": {"entries": [{"request": 5}, null, {"response": {"content": {"text": 3}}}]}}',
}


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


_ALL = {" ".join(path): (path, command) for path, command in _commands(typer.main.get_command(tingfeng.app))}


@pytest.fixture(scope="module")
def odd() -> Iterator[list[str]]:
    """Give what an argument may say: words, and files of every kind."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in _FILES.items():
            (Path(folder) / name).write_bytes(content)
        there = [str(Path(folder) / name) for name in (*_FILES, "nothing", "empty/below-a-file", ".")]
        yield [*_WORDS, *there, "/dev/null", "-"]


def _asked(command: Any, odd: list[str], chance: random.Random) -> list[str]:
    """Return arguments for a command: all that it wants, some of the rest."""
    told: list[str] = []
    options = [one for one in command.params if one.param_type_name == "option" and "--help" not in one.opts]
    for one in command.params:
        if one.param_type_name == "argument" and (one.required or chance.random() < 0.7):
            told.append(chance.choice(odd))
    for one in options:
        if one.required or chance.random() < 1.3 / len(options):
            told += [one.opts[0]] if one.is_flag else [one.opts[0], chance.choice(odd)]
    return told


@pytest.mark.parametrize("name", _ALL)
def test_nothing_that_is_said_breaks_a_command(
    name: str, odd: list[str], data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path, command = _ALL[name]
    (data / "config").mkdir(parents=True)
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    monkeypatch.chdir(data)
    chance = random.Random(name)  # noqa: S311  # the same at every run
    for _ in range(4 + 3 * len(command.params)):
        told = _asked(command, odd, chance)
        if name in _STAY and not told:
            continue
        monkeypatch.setattr(sys, "argv", ["tingfeng", *path, *told])
        capfd.readouterr()
        code: object = 0
        try:
            tingfeng.main()
        except SystemExit as ended:
            code = ended.code or 0
        except BaseException as error:  # noqa: BLE001  # whatever it is, a person would see a traceback
            pytest.fail(f"{name} {told!r}: {error!r}")
        said = "".join(capfd.readouterr())
        assert code in (0, 1, 2), f"{name} {told!r}: {code}: {said}"
        assert code == 0 or said.strip(), f"{name} {told!r}: ended with {code} without a word"
        assert "Traceback" not in said, f"{name} {told!r}: {said}"
