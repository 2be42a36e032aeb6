"""The pictures that stand in a post's HTML: addresses, whole and in order, without emoticons and counting pixels."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from crawlers.reading.written_address import unescaped

__all__ = ["pictures_of"]

_MOST = 30
_READ = 200_000
"""Characters of a page that are looked through."""
_TAG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
_NAMES = ("data-original", "data-src", "data-lazy-src", "data-actualsrc", "src")
"""What a picture's element calls its address: `src` may hold a stand-in until the page is scrolled."""
_SIGN = re.compile(r"emoji|emoticon|smil(?:ey|ies)|\bavatar\b", re.IGNORECASE)
_NAMED = re.compile(r"\s*(?:\[[^\[\]]*\]|:\w+:)\s*")


def pictures_of(markup: str, page: str) -> tuple[str, ...]:
    """Return the addresses of the first 30 pictures in the HTML of a post at `page`, each once."""
    if "<img" not in markup and "<IMG" not in markup:
        return ()
    found: dict[str, None] = {}
    for address in _addresses(markup[:_READ], page):
        if len(found) == _MOST:
            break
        found[address] = None
    return tuple(found)


def _addresses(markup: str, page: str) -> Iterator[str]:
    for tag in _TAG.findall(markup):
        said = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(tag)}
        if _is_sign(said):
            continue
        for name in _NAMES:
            try:
                address = urljoin(page, unescaped(said.get(name, "")).strip()) if said.get(name) else ""
            except ValueError:  # such as an address with half a bracket
                continue
            if address.startswith(("https://", "http://")):
                yield address
                break


def _is_sign(said: dict[str, str]) -> bool:
    """Say whether a picture is no picture of the post's: an emoticon, a face, or a pixel that counts readers."""
    tiny = said.get("width", "") in ("0", "1") or said.get("height", "") in ("0", "1")
    return tiny or bool(_SIGN.search(said.get("class", "")) or _NAMED.fullmatch(said.get("alt", "")))
