"""Text → the HTML that platforms put it in."""

import re
from html import escape
from urllib.parse import quote

__all__ = ["html_of", "weibo_html"]

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SPECIAL = re.compile(r"(?P<topic>#[^#\s<>&]{1,40}#)|(?P<emoticon>\[[一-鿿a-zA-Z]{1,8}\])|@(?P<name>[\w一-鿿-]{2,30})")


def html_of(text: str) -> str:
    """Return the text as HTML: escaped, with a break at each line end."""
    return _LINE_END.sub("<br />\n", escape(text))


def weibo_html(text: str) -> str:
    """Return the text as Weibo writes it: topics and names as links, emoticons as pictures."""
    parts, end = [], 0
    for match in _SPECIAL.finditer(text):
        parts += [escape(text[end : match.start()]), _special(match)]
        end = match.end()
    return _LINE_END.sub("<br />", "".join([*parts, escape(text[end:])]))


def _special(match: re.Match[str]) -> str:
    shown = escape(match[0])
    if match["topic"]:
        words = quote(match["topic"], safe="")
        link = f"https://m.weibo.cn/search?containerid=231522type%3D1%26t%3D10%26q%3D{words}&amp;isnewpage=1"
        return f'<a href="{link}" data-hide=""><span class="surl-text">{shown}</span></a>'
    if match["emoticon"]:
        picture = "https://h5.sinaimg.cn/m/emoticon/icon/default/d_emoticon.png"
        return f'<span class="url-icon"><img alt="{shown}" src="{picture}" style="width:1em; height:1em;" /></span>'
    return f"<a href='/n/{escape(match['name'])}'>{shown}</a>"
