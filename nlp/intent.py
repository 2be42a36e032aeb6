"""What the author is after: transparent cues from config/lexicons/intents/, the sentiment, and the engine's own answer.

No labelled set of intents exists: the rules are weighed by hand, the engine learns from sentences of our own
(nlp/training/intents/), and docs/sentiment.md says how often both are right on cases apart from them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from config import settings
from config.errors import UserError
from nlp.classifier.heads import INTENTS
from nlp.classifier.text import normalise

__all__ = ["INTENTS", "BadLexicon", "Intents", "agreed", "intents"]

Array = npt.NDArray[np.float32]
Three = tuple[float, float, float]

_SHIPPED = Path(__file__).resolve().parent.parent / "config" / "lexicons" / "intents"
_GAP, _MOST, _SHARPNESS = "…", 5.0, 2.0
_RULES, _ENGINE = 0.35, 0.9
"""How much each counts beside the other, on a logarithmic scale."""
_COMMON = np.asarray([0, 0, 0, 0, 0, 0, 1.0], np.float32)
"""`other` is commoner among posts than among the sentences that the engine learnt from."""
_MOOD = np.zeros((3, len(INTENTS)), np.float32)
_MOOD[0, 0], _MOOD[1, 5], _MOOD[1, 6], _MOOD[2, 4], _MOOD[2, 0], _MOOD[0, 1] = 2.6, 0.8, 1.0, 2.2, -1.0, -0.8
_START = np.asarray([-0.6, 0, 0, 0, -0.8, 0, 0.6], np.float32)
"""What a text's negative, neutral and positive probability says of each intent, and what each begins with."""
_SAYS = {"complaint": (0.5, 0, -0.5), "purchase": (-1.2, 0, 0.8), "praise": (-0.5, 0, 0.5), "question": (0, 0.6, 0),
         "news": (0, 0.6, 0)}  # fmt: skip
"""What an intent says of negative, neutral and positive, on a logarithmic scale, where an engine is sure of it."""
_NOTHING_MEANT = (-4.0, -2.0, -2.0, -4.0, -4.0, 0.0, 0.0)
_SETTLES = {
    "wanting": (-3.0, 0.0, 0.0, 3.0, -0.5, -1.0, -1.0),
    "advertising": _NOTHING_MEANT,
    "place": (-2.0, 0.0, 0.0, -1.0, -2.0, 0.0, 0.0),
    "news": (-2.0, -2.0, -2.0, -2.0, -2.0, 2.0, 0.0),
    "official": (-4.0, -2.0, -2.0, -4.0, -4.0, 1.5, 0.0),
}
"""What the rule that decided on the sentiment says of each intent, on a logarithmic scale: a seller does not praise."""
_MOOD_ALONE, _ABOUT_GOODS = 0.45, 0.6
"""A mood is half a complaint or a praise where the text speaks of nothing that is sold, used or served."""
_BOUGHT = re.compile(
    "买|卖|用|吃|喝|穿|店|家的|客服|快递|物流|发货|收到|质量|价|钱|元|块|手机|电脑|屏|系统|软件|app|更新|充电|续航|包装|味|口感|酒店|服务|"
    "售后|商家|退|修|产品|牌|货|会员|司机|航班|飞机|外卖|点餐|餐|车|保修|装|单|宽带|网速|卡|票|课|老板|店员|品|套餐|洗|尺码|面料"
)
_ASKS = re.compile(r"[?？]|[吗嘛呢][。!！~]*$")
_ASKING = re.compile("怎么|如何|哪|多少|几[个点天]|什么|会不会|有没有|能否|吗|谁知道")
_PERSON = re.compile("[我你您咱俺]")
_HEADLINE = re.compile(r"^[^,。!?我你]{2,10}:|^【")
_SPOKEN_ENDS = re.compile(r"[吧啊呀呢哦啦嘛!！~]|哈哈")


class BadLexicon(UserError):
    """A lexicon cannot be read; the message names the file, the line and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words that speak for an intent; with a gap, `rest` is what must follow within eight characters."""

    start: str
    rest: re.Pattern[str] | None
    hundredths: int

    def stands_in(self, text: str) -> bool:
        """Return whether the text holds the cue."""
        at = text.find(self.start)
        return at >= 0 and (self.rest is None or bool(self.rest.match(text, at + len(self.start))))


class Intents:
    """The cues, ready for any number of texts; `version` differs whenever they do."""

    def __init__(self, cues: Mapping[str, Sequence[Cue]], version: str) -> None:
        self.version = version
        self._by_start: dict[str, list[tuple[int, Cue]]] = {}
        for number, name in enumerate(INTENTS[:-1]):
            for cue in cues[name]:
                self._by_start.setdefault(cue.start[:2], []).append((number, cue))

    def probabilities(
        self,
        texts: Sequence[str],
        sentiment: Array,
        model: Array | None = None,
        rules: Sequence[str | None] | None = None,
    ) -> Array:
        """Return (n, 7) probabilities in the order of INTENTS.

        `sentiment` (n, 3) belongs to the same texts, and so do `model` (n, 7), where an engine answers intents, and
        the `rules` (n) that decided on the sentiment.
        """
        plain = [normalise(text).lower() for text in texts]
        scores = np.asarray([self._scores(text) for text in plain], np.float32).reshape(len(texts), len(INTENTS))
        bought = np.asarray([1.0 if _BOUGHT.search(text) else 0.0 for text in plain], np.float32)[:, None]
        scores += np.asarray(sentiment, np.float32) @ _MOOD * (_MOOD_ALONE + (1 - _MOOD_ALONE) * bought) + _START
        scores[:, [0, 4]] += _ABOUT_GOODS * (bought - 0.5)
        scores *= _SHARPNESS
        if model is not None and model.shape[1]:
            scores = _RULES * scores + _ENGINE * (np.log(model + np.float32(1e-6)) + _COMMON)
        for row, rule in enumerate(rules or ()):
            scores[row] += np.asarray(_SETTLES.get(rule or "", 0), np.float32)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        found: Array = raised / raised.sum(axis=1, keepdims=True)
        return found

    def _scores(self, text: str) -> list[float]:
        hundredths = [0] * len(INTENTS)  # whole numbers: their sum hangs on no order
        starts = {text[at : at + 2] for at in range(len(text) - 1)} | set(text)  # cues of one character, too
        for start in starts & self._by_start.keys():
            for number, cue in self._by_start[start]:
                if cue.stands_in(text):
                    hundredths[number] += cue.hundredths
        found = [min(_MOST, score / 100) for score in hundredths]
        asks = bool(_ASKS.search(text))
        found[1] += (1.2 if asks else -0.4) + (0.8 if _ASKING.search(text) else 0.0)
        if _PERSON.search(text) or _SPOKEN_ENDS.search(text):
            found[5] -= 1.0
        elif len(text) > 12:
            found[5] += 1.5 if _HEADLINE.search(text) else 0.5
        return found


def agreed(sentiment: Three, meant: Sequence[float]) -> Three:
    """Return a sentiment in the light of an engine's own intents (none, or seven): who wants to buy hardly scolds."""
    if not meant:
        return sentiment
    says = [sum(meant[INTENTS.index(name)] * row[place] for name, row in _SAYS.items()) for place in range(3)]
    negative, neutral, positive = (value * math.exp(more) for value, more in zip(sentiment, says, strict=True))
    total = negative + neutral + positive
    return negative / total, neutral / total, positive / total


def intents(folder: Path | None = None) -> Intents:
    """Read the cues: a person's own lexicons/intents/<intent>.txt where there is one, else the shipped one."""
    return _load(folder or settings.config_dir() / "lexicons" / "intents")


@lru_cache(maxsize=4)
def _load(own: Path) -> Intents:
    files = {name: own / f"{name}.txt" for name in INTENTS[:-1]}
    files = {name: file if file.exists() else _SHIPPED / file.name for name, file in files.items()}
    cues = {name: [*_read(file)] for name, file in files.items()}
    return Intents(
        cues, repr([[(cue.start, cue.rest and cue.rest.pattern, cue.hundredths) for cue in cues[n]] for n in cues])
    )


def _read(file: Path) -> list[Cue]:
    cues = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words, _, weight = line.partition("\t")
        start, gap, rest = normalise(words).lower().replace("...", _GAP).partition(_GAP)
        try:
            value = float(weight or 1)
        except ValueError as error:
            raise BadLexicon(f"{file}: line {number}: {weight!r} is no weight: write a number behind a tab") from error
        if not start:
            raise BadLexicon(f"{file}: line {number}: a cue begins with words, not with {_GAP}: write words")
        follows = re.compile(f".{{0,8}}?{re.escape(rest)}", re.DOTALL) if gap and rest else None
        cues.append(Cue(start=start, rest=follows, hundredths=round(100 * value)))
    return cues
