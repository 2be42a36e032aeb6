"""WeCom's envelope: signature (SHA-1), AES-256-CBC with blocks of 32 bytes, and the receiver's id inside.

    signature = sha1(sorted(token, timestamp, nonce, encrypt))
    plaintext = 16 random bytes + length (4 bytes, big-endian) + message + receiver id

developer.work.weixin.qq.com/document/path/90968 describes it. SHA-1 here is a keyed tag of WeCom's own making.
"""

import base64
import binascii
import hashlib
import hmac
import os
import struct

from config.errors import UserError

__all__ = ["AES_KEY_LETTERS", "Envelope", "EnvelopeRefused", "WrongReceiver", "WrongSignature"]

AES_KEY_LETTERS = 43
_BLOCK = 32
_RANDOM, _LENGTH = 16, 4


class EnvelopeRefused(Exception):
    """What came is not what WeCom sends to us; the message says what is wrong and repeats nothing of it."""


class WrongSignature(EnvelopeRefused):
    """Whoever sent it does not know the token."""


class WrongReceiver(EnvelopeRefused):
    """It was made for another company or application."""


class Envelope:
    """Opens and closes messages between WeCom and one receiver."""

    def __init__(self, token: str, aes_key: str, receiver_id: str) -> None:
        try:
            self._key = base64.b64decode(f"{aes_key}=", validate=True)
        except binascii.Error:
            self._key = b""
        if len(aes_key) != AES_KEY_LETTERS or len(self._key) != _BLOCK:
            raise UserError(f"TINGFENG_WECOM_AES_KEY: must be the {AES_KEY_LETTERS} signs of EncodingAESKey")
        self._token, self._receiver = token, receiver_id.encode()

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Return what WeCom signs this with."""
        said = "".join(sorted((self._token, timestamp, nonce, encrypted)))
        return hashlib.sha1(said.encode()).hexdigest()  # noqa: S324  # WeCom's choice

    def check(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Raise WrongSignature unless it is signed with our token; it takes the same time wherever they differ."""
        if not hmac.compare_digest(self.signature(timestamp, nonce, encrypted).encode(), signature.encode()):
            raise WrongSignature("the signature is not ours")

    def open(self, encrypted: str) -> bytes:
        """Return the message in a ciphertext whose signature was checked; EnvelopeRefused says what is wrong."""
        try:
            cipher = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise EnvelopeRefused("the ciphertext is not base64") from error
        if not cipher or len(cipher) % 16:
            raise EnvelopeRefused("the ciphertext is cut off")
        plain = _unpadded(self._cbc(cipher, encrypting=False))
        if len(plain) < _RANDOM + _LENGTH:
            raise EnvelopeRefused("the plaintext is too short")
        (length,) = struct.unpack_from(">I", plain, _RANDOM)
        begin = _RANDOM + _LENGTH
        if length > len(plain) - begin:
            raise EnvelopeRefused("the plaintext is shorter than it says")
        if not hmac.compare_digest(plain[begin + length :], self._receiver):
            raise WrongReceiver("it is meant for another receiver")
        return plain[begin : begin + length]

    def close(self, message: bytes) -> str:
        """Return a message as WeCom would encrypt it; only the replay needs it, for we answer nothing."""
        plain = os.urandom(_RANDOM) + struct.pack(">I", len(message)) + message + self._receiver
        missing = _BLOCK - len(plain) % _BLOCK
        return base64.b64encode(self._cbc(plain + bytes([missing]) * missing, encrypting=True)).decode()

    def _cbc(self, content: bytes, *, encrypting: bool) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        cipher = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
        made = cipher.encryptor() if encrypting else cipher.decryptor()
        return made.update(content) + made.finalize()


def _unpadded(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= _BLOCK or plain[-count:] != bytes([count]) * count:
        raise EnvelopeRefused("the padding is wrong")
    return plain[:-count]
