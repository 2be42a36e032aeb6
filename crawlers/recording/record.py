"""Fixtures: a page as it was answered, and what our parser makes of it, as a folder of files.

    request.json     query, url, status, headers, fetched_at (the frozen time), and what else the Job held
    response.*       the body, byte for byte
    posts.json       the posts, or the error, that must come out

`tingfeng record` saves a live page so, with its authors pseudonymised (pseudonyms.py).
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from crawlers.errors import CrawlError
from crawlers.page import Response
from crawlers.post import Post, encode_post
from crawlers.recording.pseudonyms import pseudonymised
from crawlers.spider import Job, PlatformSpider, spider_of

__all__ = ["kept_page", "outcome", "read_case", "record", "write_case"]

_KEPT_HEADERS = ("content-type", "date", "etag", "last-modified", "location", "x-tingfeng-synthetic")


def read_case(folder: Path) -> tuple[PlatformSpider, Response]:
    """Return the spider and the answer of a fixture; the feed is the name of the folder above."""
    request = json.loads((folder / "request.json").read_bytes())
    (body,) = folder.glob("response.*")
    response = msgspec.convert({**request.pop("response"), "body": b""}, Response)
    job = msgspec.convert({"feed": folder.parent.name, "run_id": "fixture", **request}, Job)
    return spider_of(job.feed)(job), replace(response, body=body.read_bytes())


def outcome(spider: PlatformSpider, response: Response) -> dict[str, Any]:
    """Return what the parser makes of an answer, as posts.json holds it: what is absent or empty is left out."""
    try:
        if response.status not in (200, 304):
            raise spider.refusal(response)
        page = spider.parse_page(response)
    except CrawlError as error:
        return {"error": type(error).__name__, "message": str(error)}
    fields = {
        "posts": [_stated(post) for post in page.posts],
        "drafts": [{"whole": request.url, "post": _stated(post)} for request, post in page.drafts],
        "dead": [dead.reason for dead in page.dead],
        "listed": [[entry.id, entry.at.isoformat() if entry.at else None, entry.pinned] for entry in page.listed],
        "follow": [request.url for request in page.follow],
        "next": page.next.url if page.next else None,
        "nothing": page.nothing,
        "unchanged": page.unchanged,
        "validators": dict(page.validators),
        "left_out": page.left_out,
        "capped": page.capped,
    }
    return {name: value for name, value in fields.items() if value}


def _stated(post: Post) -> dict[str, Any]:
    """Return the post as plain data without what it does not say."""
    return _without_nothing(json.loads(encode_post(post)))


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    plain = {name: _without_nothing(value) if isinstance(value, dict) else value for name, value in fields.items()}
    return {name: value for name, value in plain.items() if value not in (None, [], {})}


def write_case(folder: Path, spider: PlatformSpider, response: Response) -> None:
    """Write a fixture whose posts.json is what the parser makes of it now: read that before you commit it."""
    job = {name: getattr(spider.job, name) for name in ("query", "base_url", "since", "overlap", "seen", "validators")}
    held = {name: value for name, value in job.items() if value}
    headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
    request = {
        **held,
        "response": {
            "url": response.url,
            "status": response.status,
            "headers": headers,
            "fetched_at": response.fetched_at,
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    start = response.body.lstrip()[:1]
    markup = "html" if b"<html" in response.body[:500].lower() else "xml"
    ending = "json" if start in (b"{", b"[") else markup if start == b"<" else "js"
    for old in folder.glob("response.*"):
        old.unlink()
    (folder / f"response.{ending}").write_bytes(response.body)
    _write_json(folder / "request.json", msgspec.to_builtins(request))
    _write_json(folder / "posts.json", outcome(spider, response))


def record(spider: PlatformSpider, response: Response, case: str, fixtures: Path) -> Path:
    """Save a page below `fixtures` with its authors pseudonymised; return the folder.

    A page that our parser does not know yet has no authors that we could find: it is refused with the parser's error.
    """
    page = spider.parse_page(response)
    authors = [post.author for post in (*page.posts, *(post for _, post in page.drafts)) if post.author]
    folder = fixtures / spider.job.feed / case
    write_case(folder, spider, replace(response, body=pseudonymised(response, authors, keep=spider.job.query)))
    return folder


def kept_page(job: Job, body: Path) -> Response:
    """Return a page that a crawl has kept (its log says where) as if it had just come."""
    fetched_at = datetime.fromtimestamp(body.stat().st_mtime, UTC)
    return Response(url=spider_of(job.feed)(job).first().url, body=body.read_bytes(), fetched_at=fetched_at)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
