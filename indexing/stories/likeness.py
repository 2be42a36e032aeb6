"""Which texts say the same: a hash of the whole for short ones, MinHash-LSH over characters for long ones.

Two texts may be alike when they share a key, and are when their runs of three characters overlap by half. The keys of
one text are the same in every process and on every machine, so that they can stand in the index.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
else:
    Hashes = Any

__all__ = ["SAYS_SOMETHING", "Likeness", "alike", "likenesses", "normalised"]

SAYS_SOMETHING = 8
"""Characters from which a text can be copied at all: 好评 and 转发微博 are formulas, and no two of them one story."""
_LONG = 20
"""Characters from which a text is compared by its parts; shorter ones must be equal."""
_BANDS, _ROWS = 16, 4
_SEED = 20
_OVERLAP = 0.5
_RUN = 3
_LINK = re.compile(r"(?:https?://|www\.)[!-~]+")
_NAME = re.compile(r"@[\w·-]{1,20}")
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What a text is compared by: keys to be looked up, and the sorted hashes of its runs of characters."""

    keys: tuple[str, ...]
    """Empty for a text too short to be copied; the first is the whole text's."""
    runs: Hashes


def normalised(text: str) -> str:
    """Return the letters and digits of a text of the index in one case, without links, names and signs."""
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "@" in text:
        text = _NAME.sub(" ", text)
    return "".join(filter(str.isalnum, text)).lower()


def likenesses(texts: Sequence[str]) -> list[Likeness]:
    """Return each text's likeness, in their order; many at once are quicker."""
    import numpy as np

    said = [normalised(text) for text in texts]
    none = np.empty(0, dtype=np.uint64)
    found = [Likeness((_whole(text),) if len(text) >= SAYS_SOMETHING else (), none) for text in said]
    long = [place for place, text in enumerate(said) if len(text) >= _LONG]
    if long:
        runs, ends = _runs([said[place] for place in long])
        for number, (place, bands) in enumerate(zip(long, _bands(runs, ends), strict=True)):
            own = runs[ends[number] : ends[number + 1]]
            found[place] = Likeness((*found[place].keys, *bands), own)
    return found


def alike(one: Likeness, other: Likeness) -> float:
    """Return how much two texts overlap, 0 to 1; 0 where that is less than half and they are not equal."""
    if not one.keys or not other.keys:
        return 0.0
    if one.keys[0] == other.keys[0]:
        return 1.0
    if not len(one.runs) or not len(other.runs):
        return 0.0
    first, second = set(one.runs.tolist()), set(other.runs.tolist())
    common = len(first & second)
    overlap = common / (len(first) + len(second) - common)
    return overlap if overlap >= _OVERLAP else 0.0


def _whole(text: str) -> str:
    return "=" + hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def _runs(texts: Sequence[str]) -> tuple[Hashes, Hashes]:
    """Return the hashes of every text's runs of characters, one text after the other, and where each begins."""
    import numpy as np

    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    first, second, third = (np.uint64(odd) for odd in _ODD)
    mixed = (codes[:-2] * first) ^ (codes[1:-1] * second) ^ (codes[2:] * third)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * first
    whole = np.ones(len(codes), dtype=bool)
    ends = np.cumsum(lengths)
    for back in range(1, _RUN):
        whole[ends - back] = False  # a run does not reach into the next text
    starts = np.zeros(len(texts) + 1, dtype=np.uint64)
    starts[1:] = np.cumsum(lengths - (_RUN - 1))
    return mixed[whole[: len(mixed)]], starts


def _bands(runs: Hashes, starts: Hashes) -> list[tuple[str, ...]]:
    import numpy as np
    from rensa import RMinHash

    flat, rows = (memoryview(array.data).cast("B").cast("Q") for array in (runs, starts))
    digests = RMinHash.digest_matrix_from_flat_token_hashes(flat, rows, _BANDS * _ROWS, _SEED).to_rows()
    parts = np.array(digests, dtype=np.uint64).reshape(len(digests), _BANDS, _ROWS)
    mixed = np.zeros(parts.shape[:2], dtype=np.uint64)
    for row in range(_ROWS):
        mixed = (mixed ^ parts[:, :, row]) * np.uint64(_ODD[0])
        mixed ^= mixed >> np.uint64(29)
    mixed = (mixed & np.uint64((1 << 56) - 1)) | (np.arange(_BANDS, dtype=np.uint64) << np.uint64(56))
    written = mixed.astype(">u8").tobytes().hex()
    keys = [written[at : at + 16] for at in range(0, len(written), 16)]
    return [tuple(keys[at : at + _BANDS]) for at in range(0, len(keys), _BANDS)]
