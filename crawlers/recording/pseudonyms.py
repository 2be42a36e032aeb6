"""A page without the people who wrote on it: names, numbers, handles, portraits and words about themselves.

The same account gets the same stand-in all over the page, of the same form, so that the page reads as before.
"""

import base64
import html
import json
import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote

from crawlers.page import Response
from crawlers.post import Author
from crawlers.reading.charset import decode_text

__all__ = ["pseudonymised"]

_PERSONAL_KEY = re.compile(
    r"avatar|portrait|headimg|bio$|email|phone|mobile|birth|fullname|gender|verified_reason|_reason$", re.IGNORECASE
)
_PERSONAL_OF_AN_ACCOUNT = re.compile(r"picture|profile|cover|description|signature|about|location|intro", re.IGNORECASE)
_ACCOUNT_KEY = re.compile(r"(^|_)(user|author|account|member|owner|from|uploader)(_?info)?$", re.IGNORECASE)
_ACCOUNT_FIELDS = frozenset(
    ("screen_name", "nickname", "nick_name", "uname", "username", "followers_count", "follower_count", "handle", "acct")
)
_NUMBER_KEY = re.compile(r"(^|_)u(id|in)$|U(id|in)$")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_CALLED = re.compile(r"@[\w·-]{2,30}")
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_OF_A_FACE = re.compile(r"avatar|portrait|face|headimg|head_img|touxiang|usericon", re.IGNORECASE)
_SOURCE = re.compile(r"(\s(?:data-)?(?:src|original|lazy)\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
_JSONP = re.compile(r"\s*[\w.$]+\s*\((?P<value>[\[{].*[\]}])\s*\)\s*;?\s*", re.DOTALL)
_ENCODED = re.compile(r"(<script\b[^<>]*>\s*)(%(?:7B|5B)[^<\s]+)", re.IGNORECASE)
"""What some pages hand their script, written as an address writes it."""
_HANDLE = re.compile(r"[\w=+/-]{4,}")
_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/]{16,400}={0,2}(?![\w+/=])")
_TAG = re.compile(r"</?\w[^<>]{0,60}>")
_LONGEST_NAME = 30
_HALF = re.compile("[\ud800-\udfff]")
_LEAST_NUMBER, _LEAST_WORDS = 6, 6


def pseudonymised(response: Response, authors: Iterable[Author], *, keep: str = "") -> bytes:
    """Return the body as UTF-8 without the accounts; what stands in `keep`, such as the query, is left as it is."""
    stand_ins: dict[str, str] = {}
    for author in authors:
        stand_ins |= {known: said for known, said in _stand_ins(author) if known not in keep}
    text = decode_text(response.body, response.headers.get("content-type", ""))
    hide = _hider(stand_ins)
    start = response.body.lstrip()[:1]
    if start in (b"{", b"["):
        values = _documents(text)
        return "\n".join(_written(_hidden(one, hide), indent=None if values[1:] else 1) for one in values).encode()
    if start != b"<" and (called := _JSONP.fullmatch(text)):
        value = _written(_hidden(json.loads(called["value"]), hide))
        return (text[: called.start("value")] + value + text[called.end("value") :]).encode()
    return _markup(text, hide).encode()


def _documents(text: str) -> list[Any]:
    """Return the JSON of a body, or of each of its lines: some answers come in parts."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def _written(value: Any, indent: int | None = None) -> str:
    """Return JSON as people read it; with escapes where it holds half of a character."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return json.dumps(value, indent=indent) if _HALF.search(text) else text


def _markup(text: str, hide: Callable[[str], str]) -> str:
    text = _IMAGE.sub(lambda image: _SOURCE.sub(r'\1""', image[0]) if _OF_A_FACE.search(image[0]) else image[0], text)
    text = _ENCODED.sub(lambda script: f"{script[1]}{quote(hide(unquote(script[2])))}", text)
    text = re.sub(r"(<\?xml[^>]*encoding=)([\"'])[^\"']*\2", r"\1\2utf-8\2", hide(text), count=1)
    return re.sub(r"(<meta[^>]*charset=[\"']?)[\w-]+", r"\1utf-8", text, flags=re.IGNORECASE)


def _stand_ins(author: Author) -> Iterable[tuple[str, str]]:
    """Yield what of an account stands on the page, with what stands there instead."""
    if author.name:
        name = f"用户{_digest(author.name)[:6]}"
        yield from ((written, name) for written in {author.name, html.escape(author.name), _escaped(author.name)})
    for said in (author.id.rpartition("/")[2].partition("@")[0], *_handles(author.url or "")):
        number = re.split(r"[:.]", said)[-1]
        if number.isdecimal() and len(number) >= _LEAST_NUMBER:
            yield number, _number_for(number)
        elif not number.isdecimal() and number.isascii() and _HANDLE.fullmatch(number):
            yield number, _of_same_form(number)
    for words in (author.bio, author.verification):
        if words and len(words) >= _LEAST_WORDS:
            yield words, "…"


def _handles(url: str) -> Iterable[str]:
    """Yield the last part of an address, and the value of its last parameter, where an account is named."""
    path, _, fields = url.partition("?")
    last = path.rstrip("/").rpartition("/")[2].removeprefix("@")
    if fields:
        yield fields.rpartition("=")[2]
    elif path.count("/") > 3 or "/@" in path or path.count("/") == 3:
        yield last


def _hider(stand_ins: dict[str, str]) -> Callable[[str], str]:
    names = sorted(stand_ins, key=len, reverse=True)
    known = re.compile("|".join(map(_highlighted, names))) if names else None

    def hide_within(found: re.Match[str]) -> str:
        """Hide an account's number in an id that is written as base64."""
        try:
            plain = base64.b64decode(found[0], validate=True).decode("ascii")
        except ValueError:
            return found[0]
        hidden = known.sub(lambda match: stand_ins.get(match[0], match[0]), plain) if known else plain
        return found[0] if hidden == plain else base64.b64encode(hidden.encode()).decode()

    def hide(text: str) -> str:
        text = _EMAIL.sub("someone@example.org", text)
        if known:
            text = known.sub(lambda match: stand_ins.get(match[0]) or stand_ins[_TAG.sub("", match[0])], text)
        text = _BASE64.sub(hide_within, text)
        return _CALLED.sub(
            lambda match: match[0] if match[0].startswith("@用户") else f"@用户{_digest(match[0])[:6]}", text
        )

    return hide


def _highlighted(name: str) -> str:
    """Return an expression for a name, a part of which the platform may have put between tags."""
    if len(name) > _LONGEST_NAME or not any(letter > "\x7f" for letter in name):
        return re.escape(name)
    return f"(?:{_TAG.pattern})?".join(map(re.escape, name))


def _hidden(value: Any, hide: Callable[[str], str], key: str = "", of_account: bool = False) -> Any:
    """Return decoded JSON without the accounts; `of_account`: it stands in an object that describes one."""
    if isinstance(value, dict):
        own = bool(_ACCOUNT_KEY.search(key)) or not (_ACCOUNT_FIELDS.isdisjoint(value) or "title" in value)
        return {_hidden_name(name, hide): _hidden(inner, hide, name, own) for name, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(inner, hide, key, of_account) for inner in value]
    if isinstance(value, str):
        personal = _PERSONAL_KEY.search(key) or (of_account and _PERSONAL_OF_AN_ACCOUNT.search(key))
        return "" if personal else hide(value)
    if isinstance(value, int) and not isinstance(value, bool):
        number = str(value)
        return int(_number_for(number)) if value > 0 and _NUMBER_KEY.search(key) else int(hide(number))
    return value


def _hidden_name(name: str, hide: Callable[[str], str]) -> str:
    """Return a field's name; what is none but an account's number or handle is hidden, as some pages list accounts."""
    return name if name.isidentifier() else hide(name)


def _escaped(name: str) -> str:
    return json.dumps(name)[1:-1]


def _of_same_form(handle: str) -> str:
    """Return another handle: a digit for a digit, a letter of hexadecimal digits for a letter, signs as they are."""
    drawn = _digest(handle) * (1 + len(handle) // 64)
    hexadecimal = re.fullmatch("[0-9a-f]+", handle)
    made = []
    for letter, other in zip(handle, drawn, strict=False):
        if letter.isdigit():
            made.append(other if hexadecimal and not other.isalpha() else str(int(other, 16) % 10))
        elif letter.isalpha():
            said = chr(ord("a") + int(other, 16) % 6)
            made.append(said.upper() if letter.isupper() else said)
        else:
            made.append(letter)
    return "".join(made)


def _number_for(number: str) -> str:
    return str(int(_digest(number), 16))[: max(_LEAST_NUMBER, len(number))]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
