"""The life of a crawling process: started, listened to, and never left behind."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from config import settings
from crawlers.ending import Ending, ending
from crawlers.report import Verdict
from crawlers.spider import Job
from crawlers.stage import query_folder

__all__ = ["CrawlerDied", "run_worker"]

_GRACE = 120.0
"""Seconds beyond the job's own limit after which the process is taken to hang."""
_LINES_QUOTED = 12
_WORKER = "crawlers.worker"
_END, _READING = b"end ", b"reading "
_READ_AT_MOST = 60.0
"""Seconds for which one page may be read before the process is taken to hang; only another process can interrupt it."""


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
        whole, one_page = _Limit(process), _Limit(process)
        limit = job.timeout + _GRACE
        whole.begin(limit, ending(Verdict.CUT_SHORT, f"ended after {limit:.0f} s without a word"))
        try:
            process.stdin.write(msgspec.json.encode(job) + b"\n")
            process.stdin.flush()
            for line in process.stdout:
                one_page.end()
                if line.startswith(_READING):
                    one_page.begin(_READ_AT_MOST, _unread(line))
                elif line.startswith(_END):
                    end = msgspec.json.decode(line.removeprefix(_END), type=Ending)
                else:
                    take(line)
        except BrokenPipeError:
            pass  # it died before it read the job; its log says why
        except BaseException:
            process.kill()
            raise
        finally:
            whole.end()
            one_page.end()
    if (last := end or one_page.passed or whole.passed) is None:
        raise CrawlerDied(f"crawling {job.feed} {job.query!r}: the process ended with {_quoted(process, log, job)}")
    return last


def _unread(line: bytes) -> Ending:
    address = msgspec.json.decode(line.removeprefix(_READING), type=str)
    return ending(Verdict.SCHEMA_CHANGED, f"{address[:200]}: could not be read within {_READ_AT_MOST:g} s")


class _Limit:
    """Kills a process that takes longer than it may; `passed` is then what that means for the crawl."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process, self._timer = process, threading.Timer(0, process.kill)
        self.passed: Ending | None = None

    def begin(self, seconds: float, otherwise: Ending) -> None:
        self._timer = threading.Timer(seconds, self._kill, [otherwise])
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        self._timer.cancel()

    def _kill(self, otherwise: Ending) -> None:
        self.passed = otherwise
        self._process.kill()


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
    for name in (job.cookie_env, job.token_env):
        if name and (secret := settings.secret(name)):
            text = text.replace(secret, "…")
    last = "\n".join(text.splitlines()[-_LINES_QUOTED:])
    return f"{process.returncode}; {log} ends so:\n{last}"
