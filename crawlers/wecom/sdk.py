"""WeCom's own library for 会话存档, called as its header says (path/91774); never tried on the real one."""

import ctypes
from pathlib import Path

from crawlers.errors import RateLimited, SchemaChanged, Unreachable
from crawlers.wecom.account import NotSetUp, Use

__all__ = ["Sdk"]

_TIMEOUT = 30
_BUSY = frozenset((10001, 10002, 10003, 10011))
_OFTEN = frozenset((45009, 301042))


class Sdk:
    """One opened library; NotSetUp where it cannot be loaded, or refuses the company's id or secret."""

    def __init__(self, path: Path, use: Use) -> None:
        try:
            self._library = ctypes.CDLL(str(path))
        except OSError as error:
            raise NotSetUp(f"TINGFENG_WECOM_ARCHIVE: {path}: cannot be loaded ({error})") from error
        for name in ("NewSdk", "NewSlice"):
            getattr(self._library, name).restype = ctypes.c_void_p
        self._library.GetContentFromSlice.restype = ctypes.c_void_p
        self._sdk = ctypes.c_void_p(self._library.NewSdk())
        if code := self._library.Init(self._sdk, use.corp_id.encode(), use.secret.encode()):
            raise NotSetUp(f"TINGFENG_WECOM_ARCHIVE_SECRET: the library refuses it ({code})")

    def chat_data(self, seq: int, limit: int) -> bytes:
        """Return what GetChatData gives."""
        return self._slice(
            "GetChatData", self._sdk, ctypes.c_ulonglong(seq), ctypes.c_uint(limit), b"", b"", ctypes.c_int(_TIMEOUT)
        )

    def decrypt(self, random_key: str, encrypted: str) -> bytes:
        """Return what DecryptData gives; ValueError where it opens nothing."""
        try:
            return self._slice("DecryptData", random_key.encode(), encrypted.encode())
        except SchemaChanged as error:
            raise ValueError(str(error)) from error

    def _slice(self, name: str, *arguments: object) -> bytes:
        """Call a function that fills a slice, and return its content; the slice is freed whatever comes."""
        held = ctypes.c_void_p(self._library.NewSlice())
        try:
            if code := int(getattr(self._library, name)(*arguments, held)):
                kind = Unreachable if code in _BUSY else RateLimited if code in _OFTEN else SchemaChanged
                raise kind(f"{name}: {code}")
            content = ctypes.c_void_p(self._library.GetContentFromSlice(held))
            return ctypes.string_at(content, self._library.GetSliceLen(held)) if content else b""
        finally:
            self._library.FreeSlice(held)

    def __del__(self) -> None:
        if getattr(self, "_sdk", None):
            self._library.DestroySdk(self._sdk)
