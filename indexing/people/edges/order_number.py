# ruff: noqa: E501
"""`order_number`: a post gives the number of a customer's order or service ticket."""

import re
from collections.abc import Iterator

from config.fold import plain
from crawlers.post import Post
from indexing.people import contact
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND"]

_NUMBERS = (
    ("order", re.compile(r"(?:订单(?:编?号)?|单号|order(?: (?:no\.?|number|id))?)\s*(?:是|为)?\s*[:：#]?\s*([A-Za-z0-9][A-Za-z0-9-]{6,40})", re.IGNORECASE)),
    ("ticket", re.compile(r"(?:工单(?:编?号)?|受理号|投诉编?号|ticket(?: (?:no\.?|number|id))?)\s*(?:是|为)?\s*[:：#]?\s*([A-Za-z0-9][A-Za-z0-9-]{6,40})", re.IGNORECASE)),
)  # fmt: skip


def _reads(post: Post) -> Iterator[Said]:
    folded = plain(post.text)
    for kind, form in _NUMBERS:
        for found in form.findall(folded):
            if value := contact.normalised(kind, found):
                yield f"contact:{kind}", value


KIND = EdgeKind(
    name="order_number",
    rank=75,
    probability=0.97,
    words="a post gives the number of the customer's order or ticket",
    reads=_reads,
    customers=frozenset({"order", "ticket"}),
    most=2,
)
