"""One of B站's videos, as its own page or the interface tells of it: JSON → Post.

    GET https://www.bilibili.com/video/{bvid}                 window.__INITIAL_STATE__={"videoData":{…},"upData":{…},…}
    GET https://m.bilibili.com/video/{bvid}                   … {"video":{"viewInfo":{…},"upInfo":{"card":{…}},…}}
    GET https://api.bilibili.com/x/web-interface/view?bvid=…  {"data":{…}}, or …/view/detail: {"data":{"View":{…},…}}

Fields: https://github.com/SocialSisterYi/bilibili-API-collect/blob/master/docs/video/info.md.
"""

import html
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from crawlers.errors import Gone, MalformedPost, SchemaChanged
from crawlers.formats.bilibili_account import vouched
from crawlers.formats.bilibili_answer import BilibiliSpider
from crawlers.formats.bilibili_id import bvid_of
from crawlers.page import Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.page_state import page_state, within
from crawlers.reading.times import Stamp, stamped
from crawlers.reading.wire import decode_item, looks_like_html

__all__ = ["is_of_a_video", "read_video"]

_STATE = re.compile(r"window\.__INITIAL_STATE__\s*=\s*")
_INTERFACE = re.compile(r"/x/web-interface/(?:wbi/)?view(?:/detail)?\?")
_OWN = ("bilibili.com", "b23.tv")
_GONE = re.compile("视频去哪|啥都木有|稿件不可见|视频不见了")
_NO_WORDS = "-"


class _Owner(msgspec.Struct):
    mid: int | str | None = None
    name: str | None = None
    face: Any = None


class _Counts(msgspec.Struct):
    view: Any = None
    danmaku: Any = None
    reply: Any = None
    favorite: Any = None
    coin: Any = None
    share: Any = None
    like: Any = None


class _Video(msgspec.Struct):
    title: str
    bvid: str | None = None
    aid: int | str | None = None
    desc: str | None = None
    parts: Any = msgspec.field(name="desc_v2", default=None)
    pubdate: Stamp | None = None
    ctime: Stamp | None = None
    owner: _Owner | None = None
    stat: _Counts | None = None
    pic: str | None = None


def is_of_a_video(response: Response) -> bool:
    """Tell whether this is the page of a video for people, or the interface's answer about one."""
    if looks_like_html(response.body):
        page = response.body.decode("utf-8", "replace")
        return bool(_STATE.search(page) or _GONE.search(page))
    return _INTERFACE.search(response.url) is not None


def read_video(spider: BilibiliSpider, response: Response) -> Post:
    """Return the video of its own page or answer; Gone where it is not there, MalformedPost names what is missing."""
    video, tags, person = _of_page(response) if looks_like_html(response.body) else _of_interface(spider, response)
    found = decode_item(msgspec.Raw(msgspec.json.encode(video)), _Video)
    published = stamped(found.pubdate) or stamped(found.ctime)
    if published is None:
        raise MalformedPost("pubdate: missing")
    number = str(found.aid or "")
    if not (found.bvid or number.isdecimal()):
        raise MalformedPost("bvid and aid: both missing")
    bvid, text, counts = found.bvid or bvid_of(int(number)), _text(found), found.stat or _Counts()
    named = (tag.get("tag_name") for tag in (tags if isinstance(tags, list) else ()) if isinstance(tag, dict))
    return spider.post(
        response,
        kind=Kind.POST,
        native_id=bvid,
        url=f"https://www.bilibili.com/video/{bvid}",
        title=html.unescape(found.title).strip() or None,
        text=text,
        tags=tuple(dict.fromkeys(name for name in named if isinstance(name, str) and name)),
        links=links_of(text, "https://www.bilibili.com", own=_OWN),
        pictures=(f"https:{found.pic}" if found.pic.startswith("//") else found.pic,) if found.pic else (),
        author=_author(found.owner, person if isinstance(person, dict) else {}),
        published_at=published[0],
        engagement=Engagement(
            views=count(counts.view),
            danmaku=count(counts.danmaku),
            comments=count(counts.reply),
            favourites=count(counts.favorite),
            coins=count(counts.coin),
            shares=count(counts.share),
            likes=count(counts.like),
        ),
    )


def _of_page(response: Response) -> tuple[Any, Any, Any]:
    """Return the video, its tags and its account, out of what the page hands its script."""
    page = response.body.decode("utf-8", "replace")
    state = page_state(page, _STATE)
    if state is None:
        raise (Gone if _GONE.search(page) else SchemaChanged)("a page without a video")
    if video := within(state, "videoData"):
        return video, within(state, "tags"), within(state, "upData")
    if video := within(state, "video", "viewInfo"):
        return video, within(state, "video", "tags"), within(state, "video", "upInfo", "card")
    if said := within(state, "error", "message") or within(state, "error", "trueCode"):
        raise Gone(f"the page says: {said}")
    raise SchemaChanged("videoData: missing")


def _of_interface(spider: BilibiliSpider, response: Response) -> tuple[Any, Any, Any]:
    data = spider.data_of(response, dict[str, Any])
    if data is None:
        raise SchemaChanged("an answer without a video")
    return data.get("View") or data, data.get("Tags"), within(data, "Card", "card")


def _text(video: _Video) -> str:
    """Return the words below the video; those of the parts, where names stand among them, if there are no others."""
    parts = [one for one in video.parts if isinstance(one, dict)] if isinstance(video.parts, list) else []
    whole = "".join(part["raw_text"] for part in parts if isinstance(part.get("raw_text"), str))
    text = html.unescape(video.desc or whole).replace("\r\n", "\n").strip()
    return "" if text == _NO_WORDS else text


def _author(owner: _Owner | None, person: Mapping[str, Any]) -> Author | None:
    """Return the account, with what the page tells of it beside the video."""
    owner = owner or _Owner(mid=person.get("mid"), name=person.get("name"))
    id = str(owner.mid or "")
    if not id.strip("0"):
        return None
    told = person if str(person.get("mid")) == id else {}
    bio = told.get("sign")
    return Author(
        id=id,
        name=owner.name or None,
        url=f"https://space.bilibili.com/{id}",
        followers=count(told.get("fans")),
        **vouched(told.get("Official") or told.get("official_verify"))._asdict(),
        bio=bio if isinstance(bio, str) and bio else None,
        avatar=avatar(owner.face),
    )
