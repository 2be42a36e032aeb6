"""The embedded Elasticsearch: a real node from pip and Maven alone, in a process of its own, for this data folder.

`start()` finds the running node or starts one, `stop()` closes it, `status()` and `logs()` look. Everything lies under
`TINGFENG_DATA`/elasticsearch; the node binds 127.0.0.1 only. Further settings from the environment: `TINGFENG_ES_HEAP`
(default 1g), `TINGFENG_ES_PORTS` (default 9200-9299), `TINGFENG_BACKUPS` (snapshots; default `TINGFENG_DATA`/backups),
`TINGFENG_ES_JAVA` (further options of the Java machine). Nodes of several data folders that name the same
`TINGFENG_ES_MEMBERS` (addresses between them, as 127.0.0.1:9310,127.0.0.1:9311,…), and each its own as
`TINGFENG_ES_MEMBER`, form one cluster, to try what a cluster does; start them at the same time.
"""

import fcntl
import http.client
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from config import settings
from indexing.elasticsearch import machine
from indexing.elasticsearch.embedded_errors import EmbeddedError, NotRunning, StartFailed
from indexing.elasticsearch.launch import prepare, spawn, start_failed, tail
from indexing.elasticsearch.node_home import NodeHome

__all__ = ["EmbeddedError", "Running", "all_running", "logs", "start", "status", "stop", "url"]

_POLL = 0.05
_KILL_PATIENCE = 10.0
_WORD_PATIENCE = 10.0
_START_PATIENCE = 900.0
_RECOVERY = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running node; `cluster` is a name that no other folder's node has, `backups` where it may keep snapshots."""

    url: str
    pid: int
    port: int
    cluster: str
    home: Path
    backups: Path


def start(*, wait: float = 120, progress: Callable[[str, float], None] | None = None) -> Running:
    """Return the running node of this data folder, starting it where there is none.

    `wait` is how many seconds the node may take to answer, downloads not counted; `progress` gets a message and a
    fraction. Any number of callers at once get the same node. Raises an EmbeddedError that says what to do.
    """
    home = _home()
    running = status()
    if running and _answers(running):
        return running
    tell = progress or (lambda message, done: None)
    if not home.is_held():
        machine.check_folder(home.path)
    with _sole_starter(home):
        running = _await_answer(home, wait)
        if running is None:
            spec = prepare(home, tell)
            tell("Elasticsearch: starting", 0.0)
            spawn(home, spec)
            running = _await_answer(home, wait)
    if running is None:
        raise start_failed(home, "the node's process ended (killed, where it left no word)")
    tell(f"Elasticsearch: {running.url}", 1.0)
    return running


def stop(*, timeout: float = 60, path: Path | None = None) -> bool:
    """Close the node of `path`, or of this data folder, and say whether there was one.

    After `timeout` seconds it is killed, which loses no document.
    """
    home = NodeHome(path) if path else _home()
    pid = _owner(home)
    if pid is None:
        return False
    for number, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, _KILL_PATIENCE)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        if _is_gone(home, pid, patience):
            return True
    raise EmbeddedError(f"{home.path}: process {pid} does not end even when killed: its disk may hang")


def status() -> Running | None:
    """Return the node of this data folder, or None when there is none, or it is still starting."""
    return _running(_home())


def all_running() -> list[Running]:
    """Return the nodes of this data folder and of those below the checkout's data/, the demonstration's too."""
    homes = [_home(), *(NodeHome(folder / "elasticsearch") for folder in settings.known_data_dirs())]
    found = (_running(home) for home in {home.path: home for home in homes}.values())
    return [running for running in found if running]


def _running(home: NodeHome) -> Running | None:
    state = home.read_state() if home.is_held() else None
    if state is None or not state.port:
        return None
    return Running(
        url=f"http://127.0.0.1:{state.port}",
        pid=state.pid,
        port=state.port,
        cluster=state.cluster,
        home=home.path,
        backups=Path(state.backups),
    )


def url() -> str:
    """Return the running node's address; raises NotRunning."""
    running = status()
    if running is None:
        raise NotRunning(f"no Elasticsearch runs for {_home().path}: start it with `tingfeng es start`")
    return running.url


def logs(lines: int) -> str:
    """Return the last `lines` lines of the node's log, or of its process's output when it never came to log."""
    home = _home()
    return tail(home.node_log, lines) or tail(home.process_log, lines)


def _home() -> NodeHome:
    return NodeHome(settings.data_dir() / "elasticsearch")


def _answers(running: Running, *, query: str = "", patience: float = 5.0) -> bool:
    """Say whether the node at this address is the one of this folder, and ready."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=patience)
    try:
        connection.request("GET", f"/_cluster/health?filter_path=cluster_name,status{query}")
        response = connection.getresponse()
        health = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return response.status == HTTPStatus.OK and health.get("cluster_name") == running.cluster


@contextmanager
def _sole_starter(home: NodeHome) -> Iterator[None]:
    """Hold the start lock; whoever comes second waits for the first one's node."""
    deadline = time.monotonic() + _START_PATIENCE
    with home.start_lock.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StartFailed(
                        f"{home.start_lock}: another start holds it too long: end that one first"
                    ) from None
                time.sleep(_POLL)
            else:
                break
        yield


def _await_answer(home: NodeHome, wait: float) -> Running | None:
    """Return the node once it answers and its indices are there; None when no process holds the folder (any more)."""
    deadline = time.monotonic() + wait
    while home.is_held():
        running = status()
        if running and _answers(running):
            _await_indices(running, deadline)
            return running
        if time.monotonic() > deadline:
            raise start_failed(home, f"the node did not answer within {wait:g} s: stop it, or wait longer")
        time.sleep(_POLL)
    return None


def _await_indices(running: Running, deadline: float) -> None:
    """Wait until every index can be searched, or until those that are not yet will not come any more."""
    if _answers(running, query=f"&wait_for_status=yellow&timeout={_RECOVERY}s", patience=_RECOVERY + 5):
        return
    left = max(1, int(deadline - time.monotonic()))
    _answers(running, query=f"&wait_for_no_initializing_shards=true&timeout={left}s", patience=left + 5)
    if not _answers(running, query="&wait_for_status=yellow&timeout=1s"):
        log.warning("%s: some indices are broken or still recovering: see `tingfeng es logs`", running.url)


def _owner(home: NodeHome) -> int | None:
    """Return the pid of the node that holds this folder, starting or running, or None."""
    deadline = time.monotonic() + _WORD_PATIENCE
    while home.is_held():
        if state := home.read_state():
            return state.pid
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"{home.state_file}: not readable, yet a node runs: end the process that holds {home.node_lock}"
            )
        time.sleep(_POLL)  # it has the lock, and is about to say its pid
    return None


def _is_gone(home: NodeHome, pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while _owner(home) == pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True
