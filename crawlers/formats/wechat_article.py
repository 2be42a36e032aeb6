"""An article of 微信公众号, whichever route led to it: its id, its address, and what a page without articles says.

One article has many addresses, and a search's are good for some hours only. Its key is (biz, mid, idx, sn) where the
address tells them, else a digest of account, title and time.
"""

import re
from datetime import datetime
from hashlib import sha1
from urllib.parse import parse_qs, urljoin, urlsplit

from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, RateLimited, SchemaChanged
from crawlers.reading.stand_in import stand_in
from crawlers.reading.written_address import unescaped

__all__ = ["HOME", "address_of", "article_id", "refused_page"]

HOME = "https://mp.weixin.qq.com"
_GUARD = re.compile("antispider|验证码|异常访问|完成验证|环境异常|协助验证|seccode")
_TOO_OFTEN = re.compile("频繁|freq control")
_LOGIN = re.compile("请在微信客户端打开|重新登录|请先登录|登录超时|请登录|login")
_GONE = re.compile("(?:账号|帐号|公众号).{0,12}(?:注销|屏蔽|封禁|停用|迁移)")
_KEY = ("__biz", "mid", "idx", "sn")


def address_of(written: str) -> str:
    """Return an address as a browser goes there: whole, and not escaped, as often as it was."""
    plain = written.strip()
    while (once := unescaped(plain)) != plain:
        plain = once
    whole = urljoin(f"{HOME}/", plain) if plain else ""
    return whole.replace("http://mp.weixin.qq.com", HOME, 1)


def article_id(address: str, account: str, title: str, moment: datetime) -> str:
    """Return the article's id, the same by whichever of its lasting addresses."""
    try:
        named = parse_qs(urlsplit(address).query)
    except ValueError:
        named = {}
    key = [named.get(name, [""])[0] for name in _KEY]
    if all(key) and not any(character.isspace() or character == "/" for part in key for character in part):
        return "/".join(key)
    told = "|".join((account, title, str(int(moment.timestamp()))))
    return sha1(told.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def refused_page(text: str, page: str = "") -> CrawlError:
    """Return what a page without articles means, by its text and, where that is only its words, the whole page."""
    if _GUARD.search(text):
        return Blocked("a page that asks for a proof of being a person (antispider)")
    if _TOO_OFTEN.search(text):
        return RateLimited("a page that says: too often")
    if _LOGIN.search(text):
        return LoginRequired("a page that asks to log in, or to be opened in WeChat")
    if _GONE.search(text):
        return Gone("a page that says that the account is not there any more")
    return (stand_in(page or text) or SchemaChanged)("a page without articles")
