"""Who appears by name: public accounts. Everyone else gets a keyed pseudonym, the same one wherever they speak.

A verified account, an organisation, or one with 10,000 followers keeps its name, id, address and verification. Of all
others the index holds neither name nor id; nobody's bio is indexed. The key is `TINGFENG_PSEUDONYM_KEY`, or a random
one that is made once at `TINGFENG_DATA`/keys/pseudonym.key; with another key, other pseudonyms, hence a rebuild.
"""

import hmac
from dataclasses import dataclass, field
from typing import Any

from config.fold import fold
from config.key import KeyUnusable, key_of
from crawlers.post import Author
from indexing.elasticsearch.exact import exact

__all__ = ["PUBLIC_FOLLOWERS", "KeyUnusable", "Pseudonyms", "author_fields", "is_public", "pseudonyms"]

PUBLIC_FOLLOWERS = 10_000
_VARIABLE = "TINGFENG_PSEUDONYM_KEY"


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Names for people who are not to be named; equal input gives an equal name, and only the key's owner can tell."""

    _key: bytes = field(repr=False)

    def of(self, platform: str, value: str) -> str:
        """Return 32 hexadecimal digits for an account's id on a platform."""
        return hmac.digest(self._key, f"{platform}:{value}".encode(), "sha256").hex()[:32]

    def author(self, name: str) -> str:
        """Return what `author:` in a query finds an account of this name by, on whatever platform."""
        return self.of("author", exact(name))

    def handles(self, platform: str, name: str) -> tuple[str, str]:
        """Return what `author.handle` holds for an account of this name: if it is public, and if it is not.

        Width, case, white space at the ends and a leading @ or ＠ make no difference.
        """
        plain = " ".join(fold(name).split()).lstrip("@＠").strip().casefold()
        return plain, self.of(platform, plain)


def pseudonyms() -> Pseudonyms:
    """Return the pseudonyms of this installation; KeyUnusable says what is wrong with its key."""
    return Pseudonyms(key_of(_VARIABLE, "pseudonym.key").encode())


def is_public(author: Author) -> bool:
    """Say whether the account appears by name."""
    return bool(author.verified or author.organisation or (author.followers or 0) >= PUBLIC_FOLLOWERS)


def author_fields(platform: str, author: Author, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """Return the author as the index may show it; None for what is not known or not shown."""
    named = is_public(author)
    handle = pseudonyms.handles(platform, author.name)[0 if named else 1] if author.name else None
    pseudonym = None if named else pseudonyms.of(platform, author.id)
    return {
        "id": pseudonym or author.id,
        "name": f"用户{pseudonym[:8]}" if pseudonym else author.name,
        "handle": handle,
        "named": named,
        "url": author.url if named else None,
        "followers": author.followers,
        "verified": author.verified,
        "verification": author.verification if named else None,
        "organisation": author.organisation,
    }
