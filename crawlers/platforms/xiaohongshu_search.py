"""小红书: the notes that its search finds, newest first, twenty a page, each read whole.

    POST /api/sns/web/v1/search/notes    {"keyword": …, "page": N, "sort": "time_descending", …}
    POST /api/sns/web/v1/feed            {"source_note_id": …, "xsec_token": …}     the whole of a note

Requests carry a signature (x-s). A card of the list has a title and counts; the note's id tells when it was made.
"""

from functools import partial
from hashlib import sha256

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost, SchemaChanged
from crawlers.formats.xiaohongshu import ABSENT, Item, Xiaohongshu, read_reply
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Post
from crawlers.reading.wire import decode_item

__all__ = ["XiaohongshuSearch"]

_PAGE = 20
_NOTES = (None, "note")
_NO_NOTES = {"rec_query", "hot_query", "rec_user", "user", "ads", "topic", "goods", "live"}


class _Asked(msgspec.Struct):
    page: int = 1


class XiaohongshuSearch(Xiaohongshu):
    """Notes that hold the query's words."""

    feed_name = Both("小红书搜索", "Xiaohongshu search")
    in_browser = BrowserPage(
        r"https://((edith|webapi|so)\.(xiaohongshu|rednote)\.com/api/sns/web/v\d/search/notes[^\n]*\n.*\"keyword\":\s*\""
        r"|www\.(xiaohongshu|rednote)\.com/search_result/?\?([^\n]*&)?keyword=)(?P<query>[^\"&\n]+)"
    )
    overlap = 6 * 3600
    full_texts = 40

    def first(self) -> Request:
        """Return the request for page 1."""
        return self._page(1)

    def after(self, request: Request) -> Request:
        """Return the request for the next page: the number stands in what is posted."""
        return self._page(1 + msgspec.json.decode(request.body or b"{}", type=_Asked).page)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        found = read_reply(response)
        items = found.notes if found.items is None else found.items
        read, dead = self.read_each(items or (), partial(self._parse_item, response))
        notes = [note for note in read if note]
        if items is None and found.has_more is None:
            raise SchemaChanged("items: missing")
        more = bool(found.has_more)
        return Page(
            posts=tuple(post for post, whole in notes if whole is None),
            drafts=tuple((whole, post) for post, whole in notes if whole is not None),
            dead=tuple(dead),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post, _ in notes),
            next=self.first() if more else None,
            nothing=None if notes or dead or more else "no notes",
        )

    def full_text(self, response: Response, draft: Post) -> Post:
        """Return the note whole; MalformedPost when it is not there any more."""
        items = read_reply(response).items or ()
        for raw in items:
            post = self.read_note(response, raw)
            if post.native_id == draft.native_id:
                return post
        raise MalformedPost(f"note {draft.native_id}: not in the answer")

    def _parse_item(self, response: Response, raw: msgspec.Raw) -> tuple[Post, Request | None] | None:
        """Return a note, and where it stands whole; None for suggestions, accounts and live rooms."""
        item = decode_item(raw, Item)
        if item.model_type in _NO_NOTES or (item.card == ABSENT and item.model_type not in _NOTES):
            return None
        if item.card == ABSENT and item.note_id is None:
            raise MalformedPost("note_card: missing")
        post = self.read_note(response, raw)
        return post, None if post.text else self.whole(post.native_id, item.xsec_token or "")

    def _page(self, number: int) -> Request:
        named = sha256(f"{self.job.run_id} {self.job.query}".encode()).hexdigest()
        fields = {
            "keyword": self.job.query,
            "page": number,
            "page_size": _PAGE,
            "search_id": named[:21],
            "sort": "time_descending",
            "note_type": 0,
        }
        return self.posted("/api/sns/web/v1/search/notes", fields)
