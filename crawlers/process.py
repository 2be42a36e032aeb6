"""The life of a crawling process: started, listened to, and never left behind."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from config import settings
from crawlers.ending import Ending
from crawlers.spider import Job
from crawlers.stage import query_folder

__all__ = ["CrawlerDied", "run_worker"]

_GRACE = 120.0
"""Seconds beyond the job's own limit after which the process is taken to hang."""
_LINES_QUOTED = 12
_WORKER = "crawlers.worker"
_END = b"end "


class CrawlerDied(Exception):
    """The crawling process failed by our own fault; the message quotes its log."""


def run_worker(job: Job, take: Callable[[bytes], None]) -> Ending:
    """Do a job in a process of its own, hand each line that it writes to `take`, and return its last word.

    CrawlerDied when it ends without one. The process leaves when its stdin closes, so it ends with ours, however ours
    ends.
    """
    log = settings.data_dir() / "logs" / f"{job.feed}-{query_folder(job.query)}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    end = None
    with log.open("wb") as errors, _start(errors.fileno()) as process:
        assert process.stdin and process.stdout  # noqa: S101  # they are pipes
        hanging = threading.Timer(job.timeout + _GRACE, process.kill)
        hanging.daemon = True
        hanging.start()
        try:
            process.stdin.write(msgspec.json.encode(job) + b"\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.startswith(_END):
                    end = msgspec.json.decode(line.removeprefix(_END), type=Ending)
                else:
                    take(line)
        except BrokenPipeError:
            pass  # it died before it read the job; its log says why
        except BaseException:
            process.kill()
            raise
        finally:
            hanging.cancel()
    if end is None:
        raise CrawlerDied(f"crawling {job.feed} {job.query!r}: the process ended with {_quoted(process, log, job)}")
    return end


def _start(log: int) -> "subprocess.Popen[bytes]":
    checkout = str(Path(__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, "PYTHONPATH": f"{checkout}{os.pathsep}{known}" if known else checkout},
        start_new_session=True,
    )


def _quoted(process: "subprocess.Popen[bytes]", log: Path, job: Job) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    if job.cookie_env and (cookie := settings.secret(job.cookie_env)):
        text = text.replace(cookie, "…")
    last = "\n".join(text.splitlines()[-_LINES_QUOTED:])
    return f"{process.returncode}; {log} ends so:\n{last}"
