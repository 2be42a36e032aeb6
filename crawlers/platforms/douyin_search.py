"""抖音: the videos and picture sets that Douyin's search finds, newest first.

    GET /aweme/v1/web/general/search/single/?keyword=…&offset=N&search_id=…

Requests carry a signature (a_bogus), and a member's cookie is wanted. A further page names the search by its
`logid`. The page's own first answer, /general/search/stream/, comes in parts. An empty body, or the word
blocked, is a refusal.
"""

from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost, SchemaChanged
from crawlers.formats.douyin import Douyin
from crawlers.formats.douyin_answer import Reply, read_reply
from crawlers.page import Listed, Page, Request, Response
from crawlers.reading.wire import decode_item

__all__ = ["DouyinSearch"]

_PAGE = 15
_NEWEST_FIRST = '{"sort_type":"2","publish_time":"0"}'
_VIDEO_CARD = "1"
_ABSENT = msgspec.Raw(b"null")


class _Mix(msgspec.Struct):
    mix_items: list[msgspec.Raw] | None = None


class _Result(msgspec.Struct):
    type: int | str | None = None
    aweme_info: msgspec.Raw = _ABSENT
    mix: _Mix | None = msgspec.field(name="aweme_mix_info", default=None)


class _Advertised(msgspec.Struct):
    is_ads: Any = None
    raw_ad_data: Any = None


class DouyinSearch(Douyin):
    """Videos and picture sets whose words hold the query's."""

    feed_name = Both("抖音搜索", "Douyin search")
    in_browser = BrowserPage(
        r"https://www[\w-]*\.douyin\.com/aweme/v1/web/(general/)?search/\w+/"
        r"\?([^\n]*&)?keyword=(?P<query>[^&\n]+)"
    )
    overlap = 6 * 3600

    def first(self) -> Request:
        """Return the request for the first results."""
        return self._page(0, "")

    def parse_page(self, response: Response) -> Page:
        """Read one page of results; accounts, live rooms and advertisements among them are no posts."""
        reply = read_reply(response)
        if reply.aweme_list is None and not bytes(reply.data).lstrip().startswith((b"[", b"null")):
            raise SchemaChanged("data: no list")
        data = msgspec.json.decode(reply.data, type=list[msgspec.Raw] | None)
        if data is None and reply.aweme_list is None and reply.has_more is None:
            raise SchemaChanged("data: missing")
        groups, broken = self.read_each(data or (), _awemes)
        awemes = [*(reply.aweme_list or ()), *(raw for group in groups for raw in group)]
        found, dead = self.read_each(awemes, partial(self.read_aweme, response))
        following = self._following(response, reply)
        return Page(
            posts=tuple(found),
            dead=(*broken, *dead),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in found),
            next=following,
            left_out=None if reply.ended else "the answer's end: more of it may be missing",
            nothing=None if awemes or broken or following else "no results",
        )

    def _following(self, response: Response, reply: Reply) -> Request | None:
        if not reply.has_more:
            return None
        asked = parse_qs(urlsplit(response.url).query)
        here, named = _offset(asked.get("offset", [""])[0]), _offset(reply.cursor)
        search = (reply.extra.logid if reply.extra else None) or asked.get("search_id", [""])[0]
        return self._page(named if named > here else here + _PAGE, search)

    def _page(self, offset: int, search: str) -> Request:
        fields: dict[str, str | int] = {
            "search_channel": "aweme_general",
            "keyword": self.job.query,
            "search_source": "tab_search",
            "is_filter_search": 1,
            "filter_selected": _NEWEST_FIRST,
            "offset": offset,
            "count": _PAGE,
            "search_id": search,
        }
        return self.get("/aweme/v1/web/general/search/single/", fields)


def _awemes(raw: msgspec.Raw) -> list[msgspec.Raw]:
    """Return what a result holds: one video, those of a collection, or none."""
    result = decode_item(raw, _Result)
    found = [one for one in (result.aweme_info, *(result.mix.mix_items or () if result.mix else ())) if one != _ABSENT]
    if not found and str(result.type) == _VIDEO_CARD:
        raise MalformedPost("aweme_info: missing")
    return [one for one in found if not _is_advertised(one)]


def _is_advertised(raw: msgspec.Raw) -> bool:
    try:
        said = decode_item(raw, _Advertised)
    except msgspec.ValidationError:
        return False
    return bool(said.is_ads or said.raw_ad_data)


def _offset(said: int | str | None) -> int:
    text = str(said)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
