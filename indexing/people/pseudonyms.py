"""Pseudonyms: whoever is not to be named has the same keyed one wherever they speak.

The key is `TINGFENG_PSEUDONYM_KEY`, or a random one that is made once at `TINGFENG_DATA`/keys/pseudonym.key; with
another key, other pseudonyms, hence a rebuild.
"""

from dataclasses import dataclass, field

from config.fold import fold
from config.key import KeyUnusable
from config.pseudonym import pseudonym, pseudonym_key
from indexing.elasticsearch.exact import exact

__all__ = ["KeyUnusable", "Pseudonyms", "pseudonyms"]


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Names for people who are not to be named; equal input gives an equal name, and only the key's owner can tell."""

    _key: bytes = field(repr=False)

    def of(self, platform: str, value: str) -> str:
        """Return 32 hexadecimal digits for an account's id on a platform."""
        return pseudonym(self._key, platform, value)

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
    return Pseudonyms(pseudonym_key())
