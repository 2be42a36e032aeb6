"""What stands on a page of Discuz!: times in titles, quotes, edits, page counts, and what the board itself says."""

import re
from copy import deepcopy

from crawlers.errors import Blocked, LoginRequired, RateLimited, SchemaChanged
from crawlers.page import Response
from crawlers.post import Precision
from crawlers.reading.html_page import Element, attribute, classed, each, first, inner, plain
from crawlers.reading.stand_in import stand_in
from crawlers.reading.times import ReadTime, read_time

__all__ = [
    "author_link",
    "board_says",
    "edited",
    "head_time",
    "page_count",
    "shown_time",
    "text_parts",
    "touch_time",
    "without_notes",
]

_BEFORE = re.compile(r"^(?:发表于|發表於|发布于|Post(?:ed)?(?: at| on)?)\s*[:：]?\s*", re.IGNORECASE)
_SHOWN_TIME = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?)?"
    r"|(?:今天|昨天|前天) ?\d{1,2}:\d{2}(?: ?[AP]M)?|刚刚|(?:\d+|半) ?(?:秒|分钟|小时|天)前",
    re.IGNORECASE,
)
_UID = re.compile(r"(?:space-uid-|[?&;]uid=|/\?)(?P<uid>\d+)")
_ONLY_BY = re.compile(r"[?&;]authorid=(?P<uid>\d+)")
"""What shows the posts of one author alone, which tells the number where the name leads to a page by name."""
_EDITED = re.compile(r"于\s*(\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}(?::\d{2})?)\s*编辑")
_EDIT_NOTE = re.compile(r"\[?\s*本帖最后由\s[^\n]{1,60}?\s编辑\s*\]?")
_LEFT_OVER = re.compile(r"\[(attach(?:img)?)\]\d+\[/\1\]\n?")
"""Marks of attachments that are not there any more."""
_PAGES = re.compile(r"共\s*(\d+)\s*页")
_NOTHING = re.compile("尚无主题|没有主题|暂无主题|还没有帖子")
_LOGIN = re.compile("尚未登录|需要(?:先)?登录|请先登录|登录后|您还没有登录")
_BLOCKED = re.compile("IP地址|被禁止|防火墙|验证您的|人机验证|Just a moment")
_TOO_OFTEN = re.compile("过于频繁|访问太快|刷新过快|请稍后")
_GONE = re.compile("不存在|已被删除|正在被审核|阅读权限|没有权限|无权|付费|支付")
_EDIT, _QUOTE = "pstatus", "quote"
_NOT_TEXT = " | ".join(
    (
        f".//{classed(_EDIT)}",
        f".//{classed(_QUOTE, 'div')}",
        f".//{classed('jammer')}",
        f".//{classed('tip', 'div')}",
        f".//{classed('attach_nopermission')}",
        f".//{classed('locked', 'div')}",
        f".//{classed('aimg_tip')}",
        ".//*[contains(translate(@style, ' ', ''), 'display:none')]",
        ".//ignore_js_op",
        ".//script",
        ".//em[contains(@onclick, 'copycode')]",
    )
)
"""What is no word of who wrote: edits, quotes, letters against copying, boxes of attachments and of what is hidden."""


def shown_time(element: Element | None, response: Response) -> ReadTime | None:
    """Return the time of an element: its title says the day of 昨天, its text may say the minute of it."""
    if element is None:
        return None
    titled = first(element, ".//*[@title]")
    title = _read(attribute(titled, "title") or attribute(element, "title"), response)
    said = plain(element)
    found = _SHOWN_TIME.search(said)
    text = _read(_BEFORE.sub("", said), response) or _read(found[0] if found else "", response)
    if title is None or text is None:
        return title or text
    if title[1] is not Precision.DAY or text[1] is Precision.DAY:
        return title
    same = title[0].date() == text[0].astimezone(title[0].tzinfo).date()
    return text if same else title


def head_time(around: Element, response: Response) -> ReadTime | None:
    """Return the time of a post whose template marks it by no name: the first that stands in the post's head."""
    for head in each(around, f".//{classed('authi')} | .//{classed('pti')} | .//{classed('postinfo', 'div')}"):
        if found := _SHOWN_TIME.search(plain(head)):
            return shown_time(head, response) or _read(found[0], response)
    return None


def touch_time(around: Element, response: Response) -> ReadTime | None:
    """Return the time beside a post of the phone's template: it stands among links, in the last line below the name."""
    lines = [*each(around, f".//{classed('authi', 'ul')}/li")]
    if not lines:
        return None
    titled = [found for one in each(lines[-1], ".//*[@title]") if (found := _read(attribute(one, "title"), response))]
    told = _SHOWN_TIME.search(plain(lines[-1]))
    said = _read(told[0], response) if told else None
    exact = said if said and said[1] is not Precision.DAY else None
    same = exact and titled and titled[0][0].date() == exact[0].astimezone(titled[0][0].tzinfo).date()
    if titled and not (titled[0][1] is Precision.DAY and same):
        return titled[0]
    return exact or said


def _read(written: str, response: Response) -> ReadTime | None:
    try:
        return read_time(written, response.moment) if written else None
    except (ValueError, OverflowError):
        return None


def author_link(around: Element) -> tuple[str, str, str] | None:
    """Return number, name and address of who wrote; None where no member is named."""
    heads = (f".//{classed('authi')}", f".//{classed('postinfo', 'div')}", f".//{classed('postauthor')}")
    links = [link for head in heads for link in each(around, f"{head}//a[@href]")]
    for link in links:
        match, name = _UID.search(attribute(link, "href")), plain(link)
        if match and match["uid"].strip("0") and name:
            return match["uid"], name, attribute(link, "href")
    named = next((link for link in links if "username" in attribute(link, "href") and plain(link)), None)
    number = next((match["uid"] for link in links if (match := _ONLY_BY.search(attribute(link, "href")))), None)
    return (number, plain(named), attribute(named, "href")) if named is not None and number else None


def text_parts(body: Element) -> tuple[str, str, str]:
    """Return, each as HTML but the first: what is said of an edit, what is quoted, and what the author wrote."""
    own = deepcopy(body)
    own.tail = None
    changed, quoted = [], []
    for found in each(own, _NOT_TEXT):
        kinds = attribute(found, "class").split()
        if _EDIT in kinds:
            changed.append(f"{attribute(first(found, './/*[@title]'), 'title')} {plain(found)}")
        elif _QUOTE in kinds and found.tag == "div":
            quoted.append(inner(found))
        if found.getparent() is not None:
            found.drop_tree()
    return " ".join(changed), "".join(quoted), inner(own)


def without_notes(text: str) -> tuple[str, str]:
    """Return a text without what the board itself leaves in it, and what that says of an edit, as 7.x writes it."""
    note = _EDIT_NOTE.search(text)
    return _LEFT_OVER.sub("", _EDIT_NOTE.sub("", text)).strip(), note[0] if note else ""


def edited(said: str) -> str | None:
    """Return the time at which a post was last changed, as it is written."""
    match = _EDITED.search(said)
    return match[1] if match else None


def page_count(root: Element) -> int:
    """Return how many pages a thread has."""
    for label in each(root, f"//{classed('pg', 'div')}//label//span"):
        if match := _PAGES.search(attribute(label, "title")):
            return int(match[1])
    pagers = (f"//{classed('pg', 'div')}/*", f"//{classed('pages', 'div')}/*")
    numbers = [re.sub(r"\D", "", plain(one)) for pager in pagers for one in each(root, pager)]
    return max((int(number) for number in numbers if number and len(number) < 6), default=1)


def board_says(text: str, words: str, *, thread: bool = False) -> str | None:
    """Return the board's words that there is nothing; raise what else a page without posts says."""
    said = words[:200].replace("\n", " ")
    if not thread and (match := _NOTHING.search(words)):
        return match[0]
    if _LOGIN.search(words):
        raise LoginRequired(f"the board says: {said}")
    if _TOO_OFTEN.search(words):
        raise RateLimited(f"the board says: {said}")
    if thread and _GONE.search(words):
        return None
    if _BLOCKED.search(words):
        raise Blocked(f"the board says: {said}")
    if instead := stand_in(text):
        raise instead(f"a page of somebody else's: {said}")
    raise SchemaChanged(f"neither threads nor posts of Discuz!: {said}" if words else f"an empty page: {text[:80]!r}")
