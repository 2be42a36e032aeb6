"""A picture's bytes → PDQ's 256 bits, of the whole and of its middle, within bounds; who shows too little has none.

PDQ (Meta, 2019) is made for this: the signs of a picture's low frequencies, which stay when it is scaled or compressed
anew. It does not see through a crop; so the picture is also looked at with its edges cut off by a few shares, and one
picture's whole is held against the other's parts. A mirror image, a collage or a far crop stays unseen.
"""

import io
import warnings
from typing import Any

from config.errors import UserError

__all__ = ["BITS", "MOST_BYTES", "MOST_PIXELS", "NoPicture", "bands", "distance", "fingerprint", "near_bands"]

BITS = 256
MOST_BYTES = 8 * 2**20
MOST_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_LEAST_SIDE = 64
_SIDE = 256
_QUALITY = 50
"""PDQ's own measure, 0 to 100, of how much there is to see; below this a wall is like any other."""
_BANDS, _WIDTH = 16, 16
_CUT = (0.04, 0.08, 0.12)
"""Shares of width and height that are cut off for a further look."""


class NoPicture(Exception):
    """These bytes are no picture that can be compared; the message says why."""


def fingerprint(content: bytes) -> str:
    """Return a picture's looks, 64 hexadecimal digits each, the whole first, with full stops between.

    NoPicture for what is none, too large, or shows nothing.
    """
    try:
        import numpy as np
        import pdqhash
        from PIL import Image, UnidentifiedImageError
    except ModuleNotFoundError as error:
        raise UserError(f"config/pictures.yaml: needs {error.name}: pip install 'tingfeng[pictures]'") from error
    if len(content) > MOST_BYTES:
        raise NoPicture(f"more than {MOST_BYTES:,} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                _check(opened.size)
                opened.draft("RGB", (_SIDE, _SIDE))
                shown = _on_white(opened)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError) as error:
        raise NoPicture(f"no picture: {type(error).__name__}") from error
    looks = [found for cut in (0.0, *_CUT) if (found := _look(np, pdqhash, shown, cut))]
    if not looks:
        raise NoPicture("too little to see")
    return ".".join(looks)


def _look(np: Any, pdqhash: Any, shown: Any, cut: float) -> str | None:
    """Return the bits of a picture whose edges are cut off; None where little is to be seen."""
    x, y = int(shown.width * cut / 2), int(shown.height * cut / 2)
    part = np.asarray(shown)[y : shown.height - y, x : shown.width - x]
    bits, quality = pdqhash.compute(np.ascontiguousarray(part))
    return np.packbits(bits.astype(np.uint8)).tobytes().hex() if quality >= _QUALITY else None


def _check(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise NoPicture(f"more than {MOST_PIXELS:,} pixels")
    if min(size) < _LEAST_SIDE:
        raise NoPicture(f"smaller than {_LEAST_SIDE} pixels")


def _on_white(opened: Any) -> Any:
    """Return the first frame, small, without transparency."""
    from PIL import Image

    opened.thumbnail((_SIDE, _SIDE))
    if opened.mode in ("RGB", "L"):
        return opened.convert("RGB")
    frame = opened.convert("RGBA")
    white = Image.new("RGBA", frame.size, "white")
    white.alpha_composite(frame)
    return white.convert("RGB")


def distance(one: str, other: str) -> int:
    """Return in how many bits two pictures differ where they are most alike, one of them whole."""
    whole, parts = (found.split(".") for found in (one, other))
    pairs = [(whole[0], part) for part in parts] + [(part, parts[0]) for part in whole]
    return min((int(first, 16) ^ int(second, 16)).bit_count() for first, second in pairs)


def bands(found: str) -> list[str]:
    """Return the keys of a picture: of each look its 16 parts of 16 bits, each with its place."""
    return [f"{place:x}{look[place * 4 : place * 4 + 4]}" for look in found.split(".") for place in range(_BANDS)]


def near_bands(found: str) -> list[str]:
    """Return the keys by which a picture finds others: each part, and each part with one bit changed.

    Two that differ in up to 31 bits have a part that differs in at most one (31 < 2 × 16): none is missed.
    """
    keys = []
    for key in bands(found):
        part = int(key[1:], 16)
        keys += [f"{key[0]}{near:04x}" for near in (part, *(part ^ (1 << bit) for bit in range(_WIDTH)))]
    return keys
