"""Fixtures: a page as it was answered, and what our parser makes of it, as a folder of files.

    request.json     query, url, status, headers, fetched_at (the frozen time), and what else the Job held
    response.*       the body, byte for byte
    posts.json       the posts, or the error, that must come out

`record` saves a live page so, with its authors pseudonymised:

    python -m crawlers.record rss https://example.org/feed.xml a_case
"""

import argparse
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from crawlers.charset import decode_text
from crawlers.errors import CrawlError
from crawlers.page import Response
from crawlers.post import Author, Post, encode_post
from crawlers.spider import Job, PlatformSpider, spider_of

__all__ = ["outcome", "read_case", "record", "write_case"]

_KEPT_HEADERS = ("content-type", "date", "etag", "last-modified", "location", "x-tingfeng-synthetic")
_PERSONAL_KEY = re.compile(
    r"avatar|picture|profile|cover|description|signature|about|bio|email|phone|birth|location|fullname|gender|_reason",
    re.IGNORECASE,
)
_NUMBER_KEY = re.compile(r"(^|_)uid$|Uid$")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_CALLED = re.compile(r"@[\w·-]{2,30}")


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
    ending = "json" if start in (b"{", b"[") else "html" if b"<html" in response.body[:500].lower() else "xml"
    (folder / f"response.{ending}").write_bytes(response.body)
    _write_json(folder / "request.json", msgspec.to_builtins(request))
    _write_json(folder / "posts.json", outcome(spider, response))


def record(job: Job, case: str, fixtures: Path) -> Path:
    """Fetch the first page of a job and save it below `fixtures` with its authors pseudonymised; return the folder.

    A page that our parser does not know yet has no authors that we could find: it is refused with the parser's error.
    """
    import httpx

    spider = spider_of(job.feed)(job)
    request = spider.first()
    reply = httpx.request(
        "GET" if request.body is None else "POST",
        request.url,
        content=request.body,
        headers={**request.headers, "User-Agent": job.user_agent},
        timeout=30,
    )
    headers = {name.lower(): value for name, value in reply.headers.items()}
    response = Response(
        url=str(reply.url), status=reply.status_code, headers=headers, body=reply.content, fetched_at=datetime.now(UTC)
    )
    page = spider.parse_page(response)
    authors = [post.author for post in (*page.posts, *(post for _, post in page.drafts)) if post.author]
    folder = fixtures / job.feed / case
    write_case(folder, spider, replace(response, body=pseudonymised(response, authors)))
    return folder


def pseudonymised(response: Response, authors: Iterable[Author]) -> bytes:
    """Return the body as UTF-8 without the accounts' names, numbers, portraits and words about themselves."""
    stand_ins: dict[str, str] = {}
    for author in authors:
        number = author.id.rpartition("/")[2]
        if author.name:
            stand_ins[author.name] = f"用户{_digest(author.name)[:6]}"
        if len(number) >= 6 and number.isdecimal():
            stand_ins[number] = _number_for(number)
    text = decode_text(response.body, response.headers.get("content-type", ""))
    hide = _hider(stand_ins)
    if response.body.lstrip()[:1] in (b"{", b"["):
        return json.dumps(_hidden(json.loads(text), hide), ensure_ascii=False, indent=1).encode()
    return re.sub(r"(<\?xml[^>]*encoding=)([\"'])[^\"']*\2", r"\1\2utf-8\2", hide(text), count=1).encode()


def _hider(stand_ins: dict[str, str]) -> Callable[[str], str]:
    names = sorted(stand_ins, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, names))) if names else None

    def hide(text: str) -> str:
        text = _EMAIL.sub("someone@example.org", text)
        text = known.sub(lambda match: stand_ins[match[0]], text) if known else text
        return _CALLED.sub(
            lambda match: match[0] if match[0].startswith("@用户") else f"@用户{_digest(match[0])[:6]}", text
        )

    return hide


def _hidden(value: Any, hide: Callable[[str], str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _hidden(inner, hide, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(inner, hide, key) for inner in value]
    if isinstance(value, str):
        return "" if _PERSONAL_KEY.search(key) else hide(value)
    if isinstance(value, int) and not isinstance(value, bool):
        number = str(value)
        return int(_number_for(number)) if value > 0 and _NUMBER_KEY.search(key) else int(hide(number))
    return value


def _number_for(number: str) -> str:
    return str(int(_digest(number), 16))[: max(6, len(number))]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Record one page from the command line."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.record", description="Save a live page as a fixture.")
    for name in ("feed", "query", "case"):
        parser.add_argument(name)
    parser.add_argument("--base-url")
    parser.add_argument("--fixtures", type=Path, default=Path("tests/fixtures"))
    given = parser.parse_args()
    record(
        Job(feed=given.feed, query=given.query, base_url=given.base_url, run_id="fixture"), given.case, given.fixtures
    )


if __name__ == "__main__":
    main()
