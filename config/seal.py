"""Personal values, sealed: whoever holds the keys can open them, and nobody else can tell one from another.

Keys are `TINGFENG_PERSONAL_KEYS`, the newest first, each `name:hexadecimal digits` and separated by commas; without it
one is made at `TINGFENG_DATA`/keys/personal.key. The first key seals, all of them open: put a new one in front, run
`tingfeng privacy reseal`, and then take the old one away. Private talk has keys of its own (crawlers/private/seal.py).
"""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass, field

from config.errors import UserError
from config.key import key_of

__all__ = ["Keyring", "SealBroken", "keyring"]

_VARIABLE = "TINGFENG_PERSONAL_KEYS"
_KEY = re.compile(r"([a-z0-9]{1,16}):([0-9a-fA-F]{64})")
_NONCE = 12


class SealBroken(UserError):
    """A sealed value cannot be opened: its key is gone, or it was changed or moved to another place."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by name, the sealing one first; none of them is shown."""

    _keys: dict[str, bytes] = field(repr=False)

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        return next(iter(self._keys))

    def seal(self, value: str, *, about: str) -> str:
        """Return `key's name:base64`, which opens only with the same `about`, such as `customers:C1:phone`."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._keys[self.newest]).encrypt(nonce, value.encode(), about.encode())
        return f"{self.newest}:{base64.b64encode(nonce + sealed).decode('ascii')}"

    def open(self, sealed: str, *, about: str) -> str:
        """Return what was sealed about the same thing; SealBroken says which key is missing, or that it was changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        name, _, text = sealed.partition(":")
        if name not in self._keys:
            raise SealBroken(
                f"{_VARIABLE}: the key {name!r} is missing, which sealed {about}: add it behind the newest"
            )
        try:
            raw = base64.b64decode(text, validate=True)
            return AESGCM(self._keys[name]).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise SealBroken(f"{about}: was changed since it was sealed, or stands in another's place") from error


def keyring() -> Keyring:
    """Return the keys of this installation; KeyUnusable or SealBroken says what is wrong with them."""
    text = key_of(_VARIABLE, "personal.key")
    if re.fullmatch(r"[0-9a-f]{64}", text):  # the one that was made in the data folder
        return Keyring({"own": bytes.fromhex(text)})
    keys: dict[str, bytes] = {}
    for place, part in enumerate(text.split(","), start=1):
        found = _KEY.fullmatch(part.strip())
        if not found or found[1] in keys:
            raise SealBroken(
                f"{_VARIABLE}: part {place} is no key, or its name stands twice: write name:64 hexadecimal digits, as"
                " `openssl rand -hex 32` makes them, the newest first, separated by commas"
            )
        keys[found[1]] = bytes.fromhex(found[2])
    return Keyring(keys)
