"""`tingfeng up`: one command starts all of it, one Ctrl-C stops all of it, and no process is left.

It stands with the tests of many machines, for it is many processes: a minute of both cores.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

CONFIG = Path(__file__).resolve().parent.parent / "config" / "demo"
PATIENCE = 800


def ours(folder: Path) -> list[psutil.Process]:
    """Return every process that was started with this data folder in its environment or its arguments."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TINGFENG_DATA") == str(folder) or str(folder) in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def listening(processes: list[psutil.Process]) -> set[str]:
    """Return the addresses at which the processes can be reached."""
    found: set[str] = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # a task of Airflow's that has just ended
            connections = process.net_connections("tcp")
            found |= {one.laddr.ip for one in connections if one.status == psutil.CONN_LISTEN}
    return found


def listens(said: str, part: str) -> bool:
    """Say whether a part answers at the address that was told, if it was; the console is the last of them."""
    address = re.search(rf"{part}\s+http://([\d.]+):(\d+)", said)
    with socket.socket() as probe:
        return address is not None and probe.connect_ex((address[1], int(address[2]))) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads other processes' environment, which Linux allows")
@pytest.mark.cluster
def test_one_command_starts_it_and_one_interrupt_stops_it(tmp_path: Path) -> None:
    data, said = tmp_path / "data", tmp_path / "said.txt"
    environment = os.environ | {"TINGFENG_DATA": str(data), "TINGFENG_CONFIG": str(CONFIG), "COLUMNS": "300"}
    environment["TINGFENG_ES_JAVA"] = "-XX:TieredStopAtLevel=1"  # half the time to start, on two busy cores
    with said.open("w") as output:
        up = subprocess.Popen([sys.executable, "-m", "tingfeng", "up"], env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        page = data / "report" / "index.html"  # the last step of the chain: crawl → analyse → index → report
        while not (listens(said.read_text(), "Console") and page.exists()):
            assert up.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.5)
        airflow = re.search(r"Airflow\s+(http://\S+)", said.read_text())
        assert airflow
        with urllib.request.urlopen(f"{airflow[1]}/api/v2/monitor/health") as answer:  # noqa: S310 -- our own loopback
            assert answer.status == 200
        running = ours(data)
        assert len(running) > 4
        assert listening(running) <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}
        up.send_signal(signal.SIGINT)
        up.wait(90)
        assert ours(data) == []
        assert "All stopped." in said.read_text()
    finally:
        for process in ours(data):
            process.kill()
