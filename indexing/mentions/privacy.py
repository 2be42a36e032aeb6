"""Who appears by name: public accounts. Everyone else gets a pseudonym.

A verified account, an organisation, or one with 10,000 followers keeps its name, id, address and verification. Of all
others the index holds neither name nor id; nobody's bio is indexed.
"""

from typing import Any

from crawlers.post import Author
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["PUBLIC_FOLLOWERS", "author_fields", "is_public"]

PUBLIC_FOLLOWERS = 10_000


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
