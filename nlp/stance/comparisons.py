"""Comparisons: who comes off well when a post sets the target T beside another (O, or a name nobody told us of)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.stance.polarity import Lexicon

__all__ = ["compared"]

_TABLE = r"""
comparison + (?:没有?(?:谁|什么|哪个|哪家)?|还有(?:谁|什么)?)比T(?:更|还)?P
comparison - (?<!没)(?<!没有)(?<!还有)(?<!不)(?<!不会)(?<!一定)(?<!什么)(?<!谁)比起?TP
comparison - (?:相比|比起|相较于?|对比)T~4,L
comparison + (?:比起|相比|相较于?|对比)O~4,?TP
comparison + T~14(?<![不相无])(?<!没[法得])比(?![较如例赛价心起相不])XP
comparison + T[^。!?;:比]{0,12},(?:真的?|明显|确实|感觉|绝对|要|可)?比(?![较如例赛价心起相T])XP
comparison - T~8不比X(?P<p>[差慢贵卡弱烂丑难][^,。!?;:]{0,6})
comparison - (?:跟|和|与|同)T的?~4(?:相比|比较?起来|一比|比(?!较))(?:,|的话)?L
comparison - (?:跟|和|与|同)T~3(?P<p>FAR)
comparison + (?:跟|和|与|同)O~4(?:相比|比较?起来|一比|比(?!较)),?~3TP
comparison + T~10(?:跟|和|与|同)X(?P<p>FAR)
comparison + T~10(?:跟|和|与|同)X(?:相比|比起来|一比),?P
comparison + (?<=[^,。!?;: ])(?:没有?|哪有)T(?!的[^,。]{1,4}真)~6P
comparison - T~8(?:没有?|哪有)(?:O~4|~6(?:那么|这么))(?:那么|这么)?P
comparison + (?:YIELDS)了?(?:直接|还是|去)?(?:USE)?T
comparison - T~12(?:YIELDS)(?!USE|T)
beats + T~10(?:把|将)X(?:BEATS|甩)
beats - T~12(?:被|让)X(?:BEATS|甩)
beats + 被T~4(?:BEATS|甩)
beats - (?:把|将)~4T~3(?:BEATS|甩)
beats - (?<!被)(?:BEATS|甩了?)T
beats + (?<![把将])(?<![把将].)(?<![把将]..)T(?:(?!被|让)[^,。!?;:]){0,8}?(?:SURELY|甩O|秒杀(?=O|一切|所有|其他|同|各))
switch - (?:从|由|把|将)~4T~6(?:MOVE)(?:到|成|为|投|用|了|掉)?
switch + (?:从|由|把|将)~10(?:MOVE)(?:到|成|为|投|用|了)?~3T
switch - (?:弃了?|放弃了?|抛弃了?|告别了?|再见了?|卸载了?|注销了?|脱粉)T
switch - (?:把|将)T给?(?:卸载|注销|拉黑|扔|退)
switch + (?:弃|告别|放弃|抛弃|卸载|彻底)[^。!?;]{1,14}?(?:投奔?|选择?|改[用穿买喝]|拥抱|转投|换成?)T
switch + (?:退|扔|卖|砸|淘汰)[^。!?;T]{1,10}?(?:换成|换了|改用)T
switch - T~6,?[^。!?;]{0,8}?(?:转投|改用|改投|换成|转粉|彻底换)(?:O|[^,。TO]{2})(?!早就|早已|估计|怕是|恐怕|可能|肯定)
switch - (?:HABIT)(?:一[次回趟])?(?:O|[^,。!?;T]{1,8}),?[^,。!?;T]{0,6}(?:再|回[去来头]?)[^,。!?;T]{0,6}T
switch + (?:HABIT)(?:一[次回趟])?T~4,?[^,。!?;T]{0,6}再(?:回|去|来|看|用|玩|住|坐|开)
switch + (?:自从|自打|换了|有了)~3T~6,[^。!?;T]{0,6}(?:才明白|才知道|以前|之前|原来|别的|再也|回不去)
switch - (?:自从|自打|换了|有了)(?:O|[^,。!?;T]{1,6})[^,。!?;T]{0,6},[^。!?;T]{0,8}(?:FORMER)[^,。!?;T]{0,4}T
preference + (?:还得是|还是得|还得看|终究还是)T
preference - 换(?:成|了|做)T(?:早就|早已|估计|怕是|恐怕|可能|肯定)
preference - (?:隔壁|人家|别家|友商|别人家)[^。!?;T]{2,24},(?:再|回头)?看看?(?:我们|咱们?|你们?|自己)?T
preference - T~2连~8(?:都|也)(?:要[钱收]|收|没|不[给肯愿])
comparison + T~12能?打(?:得?过)?[两三四五六七八九十\d]+[个台辆]X
comparison - 打(?:得?过)?[两三四五六七八九十\d]+[个台辆]T
comparison - T~3(?:再|还得?)(?:练|学|追)~2[一两三五八十百\d]+年
comparison + T~3(?P<p>最[GOODBAD](?!\d|明|今|下|也|要)[^,。!?;:]{0,4})
comparison + T(?:要是)?[说称排]第二~2没人敢?[说称排]?第一
comparison + T(?P<p>[^,。!?;:T]{0,3}得[^,。!?;:]{1,4}多了)
preference + 看看?(?:人家|隔壁)T~10,(?:再|回头)看
preference - (?:OWNERS)(?:家|的)[^。!?;T]{2,20},我家?(?:MINE)T(?!~12(?:[好强稳香快也]|一样))
comparison - T~8拿什么(?:跟|和|去)?~6[打比拼争斗]
comparison - ~8[没未](?:有)?赢过O~14,T
preference + T~4不(?:香|好|爽)[吗么]
preference - (?:非[得要]|何必|干嘛|何苦)~3(?:去|买|选|用|住|坐|吃)~2T(?!~12不可)
preference + 宁[可愿肯][^。!?;T]{0,16}T[^。!?;]{0,16}不
preference - 宁[可愿肯][^。!?;]{1,30}?不[^。!?;T]{0,12}T
preference - 与其[^。!?;T]{0,6}T[^。!?;]{0,14}不如
preference + 早知道[^,。!?;T不别]{0,6}T
preference - 早知道[^,。!?;T]{0,4}[不别][^。!?;T]{0,4}T
preference + 放着~4T~4不
preference - 放着[^。!?;T]{1,12}不~2,?[^。!?;T]{0,6}T
preference + (?:还是|果然)~3T~5(?P<p>[最更的]?(?:好|香|靠谱|强|稳|值|舒服|省心|实在|顺手|给力)[^,。!?;:]{0,4})
preference + (?:学学|看看人家|学习一下|跟人家)(?:人家)?T(?!,|.{0,4}(?:学|看看)人家)
preference + 向T~2(?:学|看齐|取经)
preference - T~4(?:应?该|得|要|能不能|可以)?(?:好好|多)?(?:学学|向~6学习|学习一下|看看人家)
preference - (?:学学|看看人家)~10,再?看看(?:你们?|自己|我们?)?T
equality + (?:像|跟|和|与|同)T~3一样(?P<p>[^,。!?;:]{1,8})
equality + T~6(?:像|跟|和|与|同)X一样(?P<p>[^,。!?;:]{1,8})
equality + (?:T~3(?:、|和|跟|与|还有)~14|(?:、|和|跟|与|还有)T~8)(?:全都|都|一个比一个|同样)P
equality - T~12(?:DREGS)
equality - (?:和|跟|与|、)T~6(?:DREGS)
"""
"""A rule a line: its kind, how T fares where the predicate P or L is praise or there is none, and the pattern.

`~8` stands for up to eight characters of one clause, X for O or as much as a name takes; L goes on past a comma.
"""
_WORDS = {
    "FAR": "没[法得]比|没有可比|差远了|差太远|差得远|差一大?截|差了一个档次|不[是在]一个(?:级别|档次)|望尘莫及|比不了",
    "BEATS": "SURELY|秒了|秒成|秒杀|甩(?=[^,]{0,6}条街)",
    "SURELY": "按在地上[摩揍打锤]|完爆|吊打|碾压|暴打|完胜|打败|胜过(?!蜗牛)|强过|强于|优于|好过|赢过|甩开",
    "YIELDS": "不如|比不[上过]|赶不上|[干搞]不过|打不过|不及|逊于|逊色于|输给|败给|差过",
    "USE": "买|选|用|换|去|直接|喝|吃|穿|坐|开",
    "HABIT": "[住坐开用吃喝玩穿][惯过]了?|习惯了",
    "MINE": "[这那][台个款辆部双]|[的这]",
    "OWNERS": "同[学事]|朋友|别人|人家|邻居|室友|闺蜜|我[妈爸哥姐弟妹]|老[公婆]|对象",
    "FORMER": "以前|之前|原来|家里|旧|老|那[台个款双部]",
    "MOVE": "换|转|跳|改|投|升级",
    "DREGS": "半斤八两|一丘之貉|一路货色|一个德行|一个比一个(?:烂|差|坑)",
    "P": "(?P<p>[^,。!?;:]{1,16})",
    "L": "(?P<p>[^。!?;:]{1,22})",
    "X": "(?:O|[^,。!?;:]{1,8}?)",
    "GOODBAD": "好强香稳快值棒差烂贵慢卡吵丑渣弱坑糟腻",
    "T": "\ue000",
    "O": "\ue001",
}
_NAMES = re.compile("|".join(f"{name}(?!<)" for name in _WORDS))
_FAR = re.compile(_WORDS["FAR"])
_REGRET = re.compile("后悔|肠子|坑|上当|崩溃|换回去|再换回|当初|解放前|怀念")


def compared(sentence: str, words: Lexicon) -> Iterator[tuple[str, int]]:
    """Yield each comparison's kind and how T fares in it: +1 or -1."""
    for kind, sign, pattern in _RULES:
        match = pattern.search(sentence)
        fate = sign * _predicate(match, words) if match else 0
        if fate:
            yield kind, -fate if kind == "switch" and _REGRET.search(sentence) else fate


def _predicate(match: re.Match[str], words: Lexicon) -> int:
    text = match.groupdict().get("p")
    if text is None:
        return 1
    return -1 if _FAR.search(text) else words.predicate(text.lstrip(",的"))


def _compiled(line: str) -> tuple[str, int, re.Pattern[str]]:
    kind, sign, pattern = line.split(" ", 2)
    for _ in range(2):  # some stand for others
        pattern = _NAMES.sub(lambda match: _WORDS[match[0]], pattern)
    pattern = re.sub(r"~(\d+)", r"[^,。!?;:]{0,\1}?", pattern)
    return kind, 1 if sign == "+" else -1, re.compile(pattern)


_RULES = [_compiled(line) for line in _TABLE.strip().split("\n")]
