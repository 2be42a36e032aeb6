"""Praise that is none: a mocking face, or thanks and compliments to the target beside what went wrong."""

from __future__ import annotations

import re

from nlp.stance.polarity import Lexicon
from nlp.stance.scene import TARGET, Scene
from nlp.stance.verdict import Verdict

__all__ = ["mocked"]

_SHORT = 60
_MOCKS = re.compile(r"呵呵|\[(?:微笑|拜拜|再见|呵呵|白眼|吐|挖鼻|哼|黑线|吃瓜|摊手)\]|🙂|🙃|👋")
_HYPERBOLE = re.compile(
    r"不愧是|好家伙|学到了|真不错|值了值了|可真|真[是的]?[^,。]{0,3}(?:行|棒|好|快|厉害|牛)|厉害了|感谢|恭喜|谢谢|佩服|“[^”]{1,3}”|太[^,。]{1,3}了"
)
_THANKS = re.compile(
    f"(?:感谢|谢谢|多谢|恭喜|感恩|多亏了?|拜|托了?|不愧是){TARGET}|"
    f"{TARGET}[^,。]{{0,3}}(?:厉害了|[你还可]?真行|可以啊|有你的|牛啊|好样的|干得漂亮|又立功|太会了|牛[的掰哇逼]|是?懂(?:做生意|我)?的?|贴心到家)|"
    f"{TARGET}的?[^,。!?;]{{0,8}}(?:堪称|真是?(?:贴心|优秀|体贴|周到|大方|环保|懂我|准时|细心|用心)|用心良苦|煞费苦心|稳如老狗|很懂我)"
)
_MISHAP = re.compile(
    r"(?<![没无不])(?:一天[^,。]{0,3}[三四五六七八九十]次|等了?[^,。]{0,6}(?:小时|分钟|天|个月)|半个月|半天|"
    r"没有[^,。]{1,4}的(?:生活|日子)|误机|淋雨|开机[^,。]{0,3}分钟|找不到|没出库|"
    r"没发货|没到|丢|坏|(?<!恭)喜提|趴窝|闪退|凉|漏|摔|断|迟到|烧|炸|"
    r"晚[^,。]{0,4}(?:小时|天|分钟)|[晚误]点|才[^,。]{0,2}(?:吃上|收到|送到|拿到|等到|办好)|歇了|罢工|报废|脱妆|跑光|卡粉|烂脸|脸[都全]?烂|缝隙|"
    r"隔壁|楼上|装修|半夜|打呼|(?:塞|插|伸)[得能]?[进下]|绕了|打不开|登不上|进不去|掉线|赔我?[^,。]{0,3}[毛角]|练就|分钟的路|成功[让把]我|模拟器|会爬|糊[满住]|掉漆|漏液|砍了|拆[^,。]{0,3}墙|[二两三四五六七八九十]遍)"
)
_MENDED = re.compile("帮[我忙了]|主动|还给|找回|赔[了付]?[^,。]{0,4}[元块百千]|及时|马上|第一时间|耐心")


def mocked(scene: Scene, words: Lexicon) -> Verdict | None:
    """Praise beside a mocking face or an exaggeration beside a mishap is no praise."""
    if len(scene.text) > _SHORT or _MENDED.search(scene.text):
        return None
    exaggerated, thanks = _HYPERBOLE.search(scene.text), _THANKS.search(scene.text)
    if not exaggerated and not thanks and 1 not in words.signs(scene.text):
        return None
    mocking, mishap = _MOCKS.search(scene.text), _MISHAP.search(scene.text)
    if (mocking and (mishap or exaggerated)) or (mishap and (thanks or (exaggerated and "[doge]" in scene.text))):
        return Verdict(fate=-1, why="irony")
    return None
