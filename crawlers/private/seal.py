"""Encryption at rest: what is written is sealed with the first key, and opened with whichever of them sealed it.

`TINGFENG_PRIVATE_KEY` holds one long random text, or several with commas between: put a new one first to rotate.
Without the variable a key is made once in the data folder (config/key.py).

Customers' personal values are sealed by config/seal.py, with keys of their own: those are named and bind each value to
its customer and field, where here whole lines move from file to file; and whoever may open the one need not open the
other.
"""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from config.key import KeyUnusable, key_of

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

__all__ = ["VARIABLE", "SealBroken", "digest", "open_sealed", "reseal", "seal"]

VARIABLE = "TINGFENG_PRIVATE_KEY"
_FILE = "private.key"
_SHORTEST = 16


class SealBroken(KeyUnusable):
    """Something sealed opens with none of the keys: it was changed, or its key is gone."""


def seal(content: bytes) -> bytes:
    """Return the content encrypted and authenticated, as ASCII without a line end."""
    return _box(key_of(VARIABLE, _FILE)).encrypt(content)


def open_sealed(sealed: bytes) -> bytes:
    """Return what was sealed; SealBroken where no key opens it."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(key_of(VARIABLE, _FILE)).decrypt(sealed)
    except InvalidToken as error:
        raise SealBroken(f"{VARIABLE}: opens no such content: put the key that sealed it behind the new one") from error


def reseal(sealed: bytes) -> bytes:
    """Return the same content sealed with the first key, so that older keys can go; SealBroken where none opens it."""
    return seal(open_sealed(sealed))


def digest(text: str) -> str:
    """Return a name for what must not be legible: the same text gives the same 32 hexadecimal digits.

    It hangs on the pseudonyms' key, so that it outlives the keys that seal.
    """
    key = key_of("TINGFENG_PSEUDONYM_KEY", "pseudonym.key")
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=4)
def _box(keys: str) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    each = [key.strip() for key in keys.replace("\n", ",").split(",") if key.strip()]
    if short := [key for key in each if len(key) < _SHORTEST]:
        raise KeyUnusable(f"{VARIABLE}: {len(short)} of its keys are shorter than {_SHORTEST} characters")
    made = (HKDF(SHA256(), 32, None, b"tingfeng private").derive(key.encode()) for key in each)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])
