"""Where a post speaks of the target: a few stretches of text around its names, and how what they say is joined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.stance.polarity import Lexicon
from nlp.stance.scene import OTHER, TARGET, Scene
from nlp.stance.verdict import Verdict

__all__ = ["LONGEST", "MOST", "SHORT", "Row", "Three", "Window", "join", "weights", "windows"]

Three = tuple[float, float, float]
Row = tuple[str, str | None]
"""A text for the engine, and the target beside which it is read, if any."""

SHORT = 48
"""Characters of a post that is one window: in so few words hardly anybody changes the subject."""
LONGEST = 80
"""Characters of a window, save where a single clause is longer."""
MOST = 3
"""Windows of a post that are read: where it names the target more often, the first, the last and what lies midway."""
_SENTENCE = re.compile(r"[^。!?;]+[。!?;]*")
_CLAUSE = re.compile(r"[^,: ]+[,: ]*")
_GOES_ON = re.compile(
    r"(?:而且|并且|另外|还有|还|也|但是?|不过|可是|可惜|然而|就是|只是|结果|所以|最|尤其|特别|不愧|真的?|太|很|非常|总之|总体|"
    r"它|这[个款家台次种样货东]?|那[个款家台次种]|用了?|用起来|买了?|吃起来|喝起来|穿起来|质量|味道|服务|客服|价格|包装|外观|性价比)"
)
_TURNS_AWAY = re.compile(
    r"(?:(?:今天|昨[天晚]|最近|刚才|早上|中午|下午|晚上|孩子|宝宝|女儿|儿子|妈妈?|爸爸?|老[公婆]|外[婆公]|奶奶|爷爷|朋友|同[事学]|邻居|隔壁)"
    r"|我[们妈爸])"
)
_LATER = re.compile(r"但是?|不过|可是|然而|结果|没想到|后来|最后|总之|现在")
_LEAST = 0.05
"""How much a window that is surely neutral still counts beside one that is surely not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a text about the target, what the rules say of it, and the rows that an engine reads for it."""

    scene: Scene
    verdict: Verdict | None = None
    row: Row
    beside: Row | None = None
    """The same beside the target, where the window compares."""


def windows(scene: Scene, words: Lexicon) -> list[Scene]:
    """Return the stretches in which a post speaks of the target, in their order; a short post is one."""
    text = scene.text
    if len(text) <= SHORT:
        return [scene]
    spans: list[tuple[int, int]] = []
    for start, end in _around(text, words):
        start = max(start, spans[-1][1]) if spans else start
        if TARGET in text[start:end]:  # else the stretch before holds it already
            spans.append((start, end))
    if len(spans) > MOST:
        spans = [spans[at * (len(spans) - 1) // (MOST - 1)] for at in range(MOST)]
    return [scene.part(*_fitting(text, *span)) for span in spans]


def weights(found: Sequence[Three], said: Sequence[Scene]) -> list[float]:
    """Return how much each window's answer counts: an opinion more than its absence, and most after a turn."""
    return [
        (_LEAST + (1 - neutral) ** 2) * (1.5 if at and _LATER.match(window.text) else 1.0)
        for at, ((_, neutral, _), window) in enumerate(zip(found, said, strict=True))
    ]


def join(found: Sequence[Three], counted: Sequence[float]) -> Three:
    """Return the windows' answers as one, each as it counts."""
    total = sum(counted)
    mixed = [sum(weight * row[place] for weight, row in zip(counted, found, strict=True)) / total for place in range(3)]
    return mixed[0], mixed[1], mixed[2]


def _around(text: str, words: Lexicon) -> Iterator[tuple[int, int]]:
    """Yield, for each unit that names the target, where it and what belongs to it begins and ends."""
    units = list(_units(text))
    for at, (start, end, _) in enumerate(units):
        if TARGET not in text[start:end]:
            continue
        for _, after, inside in units[at + 1 :]:
            if after - start > LONGEST or not _goes_on(text[end:after], words, inside):
                break
            end = after
        first, within = at, units[at][2]
        while within and end - units[first - 1][0] <= LONGEST and _stays(text[slice(*units[first - 1][:2])]):
            first -= 1
            within = units[first][2]
        yield units[first][0], end


def _units(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where a text's sentences begin and end, of long ones the clauses; and whether one continues a sentence."""
    for sentence in _SENTENCE.finditer(text):
        start, end = sentence.span()
        if end - start <= LONGEST:
            yield start, end, False
            continue
        for number, clause in enumerate(_CLAUSE.finditer(text, start, end)):
            yield clause.start(), clause.end(), number > 0


def _goes_on(unit: str, words: Lexicon, inside: bool) -> bool:
    """Return whether what names nobody still speaks of what was named before it, in the same sentence or not."""
    said = unit.strip(" ,")
    if TARGET in said or not _stays(said):
        return False
    return inside or len(said) < 5 or bool(_GOES_ON.match(said)) or bool(words.signs(said))


def _stays(unit: str) -> bool:
    return OTHER not in unit and not _TURNS_AWAY.match(unit)


def _fitting(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut a clause without end to what stands about the target's first place in it."""
    if end - start <= 2 * LONGEST:
        return start, end
    place = text.index(TARGET, start, end)
    return max(start, place - LONGEST // 2), min(end, place + LONGEST)
