"""抖音: a page for people, whose scripts hold videos as the interface gives them, for the most part under other names.

<script id="RENDER_DATA" type="application/json">%7B…%7D</script>       {"app":{"videoDetail":{"awemeId":…,…}}}
self.__pace_f.push([1,"…{\\"awemeId\\":…}…"])                           the same, in pieces of one long text
window._ROUTER_DATA = {"loaderData":{"video_(id)/page":{"videoInfoRes":{"item_list":[…]}}}}    shared pages
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from crawlers.reading.page_state import ensure_whole, page_state, renamed, within

__all__ = ["awemes_in_page"]

_RENDERED = re.compile(r"""<script\b[^<>]*\bid=["']RENDER_DATA["'][^<>]*>(?P<data>[^<]+)</script>""")
_PUSHED = re.compile(r"self\.__pace_f\.push\((?P<part>\[.*?\])\)\s*</script>", re.DOTALL)
_SHARED = re.compile(r"window\._ROUTER_DATA\s*=\s*")
_HOLDS = re.compile("RENDER_DATA|awemeId|_ROUTER_DATA")
_BEGINS = re.compile(r'\{(?=\s*"awemeId"\s*:)')
_NAMES = {"author_info": "author", "stats": "statistics", "tag": "tags"}
_COVERS = {"origin_cover": "origin_cover_url_list", "cover": "cover_url_list"}
_DEEPEST, _MOST = 12, 60


def awemes_in_page(page: str) -> list[msgspec.Raw]:
    """Return the videos and picture sets of a page, as the interface would give them; none where it holds none."""
    if _HOLDS.search(page):
        ensure_whole(page)
    found = [*_shared(page), *(_plain(one) for one in (*_rendered(page), *_pushed(page)))]
    return [msgspec.Raw(msgspec.json.encode(one)) for one in found]


def _shared(page: str) -> Iterator[dict[str, Any]]:
    loaded = within(page_state(page, _SHARED), "loaderData")
    for one in loaded.values() if isinstance(loaded, dict) else ():
        listed = within(one, "videoInfoRes", "item_list")
        yield from (item for item in (listed if isinstance(listed, list) else ()) if isinstance(item, dict))


def _rendered(page: str) -> Iterator[dict[str, Any]]:
    match = _RENDERED.search(page)
    if match is None:
        return
    try:
        yield from _held(json.loads(unquote(match["data"].strip())), 0)
    except (ValueError, RecursionError):
        return


def _held(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Yield what is a video within a value, wherever it stands: the names above it change from version to version."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict) and "awemeId" in value and "desc" in value:
        yield value
        return
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _held(one, depth + 1)


def _pushed(page: str) -> Iterator[dict[str, Any]]:
    """Yield the videos in the text that a page pushes to its script piece by piece."""
    text = "".join(_texts(page))
    decoder, end = json.JSONDecoder(), 0
    for begin in [*_BEGINS.finditer(text)][:_MOST]:
        if begin.start() < end:
            continue
        try:
            value, end = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            continue
        yield from _held(value, 0)


def _texts(page: str) -> Iterator[str]:
    for match in _PUSHED.finditer(page):
        try:
            part = json.loads(match["part"])
        except (ValueError, RecursionError):
            continue
        yield from (one for one in part if isinstance(one, str))


def _plain(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a video of a page with the interface's names."""
    aweme = {_NAMES.get(name, name): value for name, value in renamed(shown).items()}
    video = aweme.get("video")
    if isinstance(video, dict):
        covers = {name: video.get(listed) or [video.get(name)] for name, listed in _COVERS.items()}
        aweme["video"] = {name: {"url_list": _whole(addresses)} for name, addresses in covers.items()}
    return aweme


def _whole(addresses: Any) -> list[str]:
    """Return addresses with their scheme."""
    listed = [one for one in addresses if isinstance(one, str)] if isinstance(addresses, list) else []
    return [f"https:{one}" if one.startswith("//") else one for one in listed]
