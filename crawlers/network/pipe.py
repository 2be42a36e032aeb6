"""What goes between the crawling process and whoever started it: numbered lines of JSON.

To the process, on stdin, one line for each crawl that it is to do:

    {"number": 3, "job": {…}}

From the process, on stdout, the crawl's number, a word and a value; the lines of crawls side by side come mixed:

    3 post {…}    a Post
    3 dead {…}    what could not be read
    3 reading "…" the page at this address is parsed next, by code that nothing in this process interrupts
    3 parsed {}   it was parsed
    3 received {…} the page itself, with the ids of the posts on it
    3 page {}     one page was read to its end
    3 end {…}     the Ending, once, last
    3 broken {}   there will be no Ending, by our own fault; the log says why
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import msgspec

from config import settings
from crawlers.network.ending import Ending
from crawlers.page import Dead, Request, Response
from crawlers.post import Post, encode_post
from crawlers.spider import Job, spider_of
from crawlers.storage.received import received
from crawlers.storage.stage import query_folder

__all__ = ["Numbered", "Pipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A job with the number that all its lines carry."""

    number: int
    job: Job


class Pipe:
    """One crawl's sink, which writes to whoever started this process."""

    def __init__(self, out: BinaryIO, work: Numbered) -> None:
        self._out, self._job, self._number = out, work.job, b"%d " % work.number
        self._ended = False

    def post(self, post: Post) -> None:
        """Send a post."""
        self._out.write(self._number + b"post " + encode_post(post) + b"\n")

    def dead(self, dead: Dead) -> None:
        """Send what could not be read."""
        self._send("dead", dead)

    def page(self) -> None:
        """Say that a page was read to its end."""
        self._send("page", {})
        self._out.flush()

    def reading(self, url: str) -> None:
        """Say which page is parsed next."""
        self._send("reading", self._job.without_secrets(url.encode()).decode())
        self._out.flush()

    def parsed(self) -> None:
        """Say that its parsing is over."""
        self._send("parsed", {})
        self._out.flush()

    def end(self, end: Ending) -> None:
        """Say how it ended."""
        self._ended = True
        self._send("end", replace(end, message=self._job.without_secrets(end.message.encode()).decode()))
        self._out.flush()

    def close(self) -> None:
        """Say, where it has not ended, that it never will."""
        if not self._ended:
            self._send("broken", {})
            self._out.flush()

    def received(self, request: Request, response: Response, posts: Sequence[str]) -> None:
        """Send the page itself."""
        platform = spider_of(self._job.feed).platform
        if line := received(request, response, posts, run_id=self._job.run_id, platform=platform):
            self._out.write(self._number + b"received " + line + b"\n")

    def keep(self, response: Response) -> str:
        """Keep the page beside the logs; of each query, the last odd one is kept."""
        path = settings.data_dir() / "logs" / f"{self._job.feed}-{query_folder(self._job.query)}.page"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(response.body)
        return str(path)

    def _send(self, word: str, value: Any) -> None:
        self._out.write(self._number + word.encode() + b" " + msgspec.json.encode(value) + b"\n")
