"""How alike two names are used: by the characters just before and just behind them ("上X搜一下", "X快递")."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log, sqrt

from nlp.suggest.significance import SURE, significance

__all__ = ["Places", "places"]

_NEAR = 2


class Places:
    """Where a name stands, over many texts: how often behind and before which characters."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.times = 0

    def add(self, text: str, start: int, end: int) -> None:
        """Note one place of the name in a text."""
        self.counts.update(places(text, start, end))
        self.times += 1

    def like(self, other: "Places", every: Counter[str], of_all: int) -> float:
        """Return the cosine, 0 to 1, of the two names' places; a place counts the more, the rarer it is among all."""
        mine, theirs = _weighed(self.counts, every, of_all), _weighed(other.counts, every, of_all)
        lengths = sqrt(sum(value**2 for value in mine.values()) * sum(value**2 for value in theirs.values()))
        return sum(value * theirs.get(place, 0.0) for place, value in mine.items()) / lengths if lengths else 0.0

    def telling(self, every: Counter[str], of_all: int) -> list[str]:
        """Return the places, two characters on a side, where the name stands more often than words do by chance."""
        others = of_all - self.times
        return [
            place
            for place, count in self.counts.items()
            if len(place) > _NEAR and significance(count, self.times, every[place] - count, others) >= SURE
        ]

    def surely_in(self, telling: Sequence[str], every: Counter[str], of_all: int) -> bool:
        """Return whether this name stands in another's `telling` places more often than words do by chance."""
        mine = sum(self.counts[place] for place in telling)
        theirs = sum(every[place] for place in telling) - mine
        return significance(mine, 2 * self.times, max(0, theirs), max(0, 2 * (of_all - self.times))) >= SURE


def places(text: str, start: int, end: int) -> Iterator[str]:
    """Yield what stands before and behind a stretch: one character and two."""
    for reach in range(1, _NEAR + 1):
        yield f"<{text[max(0, start - reach) : start].rjust(reach)}"
        yield f">{text[end : end + reach].ljust(reach)}"


def _weighed(counts: Counter[str], every: Counter[str], of_all: int) -> dict[str, float]:
    return {place: log(1 + count) * log(of_all / max(count, every[place])) for place, count in counts.items()}
