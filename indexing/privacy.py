"""Who appears by name: public accounts. Everyone else gets a keyed pseudonym, the same one wherever they speak.

A verified account, an organisation, or one with 10,000 followers keeps its name, id, address and verification. Of all
others the index holds neither name nor id; nobody's bio is indexed. The key is `TINGFENG_PSEUDONYM_KEY`, or a random
one that is made once at `TINGFENG_DATA`/keys/pseudonym.key; with another key, other pseudonyms, hence a rebuild.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import settings
from config.errors import Mendable
from config.fold import fold
from crawlers.post import Author
from indexing.elasticsearch.exact import exact

__all__ = ["PUBLIC_FOLLOWERS", "KeyUnusable", "Pseudonyms", "author_fields", "is_public", "pseudonyms"]

PUBLIC_FOLLOWERS = 10_000
_SHORTEST_KEY = 16
_VARIABLE = "TINGFENG_PSEUDONYM_KEY"


class KeyUnusable(Mendable):
    """The pseudonyms' key cannot be used; without it no author may be indexed."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Names for people who are not to be named; equal input gives an equal name, and only the key's owner can tell."""

    _key: bytes = field(repr=False)

    def of(self, platform: str, value: str) -> str:
        """Return 32 hexadecimal digits for an account's id on a platform."""
        return hmac.new(self._key, f"{platform}:{value}".encode(), hashlib.sha256).hexdigest()[:32]

    def author(self, name: str) -> str:
        """Return what `author:` in a query finds an account of this name by, on whatever platform."""
        return self.of("author", exact(name))

    def handles(self, platform: str, name: str) -> tuple[str, str]:
        """Return what `author.handle` holds for an account of this name: if it is public, and if it is not.

        Width, case, white space at the ends and a leading @ make no difference.
        """
        plain = " ".join(fold(name).split()).removeprefix("@").strip().casefold()
        return plain, self.of(platform, plain)


def pseudonyms() -> Pseudonyms:
    """Return the pseudonyms of this installation; KeyUnusable says what is wrong with its key."""
    key = settings.secret(_VARIABLE)
    source = _VARIABLE
    if key is None:
        path = settings.data_dir() / "keys" / "pseudonym.key"
        key, source = _kept(path), str(path)
    if len(key) < _SHORTEST_KEY:
        raise KeyUnusable(f"{source}: shorter than {_SHORTEST_KEY} characters: use a long random text")
    return Pseudonyms(key.encode())


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


def _kept(path: Path) -> str:
    """Return the key in the file, making it first where there is none; whoever comes second reads the first one's."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=path.parent)  # mkstemp opens it for its owner alone
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(32))
                    file.flush()
                    os.fsync(file.fileno())
                os.link(temporary, path)
            except FileExistsError:
                pass
            finally:
                Path(temporary).unlink()
        if path.stat().st_mode & 0o077:
            raise KeyUnusable(f"{path}: others than its owner may read it: chmod 600 {path}")
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusable(f"{path}: {error}: make it readable for this user, or set {_VARIABLE}") from error
