"""`verified_site`: a site that links back (rel=me) stands on both accounts' pages, and the platform has checked it."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawlers.post import Post
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND", "address"]

_ADDRESS = re.compile(r"https?://[^\s，。；、<>\"']+|(?<![@\w.])(?:[\w-]+\.)+[a-z]{2,}/[\w./@~-]*", re.IGNORECASE)
_CHECKED = ("mastodon",)
"""Platforms whose verification of an account is a list of sites that link back (Mastodon's `verified_at`)."""


def address(text: str) -> str:
    """Return an address as it is compared: host and path, without www, a slash at the end, and what only tracks."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    return f"{host}{parts.path.rstrip('/')}"


def _reads(post: Post) -> Iterator[Said]:
    if post.author and post.platform in _CHECKED:
        for found in _ADDRESS.findall(post.author.verification or ""):
            yield "site", address(found)
    if post.author and post.author.url:
        yield "site", address(post.author.url)


KIND = EdgeKind(
    name="verified_site",
    rank=95,
    probability=0.99,
    words="a site that links back stands on both accounts' pages",
    reads=_reads,
    between_accounts=True,
)
