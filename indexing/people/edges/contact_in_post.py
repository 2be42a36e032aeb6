# ruff: noqa: E501
"""`contact_in_post`: a post gives a customer's telephone number or e-mail address as the author's own."""

import re
from collections.abc import Iterator

from crawlers.post import Post
from indexing.people.edges import EdgeKind, Said
from indexing.people.edges.contact_in_bio import contacts

__all__ = ["KIND"]

_OWN = re.compile(
    r"(?:我的?|本人|个人)(?:的)?(?:手机|电话|号码|联系方式|邮箱|微信)|(?:联系|电话|致电|打给|加)我|my (?:phone|mobile|number|e-?mail)|call me",
    re.IGNORECASE,
)


def _reads(post: Post) -> Iterator[Said]:
    if _OWN.search(post.text):
        yield from contacts(post.text)


KIND = EdgeKind(
    name="contact_in_post",
    rank=70,
    probability=0.95,
    words="a post gives the customer's telephone number or e-mail address as the author's own",
    reads=_reads,
    customers=frozenset({"phone", "email"}),
    most=3,
)
