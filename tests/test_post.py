"""A post that does not keep the contract is refused with the field and the reason."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawlers.errors import MalformedPost
from crawlers.post import Author, Kind, Post, decode_post, encode_post

FETCHED = datetime(2026, 11, 22, 12, tzinfo=UTC)
POST = Post(
    platform="weibo",
    feed="weibo_search",
    kind=Kind.POST,
    native_id="5000000000000001",
    url="https://weibo.com/1/A",
    text="屏幕又碎了",
    author=Author(id="1", name="甲"),
    published_at=FETCHED - timedelta(hours=1),
    fetched_at=FETCHED,
    query="星河",
    run_id="r1",
)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(encode_post(POST)), **fields}).encode()


def test_a_post_survives_the_wire() -> None:
    assert decode_post(encode_post(POST)) == POST
    assert POST.id == "weibo:post:5000000000000001"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"platform": "Weibo!"}, "platform"),
        ({"native_id": ""}, "native_id"),
        ({"native_id": "a b"}, "native_id"),
        ({"native_id": "x" * 401}, "native_id"),
        ({"native_id": 5}, "native_id"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"text": None}, "text"),
        ({"kind": "rumour"}, "kind"),
        ({"published_at": "2026-11-22T12:00:00"}, "published_at"),
        ({"published_at": "2026-11-23T12:00:00Z"}, "published_at"),
        ({"published_at": "1970-01-01T00:00:00Z"}, "published_at"),
        ({"rating": 5}, "rating"),
        ({"author": {"name": "甲"}}, "author"),
    ],
)
def test_a_fault_is_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(MalformedPost, match=named):
        decode_post(changed(**fields))


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"null", b'{"platform":"weibo"}', b"\xff\xfe", b"[" * 100_000])
def test_no_line_does_more_than_be_refused(line: bytes) -> None:
    with pytest.raises(MalformedPost):
        decode_post(line)
