"""Cut text into the encoder's pieces: the likeliest path through a unigram vocabulary (Viterbi), in plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["END", "MASK", "PAD", "START", "Pieces", "frame"]

START, PAD, END, UNKNOWN, MASK = range(5)
SPACE = "\u2581"
PENALTY = 10.0


class Pieces:
    """A vocabulary of pieces with their log probabilities; ids 0 to 4 are start, pad, end, unknown, mask."""

    def __init__(self, pieces: Sequence[str], scores: Iterable[float]) -> None:
        self.pieces = list(pieces)
        self.scores = list(scores)
        self._unknown = min(self.scores) - PENALTY
        self._trie: dict[str, tuple[float, int]] = {}
        for number, (piece, score) in enumerate(zip(self.pieces, self.scores, strict=True)):
            if number > MASK:
                self._trie[piece] = (score, number)
        for piece in self.pieces[MASK + 1 :]:
            for end in range(1, len(piece)):
                self._trie.setdefault(piece[:end], (0.0, -1))

    @classmethod
    def read(cls, path: Path) -> Pieces:
        """Read a vocabulary written by `write`: one piece, a tab and its score a line."""
        rows = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return cls([piece for piece, _ in rows], [float(score) for _, score in rows])

    def write(self, path: Path) -> None:
        """Write one piece, a tab and its score a line."""
        lines = (f"{piece}\t{score:.4f}\n" for piece, score in zip(self.pieces, self.scores, strict=True))
        path.write_text("".join(lines), encoding="utf-8", newline="\n")

    def cut(self, text: str) -> list[int]:
        """Return the ids of the pieces of `text` (already normalised), without start and end."""
        if not text:
            return []
        spelt = SPACE + text.replace(" ", SPACE)
        size = len(spelt)
        best = [0.0] + [-1e30] * size
        back: list[tuple[int, int]] = [(0, UNKNOWN)] * (size + 1)
        trie = self._trie
        for start in range(size):
            so_far = best[start]
            end = start + 1
            entry = trie.get(spelt[start:end])
            if (entry is None or entry[1] < 0) and so_far + self._unknown > best[end]:
                best[end] = so_far + self._unknown
                back[end] = (start, UNKNOWN)
            while entry is not None:
                score, number = entry
                if number >= 0 and so_far + score > best[end]:
                    best[end] = so_far + score
                    back[end] = (start, number)
                if end == size:
                    break
                end += 1
                entry = trie.get(spelt[start:end])
        return self._path(back, size)

    @staticmethod
    def _path(back: list[tuple[int, int]], at: int) -> list[int]:
        numbers: list[int] = []
        while at:
            at, number = back[at]
            if number != UNKNOWN or not numbers or numbers[-1] != UNKNOWN:
                numbers.append(number)
        numbers.reverse()
        return numbers


def frame(ids: Sequence[int], longest: int, target: Sequence[int] = ()) -> list[int]:
    """Return start, target, end, text, end in `longest` pieces; a long text keeps its head and a third as tail."""
    room = longest - 2 - (len(target) + 1 if target else 0)
    if len(ids) > room:
        tail = room // 3
        ids = [*ids[: room - tail], *ids[len(ids) - tail :]]
    head = [START, *target, END] if target else [START]
    return [*head, *ids, END]
