"""A message in the HTML of s.weibo.com: everything that is wanted of it is found in one walk over its elements."""

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from crawlers.errors import MalformedPost
from crawlers.formats.weibo_id import from_base62
from crawlers.post import Author, Engagement
from crawlers.reading.counts import count

__all__ = ["Block", "author_of", "block_of", "engagement_of", "markup_of", "pictures_of", "quoted_mid", "text_within"]

_FOLD = re.compile(r"(?:展开|收起)(?:全文)?")
_SIGN = re.compile("[\ue000-\uf8ff]")
"""Letters of a font that draws signs."""
_ACCOUNT = re.compile(r"/(?:u/)?(\d{5,})(?:/([0-9A-Za-z]+))?/?$")
_DATA_MID = re.compile(r"(?:^|&)mid=(\d+)")
_SIZE = re.compile(r"(//[^/]+/)[^/]+/")
_ORGANISATION, _PERSON = re.compile("vblue|icon-vip-b"), re.compile("vyellow|vorange|vgold|icon-vip-[yg]")


_TAGS = ("a", "div", "i", "p", "span", "svg", "ul", "use")


@dataclass(slots=True, kw_only=True)
class Block:
    """The elements of a message, each the first of its kind; None or empty where it has none."""

    whole: Any = None
    """The text in full."""
    text: Any = None
    """The text as far as the page shows it."""
    origin: Any = None
    """What says when, by which application and from where it was published; the last one."""
    names: list[Any] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    """What the signs beside names are called."""
    buttons: dict[str, Any] = field(default_factory=dict)
    """By their action."""
    likes: Any = None
    bar: Any = None
    """The list of the buttons."""
    pictures: list[Any] = field(default_factory=list)


def block_of(element: Any) -> Block:
    """Return the parts of a message, its card's own or a quoted one's."""
    block = Block()
    for one in element.iter(*_TAGS):
        tag, kind = one.tag, one.get("class")
        if kind:
            _take_by_class(block, one, tag, kind)
        if tag == "a":
            if action := one.get("action-type"):
                block.buttons.setdefault(action, one)
            if one.get("nick-name") is not None:
                block.names.append(one)
        elif tag == "p":
            _take_text(block, one, kind or "")
        elif tag == "svg":
            block.signs.append(one.get("id") or "")
        elif tag == "i":
            block.signs.append(kind or "")
        elif tag == "use":
            block.signs += one.values()
    return block


def _take_by_class(block: Block, one: Any, tag: str, kind: str) -> None:
    if "from" in kind and "from" in kind.split():
        block.origin = one
    elif "woo-like-count" in kind:
        block.likes = one if block.likes is None else block.likes
    elif "media-piclist" in kind and tag == "div":
        block.pictures += one.iter("img")
    elif tag == "ul" and "act" in kind:
        block.bar = one if block.bar is None else block.bar


def _take_text(block: Block, one: Any, kind: str) -> None:
    role = one.get("node-type")
    if role == "feed_list_content_full":
        block.whole = one if block.whole is None else block.whole
    elif block.text is None and (role == "feed_list_content" or "txt" in kind.split()):
        block.text = one


def text_within(element: Any) -> str:
    """Return an element's words with single spaces between them; empty for none."""
    if element is None:
        return ""
    return " ".join(etree.tostring(element, encoding="unicode", method="text", with_tail=False).split())


def markup_of(block: Block) -> str:
    """Return the HTML of the whole text, without the signs that fold it and those drawn by a font of signs."""
    text = block.whole if block.whole is not None else block.text
    if text is None:
        raise MalformedPost("text: missing")
    for sign in list(text.iter("i", "a")):
        if "wbicon" in (sign.get("class") or "") if sign.tag == "i" else _folds(sign):
            sign.text, sign[:] = "", []
    return _SIGN.sub("", etree.tostring(text, encoding="unicode", method="html", with_tail=False))


def _folds(link: Any) -> bool:
    """Say whether a link only shows more or less of the text; the same words may end a text, and are no link there."""
    return (link.get("action-type") or "")[:3] == "fl_" or _FOLD.fullmatch(_SIGN.sub("", text_within(link))) is not None


def author_of(block: Block) -> Author | None:
    """Return the account that speaks; where its page goes by a name, its number stands in the message's address."""
    origin = "" if block.origin is None else next((link.get("href") or "" for link in block.origin.iter("a")), "")
    for link in block.names:
        if match := _account(link.get("href", "")) or _account(origin):
            signs = " ".join(block.signs)
            organisation = bool(_ORGANISATION.search(signs))
            verified = organisation or bool(_PERSON.search(signs))
            return Author(
                id=match[1],
                name=link.get("nick-name", "").strip().removeprefix("@") or None,
                url=f"https://m.weibo.cn/u/{match[1]}",
                verified=verified,
                organisation=organisation if verified else None,
            )
    return None


def _account(address: str) -> re.Match[str] | None:
    return _ACCOUNT.search(address.partition("?")[0].partition("#")[0])


def engagement_of(block: Block) -> Engagement:
    """Return the counts beside the buttons; the bare word of a button is 0."""
    return Engagement(
        reposts=_shown(block.buttons.get("feed_list_forward"), block.bar, 0),
        comments=_shown(block.buttons.get("feed_list_comment"), block.bar, 1),
        likes=_shown(_likes(block), None, 2),
    )


def _shown(button: Any, bar: Any, place: int) -> int | None:
    if button is None and bar is not None:
        items = bar.findall("li")
        button = items[place].find("a") if len(items) > place else None
    return None if button is None else count(text_within(button) or "赞")


def _likes(block: Block) -> Any:
    if block.likes is not None:
        return block.likes
    button = block.buttons.get("feed_list_like")
    shown = button.find(".//em") if button is not None else None
    return button if shown is None else shown


def pictures_of(block: Block) -> tuple[str, ...]:
    """Return the addresses of the pictures, in full size."""
    large = (_SIZE.sub(r"\1large/", one.get("src") or "", count=1) for one in block.pictures)
    return tuple(dict.fromkeys(f"https:{one}" if one.startswith("//") else one for one in large if "//" in one))


def quoted_mid(element: Any) -> str | None:
    """Return the id of a quoted message, by its like button or else by its address; None where it was deleted."""
    linked = None
    for one in element.iter("*"):
        if (data := one.get("action-data")) and (match := _DATA_MID.search(data)):
            return match[1]
        if linked is None and "from" in (one.get("class") or "").split():
            matches = (_account(link.get("href") or "") for link in one.iter("a"))
            linked = next((match[2] for match in matches if match and match[2]), None)
    return str(from_base62(linked)) if linked else None
