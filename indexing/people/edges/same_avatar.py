"""`same_avatar`: two accounts of two platforms show one picture, by its address or by the digest in it."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawlers.post import Post
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND"]

_OF_NOBODY = re.compile(r"default|missing|anonymous|no_?avatar|no_?face|placeholder|blank|guest|unknown", re.IGNORECASE)
_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])")
"""Of an e-mail address, as Gravatar and Libravatar have it on every site, or of the picture's bytes."""


def _reads(post: Post) -> Iterator[Said]:
    address = post.author.avatar if post.author else None
    if address and not _OF_NOBODY.search(address):
        parts = urlsplit(address)
        digest = _DIGEST.search(parts.path.lower())
        yield "avatar", digest[0] if digest else f"{parts.netloc.lower()}{parts.path}"


KIND = EdgeKind(
    name="same_avatar",
    rank=25,
    probability=0.7,
    words="one picture of two accounts, borne once on each platform",
    reads=_reads,
    between_accounts=True,
    one_a_platform=True,
    most=3,
)
