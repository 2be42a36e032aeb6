"""A post's text → its author's own words: without links, names, markup and the words of whom it reposts."""

import html
import re
from dataclasses import dataclass

from config.fold import fold

__all__ = ["Cleaned", "clean"]

_REPOST_TAIL = re.compile(r"(?://|\|\|)\s*[@＠][^\s:：]{1,40}\s*[:：]?")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>|<!--[^<>]{0,1000}-->")
_TLDS = (
    "com|cn|net|org|gov|edu|info|biz|tv|me|io|cc|co|ai|app|dev|top|xyz|vip|shop|club|link|site|online|store|live|news|"
    "wiki|tech|work|ink|fun|icu|ltd|pro|mobi|asia|im|is|ly|gl|gd|to|be|fm|la|ws|hk|tw|jp|kr|sg|my|uk|us|de|fr|ru|eu|au|ca"
)
# A host is ASCII alone: the 看 of 看t.cn/A6 is not its beginning. Without a path it may be a name, such as JD.com.
_HOST = rf"(?<![A-Za-z0-9@._-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,6}}(?:{_TLDS})(?![A-Za-z0-9-])(?::\d{{2,5}})?"
_LINK = re.compile(
    rf"(?:https?://|www\.)[!#-;=?-~]+|(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{{1,20}}://[!#-;=?-~]+"
    rf"|{_HOST}[/?#](?=[!#-;=?-~])[!#-;=?-~]*|[LO]?网页链接",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}[@＠](?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_ANSWER_TO = re.compile(r"^\s*(?:回复|回覆)\s*[@＠][^\s:：]{1,40}\s*[:：]")
_NAME = re.compile(
    r"(?:(?<![A-Za-z0-9._%+-])[@＠]|[@＠](?=[^\x00-\x7f]))[\w·-]{1,20}(?![\w·-])[:：]?"
)  # a longer one has swallowed the sentence
_TOPIC = re.compile(r"[#＃]([^#＃\n]{1,100})[#＃]")
_SILENT = {
    "",
    "转",
    "转发",
    "转发微博",
    "轉發微博",
    "快转微博",
    "转发此微博",
    "repost",
    "分享图片",
    "分享视频",
    "图片评论",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """One text in three parts, white space joined; emoticons such as [偷笑] stay where they stand."""

    own: str
    """The author's own words, topics included; "" when there are none, as in 转发微博."""
    quoted: str
    """The words of the others in the repost's tail, `//@name: …`."""
    topics: tuple[str, ...]
    """The author's own #topics#, each once."""


def clean(text: str) -> Cleaned:
    """Take a text apart; any text is answered, in time that grows with its length only."""
    text = fold(_MAIL.sub(" ", _LINK.sub(" ", _TAG.sub(" ", html.unescape(text)))))
    tail = _REPOST_TAIL.search(text)
    own, quoted = (text[: tail.start()], text[tail.end() :]) if tail else (text, "")
    topics = tuple(dict.fromkeys(stripped for topic in _TOPIC.findall(own) if (stripped := topic.strip())))
    own, quoted = _plain(own), _plain(_REPOST_TAIL.sub(" ", quoted))
    return Cleaned(own="" if _is_silent(own) else own, quoted="" if _is_silent(quoted) else quoted, topics=topics)


def _plain(text: str) -> str:
    text = _NAME.sub(" ", _ANSWER_TO.sub(" ", text))
    return " ".join(_TOPIC.sub(r" \1 ", text).split())


def _is_silent(text: str) -> bool:
    return text.strip(" .。…,，!！~～:：;；/|[]【】<>《》\"'“”").lower() in _SILENT
