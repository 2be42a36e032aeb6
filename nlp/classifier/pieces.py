"""Cut text into the encoder's pieces: characters and emoticons one by one, other words greedily from the left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

__all__ = ["END", "MASK", "PAD", "SPECIAL", "START", "Pieces", "frame", "places"]

START, PAD, END, UNKNOWN, MASK = range(5)
SPECIAL = ("[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]")
INNER = "##"
LONGEST_WORD = 40
_WORDS = re.compile(r"\[[^\[\]\s]{1,8}\]|[a-z0-9\u00c0-\u024f]+|\S")


class Pieces:
    """A WordPiece vocabulary without case; ids 0 to 4 are start, pad, end, unknown, mask.

    An emoticon such as [偷笑] is one piece where the vocabulary has it, else its characters.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        self.pieces = list(pieces)
        self._ids = {piece: number for number, piece in enumerate(self.pieces) if number > MASK}

    @classmethod
    def read(cls, path: Path) -> Pieces:
        """Read a vocabulary written by `write`: one piece a line."""
        return cls(path.read_text(encoding="utf-8").split("\n")[:-1])

    def write(self, path: Path) -> None:
        """Write one piece a line."""
        path.write_text("".join(f"{piece}\n" for piece in self.pieces), encoding="utf-8", newline="\n")

    def cut(self, text: str) -> list[int]:
        """Return the ids of the pieces of `text` (already normalised), without start and end."""
        numbers: list[int] = []
        for word in _WORDS.findall(text.lower()):
            number = self._ids.get(word)
            if number is not None:
                numbers.append(number)
            elif len(word) == 1:
                numbers.append(UNKNOWN)
            elif word[0] == "[":
                numbers += [number for part in word for number in self.cut(part)]
            else:
                numbers += self._cut_word(word[:LONGEST_WORD])
        return numbers

    def _cut_word(self, word: str) -> list[int]:
        numbers: list[int] = []
        start = 0
        while start < len(word):
            before = INNER if start else ""
            for end in range(len(word), start, -1):
                number = self._ids.get(before + word[start:end])
                if number is not None:
                    numbers.append(number)
                    break
            else:
                return [UNKNOWN]
            start = end
        return numbers


def frame(ids: Sequence[int], longest: int, target: Sequence[int] = ()) -> list[int]:
    """Return start, target, end, text, end in `longest` pieces; a long text keeps its head and a third as tail.

    Where the target stands in the text, a start before and after it shows the place.
    """
    ids = _marked(ids, target) if target else ids
    room = longest - 2 - (len(target) + 1 if target else 0)
    if len(ids) > room:
        tail = room // 3
        ids = [*ids[: room - tail], *ids[len(ids) - tail :]]
    head = [START, *target, END] if target else [START]
    return [*head, *ids, END]


def places(ids: Sequence[int], names: Sequence[Sequence[int]]) -> list[int]:
    """Return where one of the `names` (in pieces) stands in framed ids: all places where none does."""
    row, found = list(ids), set[int]()
    for name in map(list, names):
        size = len(name)
        starts = (at for at in range(len(row) - size + 1) if size and row[at : at + size] == name)
        found.update(at + step for at in starts for step in range(size))
    return sorted(found) or list(range(len(row)))


def _marked(ids: Sequence[int], target: Sequence[int]) -> list[int]:
    marked: list[int] = []
    size, wanted = len(target), list(target)
    at = 0
    while at < len(ids):
        if ids[at] == wanted[0] and list(ids[at : at + size]) == wanted:
            marked += [START, *wanted, START]
            at += size
        else:
            marked.append(ids[at])
            at += 1
    return marked
