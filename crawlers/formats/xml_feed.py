"""RSS 0.9 to 2.0, RDF, CDF and Atom by feedparser; what an entry says of itself is kept apart from what is below it.

feedparser files a picture's caption, a podcast's summary and the title of an entry's source under the entry's own title
and text, and reads dates by guesses. So its parsers are told here which elements are the entry's own: those are kept as
they were written, by their names, and everything that stands deeper goes nowhere.
"""

import io
import re
import xml.sax
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from feedparser.api import LooseFeedParser, StrictFeedParser, replace_doctype

from crawlers.errors import SchemaChanged
from crawlers.formats.feed_entry import Entry, is_chinese, name_of
from crawlers.formats.xml_mending import mended
from crawlers.reading.counts import count
from crawlers.reading.markup import text_of_twice_escaped

__all__ = ["XmlFeed", "read_xml_feed"]

_TITLES = {"title": "text/plain", "dc_title": "text/plain"}
_CONTENTS = {
    "content_encoded": "text/html",
    "content": "text/plain",
    "body": "application/xhtml+xml",
    "xhtml_body": "application/xhtml+xml",
    "fullitem": "text/html",
}
_SUMMARIES = {
    "description": "text/html",
    "summary": "text/plain",
    "abstract": "text/plain",
    "dc_description": "text/html",
}
_BORROWED = {
    "itunes_summary": "text/plain",
    "itunes_subtitle": "text/plain",
    "media_description": "text/plain",
}
"""What serves as the text of an entry that has none of its own."""
_TEXTS = {**_TITLES, **_CONTENTS, **_SUMMARIES, **_BORROWED}
"""Elements that hold text, and what it is where they do not say."""
_PUBLISHED = ("pubdate", "published", "issued", "dcterms_issued", "dc_date", "created", "dcterms_created")
_UPDATED = ("updated", "modified", "dcterms_modified", "lastbuilddate")
_PLAIN = {*_PUBLISHED, *_UPDATED, "guid", "id", "itunes_author", "slash_comments", "thr_total"}
_STRUCTURED = {"author", "managingeditor", "contributor", "source", "dc_creator", "dc_author", "dc_contributor"}
"""Elements whose children feedparser may read: they are no other's."""
_HANDLED = {
    "link", "category", "keywords", "tags", "dc_subject", "itunes_keywords", "enclosure", "feedburner_origlink",
    "language", "dc_language",
}  # fmt: skip
_MEDIA = ("media_content", "media_thumbnail")
_ENTRIES = ("item", "entry")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_STUMBLES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser lets out when a document is broken in a way that it did not foresee."""


class XmlFeed:
    """A document's version (empty for what is no feed) and its entries, each with how it was written."""

    def __init__(self, parser: "_OwnElements") -> None:
        known = bool(parser.version) or (parser.infed and bool(parser.entries))
        self.version: str = parser.version or ("cdf" if known else "")
        self._feed, self._entries, self._own = parser.feeddata, parser.entries, parser.own

    def entries(self) -> list[Entry]:
        """Return the entries, in the document's order."""
        language = dict.get(self._feed, "language")
        title = str(dict.get(self._feed, "title") or "")
        everybody = dict.get(self._feed, "author") if self.version.startswith("atom") else None
        return [_entry(one, own, language, title, everybody) for one, own in zip(self._entries, self._own, strict=True)]


class _OwnElements:
    """Mixed into feedparser's parsers: `own` is, for each entry, what its direct children hold, by their names."""

    version: str
    entries: list[Any]
    feeddata: Any
    incontent: int
    inentry: int
    namespacemap: Mapping[str, str]
    contentparams: Any
    elementstack: list[Any]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.own: list[defaultdict[str, list[tuple[str, str]]]] = []
        self.infed = False
        self.own_path: list[str] = []
        self.own_text = ""
        """The element whose text is just read."""

    def unknown_starttag(self, tag: str, attrs: Any) -> Any:
        name = self.own_name(tag)
        if name in _ENTRIES and (not self.incontent or isinstance(self, LooseFeedParser)):
            self.own_begin_entry()
        elif name in ("channel", "feed"):
            self.infed = True
        if not self.inentry or name in _ENTRIES or self.incontent or self.own_text:
            result = super().unknown_starttag(tag, attrs)  # type: ignore[misc]
            if name in _ENTRIES and len(self.own) < len(self.entries):
                self.own_new_entry(dict(attrs))
            return result
        above, self.own_path = self.own_path, [*self.own_path, name]
        if name in _MEDIA:
            self.own_keep("picture", "text/plain", _pictured(name, dict(attrs)))
        if name in _TEXTS and (not above or (above == ["media_group"] and name == "media_description")):
            self.own_text = name
            given = {str(key).lower(): value for key, value in attrs}
            return self.push_content(name, given, _TEXTS[name], 1)
        if not above and name in _PLAIN:
            return self.push("own", 1)
        if _is_feedparsers(name, above):
            return super().unknown_starttag(tag, attrs)  # type: ignore[misc]
        return self.push("foreign", 1)

    def unknown_endtag(self, tag: str) -> Any:
        name = self.own_name(tag)
        if self.own_text and name == self.own_text and self.own_path and self.own_path[-1] == name:
            self.own_keep(name, str(self.contentparams.get("type") or ""), self.pop(name))
            self.incontent -= 1
            self.contentparams.clear()
            self.own_text = ""
            self.own_path.pop()
            return None
        if self.own_text or not self.inentry or name in _ENTRIES or name not in self.own_path:
            return super().unknown_endtag(tag)  # type: ignore[misc]
        above = self.own_path[: len(self.own_path) - 1 - self.own_path[::-1].index(name)]
        self.own_path = above
        if not above and name in _PLAIN:
            return self.own_keep(name, "text/plain", self.pop("own"))
        if _is_feedparsers(name, above):
            return super().unknown_endtag(tag)  # type: ignore[misc]
        return self.pop("foreign")

    def pop(self, element: str, *args: Any) -> Any:
        found = super().pop(element, *args)  # type: ignore[misc]
        if element in ("own", "foreign") or element == self.own_text:
            for name in (element, f"{element}_detail"):
                if self.entries:
                    self.entries[-1].pop(name, None)
        return found

    def own_begin_entry(self) -> None:
        """Close what a broken entry before left open; or this one would be a part of its text."""
        if self.own_text:
            self.incontent = 0
            self.contentparams.clear()
            self.own_text = ""
        self.own_path = []

    def own_new_entry(self, attributes: Mapping[str, str]) -> None:
        self.own.append(defaultdict(list))
        self.own_path = []
        about = next((value for key, value in attributes.items() if str(key).lower() == "rdf:about"), None)
        if about:
            self.own[-1]["about"].append(("text/plain", about))

    def own_keep(self, name: str, kind: str, value: Any) -> None:
        if value and self.own:
            self.own[-1][name].append((kind, str(value)))

    def own_name(self, tag: str) -> str:
        prefix, colon, suffix = tag.partition(":")
        if not colon:
            return tag.lower()
        prefix = self.namespacemap.get(prefix, prefix)
        return (f"{prefix}_{suffix}" if prefix else suffix).lower()

    if TYPE_CHECKING:  # they are feedparser's

        def push(self, element: str, expecting_text: int) -> None: ...
        def push_content(self, tag: str, attributes: Any, kind: str, expecting_text: int) -> None: ...


def _is_feedparsers(name: str, above: Sequence[str]) -> bool:
    """Say whether feedparser's own reading of an element serves: it is of one kind only, or within such a one."""
    return name in _STRUCTURED or (above[0] in _STRUCTURED if above else name in _HANDLED)


def _pictured(name: str, attributes: Mapping[str, str]) -> str | None:
    """Return the address of a picture that stands beside the text; None for a film or a sound."""
    of_a_picture = attributes.get("medium") == "image" or str(attributes.get("type")).startswith("image/")
    return attributes.get("url") if of_a_picture or name == "media_thumbnail" else None


class _Strict(_OwnElements, StrictFeedParser):  # type: ignore[misc]
    pass


class _Loose(_OwnElements, LooseFeedParser):  # type: ignore[misc]
    pass


def read_xml_feed(text: str, address: str) -> XmlFeed:
    """Read a document that came from `address`; what is broken in it is read as browsers of old did."""
    version, data, entities = replace_doctype(mended(_XML_DECLARATION.sub("", text)).encode("utf-8", "replace"))
    try:
        parser = _strictly(data, address) or _loosely(data, address, entities)
    except _STUMBLES as error:
        raise SchemaChanged(f"feedparser cannot read it: {error!r}") from error
    parser.version = version or parser.version
    return XmlFeed(parser)


def _strictly(data: bytes, address: str) -> _OwnElements | None:
    parser = _prepared(_Strict(address, None, "utf-8"))
    reader = xml.sax.make_parser()  # noqa: S317 - expat limits how entities grow, and replace_doctype leaves plain ones
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        reader.parse(source)
    except xml.sax.SAXException:
        return None
    return parser  # type: ignore[no-any-return]


def _loosely(data: bytes, address: str, entities: Mapping[str, str]) -> _OwnElements:
    parser = _prepared(_Loose(address, None, "utf-8", entities))
    parser.feed(data.decode("utf-8", "replace"))
    return parser  # type: ignore[no-any-return]


def _prepared(parser: Any) -> Any:
    parser.resolve_relative_uris = parser.sanitize_html = False
    return parser


def _entry(
    entry: Any,
    own: Mapping[str, list[tuple[str, str]]],
    language: str | None,
    feed_title: str,
    everybody: str | None,
) -> Entry:
    """Take what we use out of feedparser's entry; by dict.get, for its own lookup makes up what is missing."""
    title = _first(own, _TITLES)
    text = _longest(own, _CONTENTS) or _first(own, _SUMMARIES) or _first(own, _BORROWED)
    author = dict.get(dict.get(entry, "author_detail") or {}, "name") or dict.get(entry, "author")
    about, ids = own.get("about", []), [*own.get("guid", []), *own.get("id", [])]
    return Entry(
        id=next((value for _, value in (*ids, *about)), None),
        link=dict.get(entry, "feedburner_origlink") or dict.get(entry, "link"),
        title=title or None,
        text=text,
        markup=" ".join(_values(own, (*_CONTENTS, *_SUMMARIES))),
        published=_values(own, _PUBLISHED),
        updated=_values(own, _UPDATED),
        author=name_of(author) or next(map(name_of, _values(own, ("itunes_author",))), None) or name_of(everybody),
        tags=[str(tag.get("label") or tag.get("term") or "") for tag in dict.get(entry, "tags") or ()],
        language=language,
        chinese=is_chinese(language, f"{title} {text[:2_000]} {feed_title}"),
        comments=next(map(count, _values(own, ("slash_comments", "thr_total"))), None),
        pictures=[*_values(own, ("picture",)), *_enclosed(entry)],
    )


def _enclosed(entry: Any) -> Iterator[str]:
    for one in dict.get(entry, "links") or ():
        if one.get("rel") == "enclosure" and str(one.get("type") or "").startswith("image/") and one.get("href"):
            yield str(one["href"])


def _values(own: Mapping[str, list[tuple[str, str]]], names: Iterable[str]) -> list[str]:
    return [value for name in names for _, value in own.get(name, ())]


def _texts(own: Mapping[str, list[tuple[str, str]]], names: Iterable[str]) -> list[str]:
    return [text for name in names for kind, value in own.get(name, ()) if (text := _clean(kind, value))]


def _first(own: Mapping[str, list[tuple[str, str]]], names: Iterable[str]) -> str:
    return next(iter(_texts(own, names)), "")


def _longest(own: Mapping[str, list[tuple[str, str]]], names: Iterable[str]) -> str:
    return max(_texts(own, names), key=len, default="")


def _clean(kind: str, value: str) -> str:
    """Return the text of a title, summary or content, escaped once, twice or not at all."""
    if kind == "text/plain" and "<" in value:
        return text_of_twice_escaped(value, plain=True)
    return text_of_twice_escaped(value)
