"""The embedded Elasticsearch takes no other program for its node, and says what the machine lacks before it starts."""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexing.elasticsearch import embedded, jars, machine
from indexing.elasticsearch.embedded_errors import (
    DiskFull,
    EmbeddedError,
    MemoryShort,
    NotWritable,
    SettingWrong,
    StartFailed,
)
from indexing.elasticsearch.launch import start_failed
from indexing.elasticsearch.node_home import NodeHome, State


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NodeHome:
    """Give an empty home, in a data folder of its own, in which nothing is ever started."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    monkeypatch.setattr(embedded, "spawn", lambda *_: pytest.fail("a node was started"))
    folder = NodeHome(tmp_path.resolve() / "elasticsearch")
    folder.path.mkdir()
    return folder


def test_a_pid_that_another_program_has_is_not_the_node(home: NodeHome) -> None:
    home.node_lock.touch()
    home.write_state(State(pid=os.getpid(), port=9200, cluster="tingfeng-x", backups="/nowhere"))

    assert embedded.status() is None
    assert embedded.stop() is False


def test_a_node_that_is_still_starting_is_waited_for_in_vain_with_a_clear_error(home: NodeHome) -> None:
    with home.node_lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home.write_state(State(pid=os.getpid(), port=0, cluster="tingfeng-x", backups="/nowhere"))
        assert embedded.status() is None
        with pytest.raises(StartFailed, match=r"did not answer within 0\.2 s"):
            embedded.start(wait=0.2)


def test_a_running_node_whose_word_cannot_be_read_is_named(home: NodeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_WORD_PATIENCE", 0.2)
    home.state_file.write_text("{}", encoding="utf-8")

    with home.node_lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedError, match=r"node\.json: not readable"):
            embedded.stop()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "file" / "data"))

    with pytest.raises(NotWritable, match="TINGFENG_DATA") as caught:
        embedded.start()
    assert str(tmp_path / "file") in str(caught.value)


def test_too_little_disk_is_said_before_anything_is_written(home: NodeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=100 * machine.MB))

    with pytest.raises(DiskFull, match="100 MB free.*needs 500 MB.*TINGFENG_DATA"):
        embedded.start()
    assert not list(home.path.iterdir())


def test_a_disk_that_fills_up_during_the_set_up_is_said(home: NodeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_disk(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left", str(home.path / "jars" / "one.jar"))

    monkeypatch.setattr(jars, "assemble", fill_disk)
    with pytest.raises(DiskFull, match=r"one\.jar: No space left: free some space"):
        embedded.start()


@pytest.mark.parametrize(
    ("free", "heap"), [(8192, 1024), (1400, 1024), (1200, 768), (900, 512), (750, 384), (None, 1024)]
)
def test_the_heap_is_smaller_where_memory_is_short(
    free: int | None, heap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINGFENG_ES_HEAP", raising=False)
    monkeypatch.setattr(machine, "available_memory", lambda: free and free * machine.MB)

    assert machine.choose_heap() == heap * machine.MB


@pytest.mark.parametrize(("heap", "twice"), [("512m", False), ("1g", False), ("2g", True)])
def test_only_with_a_large_heap_java_compiles_twice(heap: str, twice: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "available_memory", lambda: None)
    monkeypatch.setenv("TINGFENG_ES_HEAP", heap)
    options = machine.java_options(machine.choose_heap())
    assert f"-Xmx{machine.choose_heap()}" in options
    assert ("-XX:TieredStopAtLevel=1" in options) is not twice


@pytest.mark.parametrize(
    ("wish", "error", "words"),
    [
        ("", MemoryShort, "600 MB of memory available.*384 MB needs 734 MB"),
        ("2g", MemoryShort, "smaller TINGFENG_ES_HEAP"),
        ("lots", SettingWrong, "TINGFENG_ES_HEAP=lots: write a size"),
        ("64m", SettingWrong, "at least 256m"),
    ],
)
def test_too_little_memory_or_a_wrong_heap_is_said(
    home: NodeHome, wish: str, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_ES_HEAP", wish)
    monkeypatch.setattr(machine, "available_memory", lambda: 600 * machine.MB)

    with pytest.raises(error, match=words):
        embedded.start()
    assert not home.node_lock.exists()


@pytest.mark.parametrize(
    ("own", "members", "words"),
    [
        ("127.0.0.1:9314", "127.0.0.1:9310,127.0.0.1:9311", "TINGFENG_ES_MEMBER=127.0.0.1:9314: name this node's own"),
        ("10.0.0.7:9310", "10.0.0.7:9310,10.0.0.8:9310", "10.0.0.7:9310: write 127.0.0.1:9310"),
    ],
)
def test_members_that_are_none_are_said(
    home: NodeHome, own: str, members: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_ES_MEMBER", own)
    monkeypatch.setenv("TINGFENG_ES_MEMBERS", members)

    with pytest.raises(SettingWrong, match=words):
        embedded.start()


def test_a_containers_limit_counts_as_the_machines_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = {
        "memory.max": "900000000\n",
        "memory.current": "500000000\n",
        "memory.stat": "anon 1\ninactive_file 50000000\n",
    }
    for name, content in group.items():
        (tmp_path / name).write_text(content, encoding="ascii")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    assert machine.available_memory() == 450_000_000

    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    assert machine.available_memory() != 450_000_000


@pytest.mark.usefixtures("home")
def test_a_wrong_range_of_ports_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_ES_PORTS", "some")

    with pytest.raises(SettingWrong, match="TINGFENG_ES_PORTS=some: write a port or a range"):
        embedded.start()


def test_importing_the_module_loads_nothing_slow() -> None:
    code = "import json, sys, indexing.elasticsearch.embedded; print(json.dumps(sorted(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    output = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True).stdout

    assert not {"jgo", "jpype", "elasticsearch", "requests", "httpx", "numpy"} & set(json.loads(output))


@pytest.mark.parametrize(
    ("said", "reason"),
    {
        "Exception in x\nCaused by: a.B: outer\n\tat x.Y\nCaused by: c.D: inner\n\t... 5 more\nFATAL: y": (
            "Caused by: c.D: inner"
        ),
        "Caused by: x.IOException: Mount point not found\nFATAL: exception not rethrown": "bind-mount it on itself",
        "Caused by: BindHttpException: taken\nFATAL: exception not rethrown": "set another range",
        "killed": ": killed",
        "": "no last word",
    }.items(),
)
def test_a_start_that_failed_names_its_deepest_cause(home: NodeHome, said: str, reason: str) -> None:
    home.logs.mkdir(parents=True)
    home.process_log.write_text(said, encoding="utf-8")
    assert reason in str(start_failed(home, "the node's process ended"))
