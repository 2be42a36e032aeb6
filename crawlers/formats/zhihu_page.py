"""知乎: a page for people, whose script holds answers and articles as the interface gives them, under other names.

<script id="js-initialData">{"initialState":{"entities":{"answers":{"{id}":{…}},"users":{…},…}}}</script>
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from crawlers.reading.page_state import page_state, renamed, within
from crawlers.reading.wire import looks_like_html

__all__ = ["contents_in_page", "hot_list_in_page"]

_STATE = re.compile(r"""<script[^<>]*\bid=["']js-initialData["'][^<>]*>""")
_HELD = {"questions": "question", "answers": "answer", "articles": "article", "zvideos": "zvideo", "pins": "pin"}
_WHOLE = "detail"
"""What a question has that is more than the heading of an answer."""


def contents_in_page(body: bytes) -> list[msgspec.Raw]:
    """Return what a page holds, as the interface would give it; nothing where it is no page, or an empty one."""
    if not looks_like_html(body):
        return []
    entities = within(page_state(body.decode("utf-8", "replace"), _STATE), "initialState", "entities")
    return [msgspec.Raw(msgspec.json.encode(one)) for one in _contents(entities)]


def hot_list_in_page(body: bytes) -> list[msgspec.Raw]:
    """Return the entries of the hot list that a page holds, as the interface would give them."""
    if not looks_like_html(body):
        return []
    listed = within(page_state(body.decode("utf-8", "replace"), _STATE), "initialState", "topstory", "hotList")
    return [msgspec.Raw(msgspec.json.encode(renamed(one))) for one in (listed if isinstance(listed, list) else ())]


def _contents(entities: Any) -> Iterator[dict[str, Any]]:
    for name, kind in _HELD.items():
        held = within(entities, name)
        for one in held.values() if isinstance(held, dict) else ():
            if isinstance(one, dict) and one.get("id") and (kind != "question" or _WHOLE in one):
                named = one.get("author")
                person = within(entities, "users", named) if isinstance(named, str) else named
                asked = one.get("question")
                question = asked if isinstance(asked, dict) else within(entities, "questions", str(asked))
                yield {**renamed(one), "type": kind, "author": renamed(person), "question": renamed(question)}
