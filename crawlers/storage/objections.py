"""Authors who have said no, and the erased: nothing that they post is kept, whichever feed brings it.

    <root>/privacy/objections/<digest>      an empty file for each account

The digest is keyed twice, so that the folder tells nobody whose accounts these are, not even to who reads the index.
"""

import hashlib
import hmac
from dataclasses import dataclass

from config import settings
from config.pseudonym import pseudonym, pseudonym_key
from crawlers.post import Author
from crawlers.storage import files

__all__ = ["Objections", "add", "load", "withdraw"]


@dataclass(frozen=True, slots=True)
class Objections:
    """The accounts as they were read."""

    digests: frozenset[str]

    def block(self, platform: str, author: Author | None) -> bool:
        """Return whether this author wants nothing kept."""
        if not self.digests or author is None:
            return False
        return self.hold(pseudonym(pseudonym_key(), platform, author.id))

    def hold(self, account: str) -> bool:
        """Return the same of an account by the pseudonym of its id."""
        return bool(self.digests) and _digest(pseudonym_key(), account) in self.digests


def load() -> Objections:
    """Read who has said no."""
    return Objections(frozenset(files.names(_folder())))


def add(account: str) -> None:
    """Keep nothing of an account any more, which is given by the pseudonym of its id."""
    files.touch(f"{_folder()}/{_digest(pseudonym_key(), account)}")


def withdraw(account: str) -> None:
    """Keep what an account posts from now on."""
    files.remove(f"{_folder()}/{_digest(pseudonym_key(), account)}")


def _digest(key: bytes, account: str) -> str:
    return hmac.new(key, f"objection:{account}".encode(), hashlib.sha256).hexdigest()[:32]


def _folder() -> str:
    return f"{settings.stage_root().rstrip('/')}/privacy/objections"
