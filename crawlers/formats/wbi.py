"""Bilibili's wbi signature, as its users have documented it: two parameters, from the query and two public keys.

Source: https://github.com/SocialSisterYi/bilibili-API-collect/blob/master/docs/misc/sign/wbi.md
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import md5
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from crawlers.errors import SchemaChanged
from crawlers.page import Request, Response
from crawlers.reading.wire import decode_page

__all__ = ["Wbi", "mixed", "signed"]

_ORDER = (
    46, 47, 18, 2, 53, 8, 23, 32, 15, 50, 10, 31, 58, 3, 45, 35, 27, 43, 5, 49, 33, 9, 42, 19, 29, 28, 14, 39, 12, 38,
    41, 13,
)  # fmt: skip
"""The first half of the published table: only so much of the mixed key is used."""
_KEYS = "https://api.bilibili.com/x/web-interface/nav"
_KEY_LENGTH = 32
_LEFT_OUT = str.maketrans("", "", "!'()*")


class _Names(msgspec.Struct):
    img_url: str
    sub_url: str


class _Data(msgspec.Struct):
    wbi_img: _Names


class _Nav(msgspec.Struct):
    data: _Data


class Wbi:
    """Signs the requests of one crawl with the keys of the day, which the platform tells anyone."""

    def __init__(self) -> None:
        self._key = ""

    def asks(self) -> Request:
        """Return the request for the keys."""
        return Request(url=_KEYS, headers={"Accept": "application/json"})

    def told(self, response: Response) -> None:
        """Take the keys: they stand there for those who are not logged in too."""
        names = decode_page(response.body, _Nav).data.wbi_img
        self._key = mixed(_stem(names.img_url), _stem(names.sub_url))

    def sign(self, request: Request, cookie: str) -> Request:
        """Return the request with `wts` and `w_rid`."""
        address, _, query = request.url.partition("?")
        fields = dict(parse_qsl(query, keep_blank_values=True))
        return replace(request, url=f"{address}?{signed(fields, self._key, datetime.now(UTC))}")


def mixed(image_key: str, sub_key: str) -> str:
    """Return the key that signs; SchemaChanged when the two are not of the known length."""
    if len(image_key) != _KEY_LENGTH or len(sub_key) != _KEY_LENGTH:
        raise SchemaChanged("the keys of the wbi signature have another form")
    both = image_key + sub_key
    return "".join(both[place] for place in _ORDER)


def signed(fields: Mapping[str, str], key: str, moment: datetime) -> str:
    """Return the query with its signature for this moment."""
    known = {**fields, "wts": str(int(moment.timestamp()))}
    parts = (f"{_quoted(name)}={_quoted(known[name].translate(_LEFT_OUT))}" for name in sorted(known))
    query = "&".join(parts)
    return f"{query}&w_rid={md5(f'{query}{key}'.encode(), usedforsecurity=False).hexdigest()}"


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _stem(address: str) -> str:
    return urlsplit(address).path.rpartition("/")[2].partition(".")[0]
