"""The life of a crawling process: started, listened to, and never left behind.

One process does many crawls side by side. What is wrong with one of them is its own: a page whose reading never ends,
or ends the process, costs the crawl that read it; the others are interrupted, and do no more than begin anew.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from config import settings
from crawlers.network.ending import Ending, ending
from crawlers.network.pipe import Numbered
from crawlers.network.report import Verdict
from crawlers.spider import Job
from crawlers.storage.stage import query_folder

__all__ = ["Crawler", "CrawlerDied", "Interrupted"]

_GRACE = 120.0
"""Seconds beyond the job's own limit after which the process is taken to hang."""
_LINES_QUOTED = 12
_WORKER = "crawlers.network.worker"
_END, _READING, _PARSED, _BROKEN = b"end ", b"reading ", b"parsed ", b"broken "
_READ_AT_MOST = 60.0
"""Seconds for which one page may be read before the process is taken to hang; only another process can interrupt it."""


class CrawlerDied(Exception):
    """The crawling process failed by our own fault; the message quotes its log."""


class Interrupted(Exception):
    """The process ended with several crawls under way: begin anew, `alone` where it is not known whose fault it was."""

    def __init__(self, alone: bool) -> None:
        super().__init__("another crawl of the same process ended it")
        self.alone = alone


class Crawler:
    """A process that crawls, for any number of threads at once; it is started when a crawl needs it.

    It ends with ours, however ours ends, for its stdin closes then.
    """

    def __init__(self) -> None:
        self._lock, self._one_by_one = threading.Lock(), threading.Lock()
        self._process: _Process | None = None
        self._closed = False

    def __enter__(self) -> "Crawler":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, job: Job, take: Callable[[bytes], None]) -> Ending:
        """Do a job, hand each line that it writes to `take`, and return its last word.

        CrawlerDied when it ends without one, Interrupted when that was not, or need not have been, this job's fault.
        """
        with self._lock:
            if self._closed:
                raise CrawlerDied(f"crawling {job.feed} {job.query!r}: stopped, like the whole round")
            if self._process is None or self._process.ended:
                self._process = _Process(job)
            process, crawl = self._process, self._process.begin(job)
        return process.listen(crawl, take)

    @contextmanager
    def alone(self) -> Iterator["Crawler"]:
        """Give a process of its own; one such at a time."""
        with self._one_by_one, Crawler() as own:
            yield own

    def close(self) -> None:
        """End the process, with whatever is still under way."""
        with self._lock:
            self._closed = True
            if self._process:
                self._process.end()


@dataclass(slots=True, kw_only=True)
class _Crawl:
    """One crawl under way: the lines that came for it and were not taken yet; None is the process's end."""

    number: int
    job: Job
    lines: "SimpleQueue[bytes | None]" = field(default_factory=SimpleQueue)


class _Process:
    """Hands each line of a crawling process to the thread whose crawl it belongs to."""

    def __init__(self, first: Job) -> None:
        self._log = settings.data_dir() / "logs" / f"{first.feed}-{query_folder(first.query)}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as errors:
            self._process = _start(errors.fileno())
        self._crawls: dict[int, _Crawl] = {}
        self._begun = 0
        self._secrets: set[str] = set()
        self._reading: int | None = None
        self._at_fault: int | None = None
        self._left: frozenset[int] = frozenset()
        """Whose page is being read; who let it be killed; and who was under way when it ended."""
        self.ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def begin(self, job: Job) -> _Crawl:
        """Hand the process a job; only one thread at a time may."""
        self._begun += 1
        crawl = self._crawls[self._begun] = _Crawl(number=self._begun, job=job)
        self._secrets.update(job.secrets())
        assert self._process.stdin  # noqa: S101  # it is a pipe
        with suppress(BrokenPipeError, ValueError):  # it died before it read the job; its log says why
            self._process.stdin.write(msgspec.json.encode(Numbered(number=crawl.number, job=job)) + b"\n")
            self._process.stdin.flush()
        if self.ended:
            crawl.lines.put(None)
        return crawl

    def listen(self, crawl: _Crawl, take: Callable[[bytes], None]) -> Ending:
        """Take a crawl's lines until its last; a limit that passes ends the process."""
        limit = crawl.job.timeout + _GRACE
        whole = _Limit(time.monotonic() + limit, ending(Verdict.CUT_SHORT, f"ended after {limit:.0f} s without a word"))
        page: _Limit | None = None
        try:
            while True:
                nearest = min((whole, page) if page else (whole,), key=lambda limit: limit.at)
                try:
                    line = crawl.lines.get(timeout=max(0, nearest.at - time.monotonic()))
                except Empty:
                    self.end(crawl.number)
                    return nearest.passed
                if line is None or line.startswith(_BROKEN):
                    raise self._death(crawl, died=line is None)
                if line.startswith(_END):
                    return msgspec.json.decode(line.removeprefix(_END), type=Ending)
                page = _unread(line) if line.startswith(_READING) else None
                if page is None:
                    take(line)
        finally:
            del self._crawls[crawl.number]

    def end(self, at_fault: int | None = None) -> None:
        """Kill the process, whose every crawl that has ended is safe; `at_fault` is the crawl for which it must be."""
        if self._at_fault is None:
            self._at_fault = at_fault
        self.ended = True
        self._process.kill()

    def _read(self) -> None:
        with self._process as process:
            assert process.stdin and process.stdout  # noqa: S101  # they are pipes
            for line in process.stdout:
                number, _, line = line.partition(b" ")
                if line.startswith(_READING):
                    self._reading = int(number)
                elif line.startswith(_PARSED):
                    self._reading = None
                if crawl := self._crawls.get(int(number)):
                    crawl.lines.put(line)
            with suppress(BrokenPipeError):
                process.stdin.close()
        self.ended = True
        self._left = frozenset(self._crawls)
        for crawl in list(self._crawls.values()):
            crawl.lines.put(None)

    def _death(self, crawl: _Crawl, died: bool) -> CrawlerDied | Interrupted:
        """Return what the end of the process, or of this crawl only, means for the crawl."""
        fault = self._reading if self._at_fault is None else self._at_fault
        if died and (self._left - {crawl.number} if fault is None else fault != crawl.number):
            return Interrupted(alone=fault is None and crawl.number in self._left)
        job = crawl.job
        ended = f"the process ended with {self._process.returncode}" if died else "the crawl broke off"
        return CrawlerDied(f"crawling {job.feed} {job.query!r}: {ended}; {self._log} ends so:\n{self._quoted()}")

    def _quoted(self) -> str:
        text = self._log.read_text(encoding="utf-8", errors="replace")
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return last_words(text)


def last_words(log: str) -> str:
    """Return what a log says of an end: where and why the last error came up, for figures of the crawl follow it."""
    lines = log.splitlines()
    begins = [place for place, line in enumerate(lines) if line.startswith("Traceback (")]
    if begins:
        after = (place for place in range(begins[-1] + 1, len(lines)) if not lines[place].startswith(" "))
        lines = lines[begins[-1] : next(after, len(lines)) + 1]
    return "\n".join(lines[-_LINES_QUOTED:])


@dataclass(frozen=True, slots=True)
class _Limit:
    """A time of the monotonic clock until which a next word is awaited, and what follows where none comes."""

    at: float
    passed: Ending


def _unread(line: bytes) -> _Limit:
    address = msgspec.json.decode(line.removeprefix(_READING), type=str)
    end = ending(Verdict.SCHEMA_CHANGED, f"{address[:200]}: could not be read within {_READ_AT_MOST:g} s")
    return _Limit(time.monotonic() + _READ_AT_MOST, end)


def _start(log: int) -> "subprocess.Popen[bytes]":
    checkout = str(Path(__file__).resolve().parent.parent.parent)
    known = os.environ.get("PYTHONPATH")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, "PYTHONPATH": f"{checkout}{os.pathsep}{known}" if known else checkout},
        start_new_session=True,
    )
