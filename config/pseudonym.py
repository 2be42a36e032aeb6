"""The key by which people are told apart without being named, and the digest that it makes of an account."""

import hmac

from config.key import key_of

__all__ = ["pseudonym", "pseudonym_key"]

_VARIABLE = "TINGFENG_PSEUDONYM_KEY"


def pseudonym_key() -> bytes:
    """Return this installation's key: `TINGFENG_PSEUDONYM_KEY`, or the one in the data folder; else KeyUnusable."""
    return key_of(_VARIABLE, "pseudonym.key").encode()


def pseudonym(key: bytes, platform: str, value: str) -> str:
    """Return 32 hexadecimal digits for an account's id on a platform; only the key's owner can tell whose they are."""
    return hmac.digest(key, f"{platform}:{value}".encode(), "sha256").hex()[:32]
