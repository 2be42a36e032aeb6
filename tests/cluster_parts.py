"""What a cluster is made of, each part a real server on loopback: PostgreSQL, Redis, Elasticsearch nodes, Airflow."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from pwd import getpwnam

import psutil

from tests.s3_server import free_port

__all__ = ["WORKERS", "Airflow", "ElasticsearchNodes", "Redis", "elasticsearch_nodes", "killed", "postgres", "until"]

ROOT = Path(__file__).resolve().parent.parent
WORKERS = ("one", "two")
FLOWS = ("crawl", "analyse", "index")
QUICK = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "25",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "4",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
}
"""How soon Airflow notices that a worker is gone; its defaults, made for hours of work, are five and ten minutes."""


def until(holds: Callable[[], bool], patience: float, what: str, every: float = 0.2) -> None:
    """Wait until something holds; fail with `what` after so many seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, f"waited {patience:g} s in vain until {what}"
        time.sleep(every)


def answers(port: int) -> bool:
    """Say whether somebody listens at a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def killed(pid: int) -> None:
    """Kill a process and all that it started, at once, as when a machine is lost."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.suspend()  # none of them may still act on another's death
        family = [process, *process.children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family, timeout=20)


def program(name: str, folders: str) -> str:
    """Return the path of a server's program; its absence fails the test with the remedy."""
    found = sorted(Path("/").glob(f"{folders}/{name}"), reverse=True)
    path = shutil.which(name) or (found and str(found[0]))
    assert path, f"{name} is missing: apt-get install postgresql redis-server"
    return str(path)


@contextmanager
def postgres() -> Iterator[str]:
    """Run an empty PostgreSQL, as a user without rights where this is root's process; give its address."""
    root = os.geteuid() == 0
    user = next((name for name in ("postgres", "nobody") if root and _known(name)), None)
    assert user or not root, "PostgreSQL does not run as root, and there is neither a user postgres nor nobody"
    with tempfile.TemporaryDirectory(prefix="tingfeng-postgres-", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        data, port = f"{folder}/data", free_port()
        binaries = "usr/lib/postgresql/*/bin"
        subprocess.run(
            [program("initdb", binaries), "-D", data, "-U", "airflow", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        options = [
            f"unix_socket_directories={folder}",
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "max_connections=120",
        ]
        command = [program("postgres", binaries), "-D", data, "-p", str(port), *(f"-c{option}" for option in options)]
        with open(f"{folder}/log", "wb") as log:  # noqa: PTH123
            server = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            until(lambda: answers(port), 60, "PostgreSQL answers")
            yield f"127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(60)


def _known(user: str) -> bool:
    try:
        getpwnam(user)
    except KeyError:
        return False
    return True


class Redis:
    """A Redis that keeps nothing on disk, so that a restart forgets all that was queued."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self._folder.mkdir(parents=True, exist_ok=True)
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty."""
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = [program("redis-server", "usr/bin"), *options, "--dir", str(self._folder)]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(lambda: answers(self._port), 30, "Redis answers", every=0.05)

    def stop(self) -> None:
        """Kill it."""
        if self._server:
            self._server.kill()
            self._server.wait(30)


@dataclass(slots=True)
class ElasticsearchNodes:
    """Nodes that form one cluster."""

    pids: list[int] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @property
    def urls(self) -> str:
        """Their addresses, as ELASTICSEARCH_URL takes them."""
        return ",".join(self.addresses)


@contextmanager
def elasticsearch_nodes(folder: Path, count: int = 3) -> Iterator[ElasticsearchNodes]:
    """Run so many embedded nodes as one cluster."""
    from indexing.elasticsearch.node_home import NodeHome

    members = [f"127.0.0.1:{free_port()}" for _ in range(count)]
    settings = {
        "TINGFENG_ES_MEMBERS": ",".join(members),
        "TINGFENG_ES_HEAP": "384m",
        "TINGFENG_ES_JAVA": "-XX:TieredStopAtLevel=1",
    }
    starts = []
    for number, member in enumerate(members):
        own = {
            "TINGFENG_DATA": str(folder / str(number)),
            "TINGFENG_ES_MEMBER": member,
            "TINGFENG_ES_PORTS": str(free_port()),  # one that no other node takes when this one is lost
        }
        environment = os.environ | settings | own
        command = [sys.executable, "-m", "tingfeng", "es", "start"]
        starts.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL))
    homes = [NodeHome(folder / str(number) / "elasticsearch") for number in range(count)]
    try:
        assert [start.wait(300) for start in starts] == [0] * count, "an Elasticsearch node did not start"
        states = [state for home in homes if (state := home.read_state())]
        yield ElasticsearchNodes(
            pids=[state.pid for state in states], addresses=[f"http://127.0.0.1:{state.port}" for state in states]
        )
    finally:
        for home in homes:
            if home.is_held() and (state := home.read_state()):
                killed(state.pid)


class Airflow:
    """Airflow with the Celery executor; every part has an AIRFLOW_HOME of its own, and a worker its own data folder."""

    def __init__(self, folder: Path, *, database: str, redis: str, tingfeng: Mapping[str, str]) -> None:
        import psycopg2

        self.folder, self.port = folder, free_port()
        self._database = psycopg2.connect(f"postgresql://airflow@{database}")
        self._flows = folder / "flows"
        self._flows.mkdir(parents=True)
        for name in FLOWS:
            (self._flows / f"{name}.py").symlink_to(ROOT / "dags" / f"{name}.py")
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
            **tingfeng,
            **QUICK,
            "PYTHONPATH": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            "AIRFLOW__CELERY__BROKER_URL": redis,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql+psycopg2://airflow@{database}",
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(self._flows),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://airflow@{database}",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
            "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        }

    def prepare(self) -> None:
        """Make the database, and start the workers."""
        subprocess.run([sys.executable, "-m", "dags.prepare"], check=True, env=self._own("prepare"), cwd=self.folder)
        for name in WORKERS:
            self.worker(name)

    def start(self) -> None:
        """Start what there is one of, once the workers are ready."""
        self.run("api-server", "api-server")
        until(lambda: answers(self.port), 400, "Airflow's API server answers")
        for name in WORKERS:
            until(lambda name=name: f"{name}@" in self.said(name) and "ready." in self.said(name), 400, f"{name} works")  # type: ignore[misc]
        self.run("scheduler", "scheduler", "--skip-serve-logs")
        self.run("dag-processor", "dag-processor")

    def said(self, name: str) -> str:
        """Return a part's log."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def tasks(self, state: str, dag: str = "%") -> list[str]:
        """Return the ids of the tasks in a state, as Airflow's database has them."""
        with self._database, self._database.cursor() as cursor:
            cursor.execute("select id from task_instance where state = %s and dag_id like %s", (state, dag))
            return [str(row[0]) for row in cursor.fetchall()]

    def tried_again(self) -> str:
        """Return which tasks were tried more than once, and how often."""
        with self._database, self._database.cursor() as cursor:
            cursor.execute("select dag_id, task_id, map_index, try_number from task_instance where try_number > 1")
            return (
                ", ".join(f"{dag}.{task}[{at}] {tries} times" for dag, task, at, tries in cursor.fetchall()) or "none"
            )

    def worker_of(self, dag: str) -> str | None:
        """Return the worker that runs a task of a DAG now."""
        for task in self.tasks("running", dag):
            for name in WORKERS:
                if self.does(name, f"airflow worker -- {task}"):
                    return name
        return None

    def worker(self, name: str) -> None:
        """Start a worker of its own machine, as far as a folder can be one."""
        self.run(name, "celery", "worker", "--skip-serve-logs", "--celery-hostname", f"{name}@%h", "--without-mingle")

    def run(self, name: str, *arguments: str) -> None:
        """Start a part under a name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._parts[name] = subprocess.Popen(
                [sys.executable, "-m", "airflow", *arguments],
                env=self._own(name),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill a part with all that it started."""
        part = self._parts.pop(name)
        killed(part.pid)
        part.wait(30)

    def does(self, worker: str, *words: str) -> bool:
        """Say whether a process of a worker has all these words in its command line."""
        part = self._parts.get(worker)
        if part is None:
            return False
        with suppress(psutil.NoSuchProcess):
            for process in psutil.Process(part.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    line = " ".join(process.cmdline())
                    if all(word in line for word in words):
                        return True
        return False

    def check(self) -> None:
        """Fail when a part has ended by itself."""
        for name, part in self._parts.items():
            if part.poll() is not None:
                last = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
                raise AssertionError("\n".join([f"{name} ended with {part.returncode}", *last]))

    def stop(self) -> None:
        """Kill all of it."""
        with ExitStack() as stack:
            stack.callback(self._database.close)
            for name in list(self._parts):
                stack.callback(self.kill, name)

    def _own(self, name: str) -> dict[str, str]:
        home = self.folder / name
        home.mkdir(exist_ok=True)
        return {**self._environment, "AIRFLOW_HOME": str(home / "airflow"), "TINGFENG_DATA": str(home / "data")}
