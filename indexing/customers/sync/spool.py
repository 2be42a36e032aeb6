"""What was read of a source, kept aside until all of it is read: on disk under no name, by a key that nobody keeps."""

import secrets
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import msgspec

from indexing.customers.sync.entries import CustomerEntry, Entry, RecordEntry

__all__ = ["Spool"]

_AT_ONCE = 1_000
_NONCE, _LENGTH = 12, 8


class Spool:
    """Entries in the order in which they were added; a process that dies leaves nothing that anybody could read."""

    def __init__(self, rows: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._seal = AESGCM(AESGCM.generate_key(256))
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
        self._waiting: list[Entry] = []
        customers = rows in ("customer", "contact")
        self._decoder: Any = msgspec.msgpack.Decoder(list[CustomerEntry] if customers else list[RecordEntry])
        self._encoder = msgspec.msgpack.Encoder()

    def add(self, entry: Entry) -> None:
        """Keep an entry."""
        self._waiting.append(entry)
        if len(self._waiting) == _AT_ONCE:
            self._write()

    def parts(self) -> Iterator[list[CustomerEntry] | list[RecordEntry]]:
        """Yield all entries, a thousand at a time; it can be done again."""
        self._write()
        self._file.seek(0)
        while head := self._file.read(_LENGTH):
            sealed = self._file.read(int.from_bytes(head, "big"))
            part: list[CustomerEntry] | list[RecordEntry]
            part = self._decoder.decode(self._seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
            yield part

    def _write(self) -> None:
        if not self._waiting:
            return
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._seal.encrypt(nonce, self._encoder.encode(self._waiting), None)
        self._file.seek(0, 2)
        self._file.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
        self._waiting = []

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
