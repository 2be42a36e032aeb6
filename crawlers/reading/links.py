"""The addresses that a post points to, from its HTML and its words, in one form for each page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

from crawlers.reading.written_address import unescaped

__all__ = ["links_of"]

_MOST = 20
_LONGEST = 2_000
_READ = 200_000
"""Characters of a page that are looked through."""
_HREF = re.compile(r"""<a\b[^<>]{0,2000}?\bhref\s*=\s*(?:"([^"<>]+)"|'([^'<>]+)'|([^\s"'<>]+))""", re.IGNORECASE)
_MAIN = re.compile(r"^(?:www|m|wap|mobile)\.")
_MAY_POINT = re.compile("href|//|t\\.cn/|&", re.IGNORECASE)
"""What stands in each text that points somewhere."""
_TAG = re.compile(r"<[^<>]*>")
_WRITTEN = re.compile(r"(?<![A-Za-z0-9])https?://[!#-;=?-~]+|(?<![A-Za-z0-9.@/-])t\.cn/[A-Za-z0-9]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}'"
"""Marks that end a sentence, not an address."""
_REDIRECTS = {
    "weibo.cn": ("u", "toasturl"),
    "link.zhihu.com": ("target",),
    "link.juejin.cn": ("target",),
    "www.google.com": ("url", "q"),
    "l.facebook.com": ("u",),
    "mp.weixinbridge.com": ("url",),
    "tieba.baidu.com": ("url",),
}
"""Hosts that lead on to the address in one of these parameters; their subdomains too."""
_WEB = ("http://", "https://")
_BYTE = re.compile("[\udc80-\udcff]")
_PORTS = {"http": ":80", "https": ":443"}
_TRACKING = (
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "fbclid", "gclid", "msclkid"),
    *("spm", "scm", "share_source", "share_medium", "share_plat", "share_token", "share_from", "sharer_shareid"),
    *("from_source", "xhsshare", "tt_from", "wxshare_count", "vd_source", "isappinstalled"),
)


def links_of(markup: str, page: str, *, own: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the first 20 pages that a post's HTML or text points to, each once, but for those of its own site.

    `page` is the post's own address, `own` are further hosts of its site. Redirects of known hosts are followed on
    paper; parameters that only say who shared the link are taken away, and so is a fragment.
    """
    if _MAY_POINT.search(markup) is None:
        return ()
    site = (_site(urlsplit(page).hostname or ""), *own)
    found: dict[str, None] = {}
    for address in _addresses(markup[:_READ]):
        if len(found) == _MOST:
            break
        link = _plain(address, page, site)
        if link:
            found[link] = None
    return tuple(found)


def _addresses(markup: str) -> Iterable[str]:
    for match in _HREF.finditer(markup):
        yield unescaped(match[1] or match[2] or match[3]).strip()
    yield from _written(unescaped(_TAG.sub(" ", markup)))


def _written(text: str) -> Iterator[str]:
    for match in _WRITTEN.finditer(text):
        address = match[0].rstrip(_AFTER)
        yield address if "://" in address else f"https://{address}"


def _plain(address: str, page: str, site: Sequence[str]) -> str | None:
    """Return the address in its one form; None for what is none of the web, and for what is of the `site`."""
    try:
        if address.startswith("//"):
            address = f"{page.partition(':')[0]}:{address}"
        whole = _target(address if address.startswith(_WEB) else urljoin(page, address))
        parts = urlsplit(whole)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or "." not in host:
            return None
        its = _site(host)
        if any(_is_within(its, own) for own in site):
            return None
        host = parts.netloc.rpartition("@")[2]  # a name and password before it are nobody's to keep
        plain = parts._replace(netloc=host.removesuffix(_PORTS[parts.scheme])).geturl()
        made = canonicalize_url(url_query_cleaner(plain, _TRACKING, remove=True, unique=False))
    except ValueError:
        return None
    return made if len(made) <= _LONGEST else None


def _target(address: str) -> str:
    """Return where the address leads to in the end, as far as it says so itself."""
    for _ in range(3):
        parts = urlsplit(address)
        leads = parts.hostname or ""
        names = next((names for host, names in _REDIRECTS.items() if _is_within(leads, host)), ())
        if not names:
            return address
        given = parse_qs(parts.query, errors="surrogateescape")
        onward = next((given[name][0] for name in names if name in given), "")
        if not unquote(onward).startswith(_WEB):
            return address
        if "%3A%2F%2F" in onward.upper():
            onward = unquote(onward, errors="surrogateescape")
        address = _BYTE.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", onward)  # forums ask in GBK, not UTF-8
    return address


def _is_within(host: str, of: str) -> bool:
    return host == of or host.endswith(f".{of}")


def _site(host: str) -> str:
    """Return a host without what tells only its phone version or its main one apart."""
    return _MAIN.sub("", host.lower())
