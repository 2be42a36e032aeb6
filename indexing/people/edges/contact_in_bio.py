# ruff: noqa: E501
"""`contact_in_bio`: the account's own public page shows the telephone number or the e-mail address that a customer has."""

import re
from collections.abc import Iterator

from config.fold import plain
from crawlers.post import Post
from indexing.people import contact
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND", "contacts"]

_PHONE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?![\d.])")
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


def contacts(text: str | None) -> Iterator[Said]:
    """Yield the telephone numbers and e-mail addresses in a text."""
    folded = plain(text or "")
    for kind, form in (("phone", _PHONE), ("email", _EMAIL)):
        for found in form.findall(folded):
            if value := contact.normalised(kind, found):
                yield f"contact:{kind}", value


def _reads(post: Post) -> Iterator[Said]:
    yield from contacts(post.author.bio if post.author else None)


KIND = EdgeKind(
    name="contact_in_bio",
    rank=80,
    probability=0.98,
    words="the account's page shows the customer's telephone number or e-mail address",
    reads=_reads,
    customers=frozenset({"phone", "email"}),
    between_accounts=True,
    most=3,
)
