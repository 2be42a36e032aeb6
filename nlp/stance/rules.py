"""The rules together: for a post and what is asked, a verdict where they are sure, else none."""

from __future__ import annotations

import re

from nlp.stance.aside import advertised, announced, reported, stood_by, wanted
from nlp.stance.comparisons import compared
from nlp.stance.irony import mocked
from nlp.stance.phrases import phrased
from nlp.stance.polarity import Lexicon
from nlp.stance.scene import OTHER, TARGET, Scene, clauses
from nlp.stance.verdict import Verdict

__all__ = ["Verdict", "decide"]

_SHORT = 60
"""Characters of a post whose every clause can be given to one name or the other."""
_CONDITIONS = re.compile("如果|假如|要是")
_DOUBTS = re.compile(
    "以为|本来想着|哪里比|再[^,。]{1,3}也|谁说|别说|并不是说|不是说|不觉得|不认为|没觉得|怎么可能|有人说|都说|据说"
)
_WISH = re.compile("要是|如果|假如|希望|但[愿求]|求求?|什么时候|老天|保佑|拜托|祈祷|盼着?")
_WISHED = re.compile(
    "就好了|该多好|就完美了|多好啊|那么|这么|一样|解决|修[复好]|改进|改改|准时|早点|管一?管|治一?治|少一?点|长点?心|上点?心|"
    "(?<![特个级区分])(?:别|不要)(?!停产|停售|下架|倒闭|关[门店]|断货|涨价|[的人处墅说家])"
)
_AS_T = re.compile(f"(?:像|和|跟|与|同|有){TARGET}[^,。!?;:]{{0,4}}?(?:一样|那么|这么|那样)")
_ASKS = re.compile(
    r"哪[个家款种][^,。]{0,4}(?:好|强|值|更|推荐|靠谱|[?])|(?<!不)怎么样|咋样|好不好|值不值|值得[^,。]{0,3}吗|"
    r"有人[^,。]{0,8}吗|有没有人|有人知道|请[问教]|想问|求推荐|求助|求问|求(?:用过|懂|大神)|还是[^,。]{1,8}[?]|"
    r"哪[个家款种台][^,。!?;]{1,12}[?]|(?:能|可以)[^,。!?;]{1,16}[吗么不](?:[?,。]|$)|(?P<much>[大多久])不(?P=much)|"
    r"多少钱(?!我?[都也])|谁更|(?<!谁.)谁知道|(?<!不)(?:好|靠谱|流畅|舒服|快|香|值|用|喝|吃|贵)[^,。]{0,2}吗|选谁|买谁"
)
_TOLD = re.compile("别再?(?:问|纠结)[^。!?;]{0,16}?[了,]")
_OPEN = (_DOUBTS, _CONDITIONS, _ASKS)
_SCOLDS = re.compile(
    "凭什么|难道|不会吧|是不是有病|什么意思|能不能好好|死了|疯了|有病|瞎|要脸|良心呢|过分|搞笑|谁还|还敢|是人吗|脑子"
)
_SCOLDING = re.compile(
    "凭什么|死了吗|死绝|有病|要脸吗|要点脸|良心呢|没有良心|脑子进水|瞎了|这正常吗|这合理吗|好意思吗|"
    "你们?[^,。!?;]{0,4}到底[^,。!?;]{0,6}(?:管不管|还|想|要不要|能不能|什么时候)|当我们?[^,。!?;]{0,6}(?:傻|冤大头|韭菜)|是觉得[^。!?;]{2,24}吗"
)
_WHICH = re.compile("哪[个家款种台]")
"""Of several the better is asked for: blame there is of none."""
_LOVES = re.compile("送我|[超真太最]爱|好喜欢")
_FALLS_BEHIND = re.compile(f"{TARGET}[^,。!?;{OTHER}]{{0,8}}(?:却|还得|还要|还没|还在|就(?!是)|才(?!是)|连|只[会能有])")
"""What is said of the target beside praise of another: it does worse, in whatever words."""
_TURN = re.compile("但是|但|不过|然而|可惜|可是")


def decide(scene: Scene, words: Lexicon) -> Verdict | None:
    """Return the rules' verdict on the target, or None where they are not sure."""
    if not scene.named:
        return None
    for rule in (
        advertised,
        announced,
        _asked,
        _scolded,
        _wished,
        _by_comparison,
        mocked,
        reported,
        stood_by,
        phrased,
        wanted,
        _by_clause,
        _by_turn,
    ):
        if verdict := rule(scene, words):
            return verdict
    return None


def _asked(scene: Scene, words: Lexicon) -> Verdict | None:
    """A post that only asks says nothing of the target; one that scolds in a question is left to the model."""
    about = [sentence for sentence in scene.sentences if TARGET in sentence]
    if not all(_ASKS.search(sentence) for sentence in about) or _SCOLDS.search(scene.text):
        return None
    said = " ".join(clause for clause in clauses(scene.text) if not _ASKS.search(clause))
    blamed = " ".join(clause for clause in clauses(scene.text) if not _WHICH.search(clause))
    if -1 in words.signs(blamed) or words.signs(said) or _LOVES.search(scene.text):
        return None
    return Verdict(fate=0, why="question")


def _scolded(scene: Scene, words: Lexicon) -> Verdict | None:
    """凭什么 and its like, said of the target alone, want no answer."""
    about = (sentence for sentence in scene.sentences if TARGET in sentence and OTHER not in sentence)
    return Verdict(fate=-1, why="question") if any(map(_SCOLDING.search, about)) else None


def _wished(scene: Scene, words: Lexicon) -> Verdict | None:
    """Who is wished to be better is not good yet; whom one wishes them to be like is."""
    for sentence in scene.sentences:
        if TARGET in sentence and _WISH.search(sentence) and _WISHED.search(sentence) and not _DOUBTS.search(sentence):
            if _AS_T.search(sentence):
                return Verdict(fate=1, why="wish")
            if re.search(f"(?:{_WISH.pattern})[^,。!?;]{{0,6}}{TARGET}", sentence):
                return Verdict(fate=-1, why="wish")
    return None


def _by_comparison(scene: Scene, words: Lexicon) -> Verdict | None:
    """All comparisons must agree; one within a doubt or a question is none."""
    found = [
        verdict
        for sentence in scene.sentences
        if TARGET in sentence and not any(doubt.search(_TOLD.sub("", sentence)) for doubt in _OPEN)
        for verdict in compared(sentence, words)
    ]
    fates = {fate for _, fate in found}
    return Verdict(fate=fates.pop(), why=found[0][0]) if len(fates) == 1 else None


def _by_clause(scene: Scene, words: Lexicon) -> Verdict | None:
    """Where another name stands beside the target, each is judged by the clauses from its name to the next."""
    if not scene.contrasts or len(scene.text) > _SHORT:
        return None
    owner, signs = "", dict[str, set[int]]()
    for clause in clauses(scene.text):
        here = {name for name in (TARGET, OTHER) if name in clause}
        if len(here) == 2:
            return None
        owner = here.pop() if here else owner
        if _DOUBTS.search(clause) or _ASKS.search(clause):
            return None
        signs.setdefault(owner, set()).update(words.signs(clause))
    mine, others = signs.get(TARGET, set()), signs.get(OTHER, set())
    if len(mine) == 1:
        return Verdict(fate=mine.pop(), why="contrast")
    if not mine and others == {1} and _FALLS_BEHIND.search(scene.text):
        return Verdict(fate=-1, why="contrast")
    if not mine and others:
        return Verdict(fate=0, why="bystander")
    return None


def _by_turn(scene: Scene, words: Lexicon) -> Verdict | None:
    """Of a post about the target alone, what comes after its last 但是 counts."""
    parts = _TURN.split(scene.text)
    fate = words.of(parts[-1])
    if OTHER in scene.text or len(parts) < 2 or not fate or len(scene.text) > _SHORT:
        return None
    return Verdict(fate=fate, why="turn")
