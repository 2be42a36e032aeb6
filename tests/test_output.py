"""What a command writes is whole or not there, and what cannot be written is told without a traceback."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from commands.ports import first_free
from commands.tables import Sheet, write_rows
from config.output import NotWritten, write_whole, written

ROOT = Path(__file__).parent.parent


def test_what_stood_there_outlives_a_failure(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_whole(target, "before")
    with pytest.raises(KeyboardInterrupt), written(target) as path:
        path.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert target.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_missing_folders_are_made_and_rights_are_the_usual_ones(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "a.txt", "听风")
    write_whole(tmp_path / "new" / "b.txt", "听风", private=True)
    (tmp_path / "plain").touch()
    assert (tmp_path / "new" / "a.txt").read_text(encoding="utf-8") == "听风"
    assert (tmp_path / "new" / "a.txt").stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert (tmp_path / "new" / "b.txt").stat().st_mode & 0o777 == 0o600


def test_a_link_stays_and_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("before", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", "after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8") == "after"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        write_whole(pipe, "through")
        assert reader.communicate()[0] == b"through"
    assert pipe.is_fifo()


@pytest.mark.parametrize("place", ["folder", "file/below"])
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for form in Sheet:
        with pytest.raises(NotWritten, match=f"{place}: (is a folder: name|cannot be written .*: name another place)"):
            write_rows(tmp_path / place, form, ("a",), [{"a": 1}])
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "file"}


def _command(
    folder: Path, *arguments: str, limit: int | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `tingfeng` as a person does, with files of at most `limit` bytes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TINGFENG_")}
    environment |= {"TINGFENG_CONFIG": str(folder / "config"), "TINGFENG_DATA": str(folder / "data"), **(env or {})}
    fence: Callable[[], None] | None = None
    if limit is not None:
        fence = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # noqa: E731
    return subprocess.run(
        [sys.executable, "-m", "tingfeng", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=fence,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config" / "brands").mkdir(parents=True)
    (tmp_path / "config" / "brands" / "a.yaml").write_text("name: 星河\nquery: 星河\n", encoding="utf-8")
    (tmp_path / "config" / "channels").mkdir()
    (tmp_path / "config" / "channels" / "ops.yaml").write_text("kind: webhook\nurl_env: '[/red]'\n", encoding="utf-8")
    return tmp_path


def _only(found: subprocess.CompletedProcess[str], code: int) -> str:
    assert found.returncode == code, found
    assert "Traceback" not in found.stderr
    return found.stdout + found.stderr


def test_a_disk_that_takes_no_more_is_told(folder: Path) -> None:
    (folder / "config" / "channels" / "ops.yaml").unlink()
    said = _only(_command(folder, "init", "银河", "--crawl", "rss=http://127.0.0.1:1/a", limit=0), 1)
    assert "File too large: raise the limit" in said
    assert [path.name for path in (folder / "config" / "brands").iterdir()] == ["a.yaml"]


def test_words_that_look_like_styles_are_shown_as_they_are(folder: Path) -> None:
    assert "url_env: must be the name of an environment variable" in _only(_command(folder, "channels", "list"), 1)
    (folder / "config" / "channels" / "ops.yaml").write_text("kind: webhook\n", encoding="utf-8")
    said = _only(_command(folder, "channels", "test", "[/red] :smile: [bold]x"), 1)
    assert said.startswith("[/red] :smile: [bold]x: no such channel (known: ops)")


def test_another_charset_and_a_narrow_screen_break_nothing(folder: Path) -> None:
    (folder / "config" / "channels" / "ops.yaml").unlink()
    others: tuple[Mapping[str, str], ...] = ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}, {"COLUMNS": "20"})
    for other in others:
        assert "0 channels" in _only(_command(folder, "channels", "list", env=other), 0)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("leads", "--days", "9999999"), 2, "Invalid value for '--days'"),
        (("advocates", "--brand", "银河"), 1, "no brand is called '银河'; there are: 星河"),
        (("cases", "list", "--brand", "银河"), 1, "no brand is called '银河'; there are: 星河"),
        (("cases", "times", "--brand", "银河"), 1, "no brand is called '银河'; there are: 星河"),
        (("notes", "add", "上市", "--by", " "), 2, "nothing is said: write it out"),
        (("links", "of", "weibo:1", "--at", "0001-01-01"), 1, "'0001-01-01' is no time: write 7d"),
        (
            ("privacy", "export", "C1", "--to", "pyproject.toml", "--for", "copy"),
            1,
            "is there already: name another --to",
        ),
        (("privacy", "no", "weibo", "\udcff", "--reason", "x"), 1, "is not UTF-8: set your terminal to UTF-8"),
        (("brands", "diff", "x" * 3000), 1, "File name too long: name a shorter one"),
        (("record", "1e309", " ", "--base-url", "x"), 1, "query: must have at least 1 character: got ' '"),
        (("console", "--port", "70000"), 2, "Invalid value for '--port'"),
        (("up", "--console-port", "-1"), 2, "Invalid value for '--console-port'"),
    ],
)
def test_what_cannot_be_asked_is_told_at_once(folder: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    (folder / "config" / "channels" / "ops.yaml").unlink()
    assert told in _only(_command(folder, *arguments), code)


@pytest.mark.parametrize("arguments", [("console",), ("replay", "snownlp", "--limit", "1")])
def test_a_port_that_is_taken_is_told_before_anything_is_said_to_answer(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    (folder / "config" / "channels" / "ops.yaml").unlink()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _only(_command(folder, *arguments, "--port", str(port)), 1)
        assert first_free(port) != port
    assert said.startswith(f"--port {port}: cannot be listened on (Address already in use): name another --port")


def test_the_node_can_be_looked_after_while_a_file_is_wrong(folder: Path) -> None:
    assert "Elasticsearch is not running" in _only(_command(folder, "es", "status"), 1)
