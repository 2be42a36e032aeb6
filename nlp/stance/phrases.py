"""Set phrases that settle how the target fares, whatever else is said: 没话说, 闭眼入; 一言难尽, 谁买谁后悔.

Of those that the research data's reviews and posts know, at least four in five uses say what is said of them
here; newer ones stand by their meaning alone. 良心, 五星, 封神, 骚扰 and their like were counted, too, and say either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.stance.polarity import Lexicon
from nlp.stance.scene import OTHER, TARGET, Scene, clauses
from nlp.stance.verdict import Verdict

__all__ = ["phrased"]

_PRAISE = (
    r"没的?话说|没得[说挑]|挑不出[^,。!?;]{0,4}?(?:毛病|刺|错|缺点)|没有?(?:别的|其[他它]|任何|什么|啥|一点)(?:缺点|毛病|槽点|短板)|零差评|"
    r"闭(?:着)?眼(?:睛)?(?:入|买|冲|点|选)|无限回购|(?<!不会)(?<!不)(?<!想)回购(?!率)|不得不(?:佩)?服|被?圈粉|[路黑]转[粉路]|真香|(?<!不)值了|物有所值|"
    r"[没不]踩雷|惊(?:艳|喜|讶)?到了?我|把我惊[艳到]|没让?我?失望|超出?(?:我的)?(?:预期|期待)|我收回|收回(?:之前|以前|那[句些])|满分|吹爆|爱惨了|"
    r"(?:没|从未|从不曾?)(?:进过|修过|掉过链子|[断漏坏卡堵崩裂丢错]过)|没有?出过(?:任何|一[点次]|半点|什么|啥)?(?:毛病|问题|故障|岔子|差错)|"
    r"没让我[^,。!?;]{1,4}过|(?:[没毫]无?有?|一句|半句)怨言|(?:不觉得|没觉得|不算)[^,。!?;]{0,6}亏|唯一[没不让][^,。!?;]{0,10}(?:添堵|省心|安慰|掉链子)|"
    r"关键时刻[^,。!?;]{0,3}(?:顶|救|靠得住|靠谱|派上)|(?:好感|幸福感|体验感|安全感|满足感|诚意|性价比|氛围感)拉满|主动给?[补送抹赔换免]|"
    r"(?<!说)(?:幸好|幸亏|多亏|全靠|还好)(?:了|有|带|买|是|还有|当[初时])[^,。!?;没不]{0,6}\ue000|都?没(?:人|法)[^,。]{0,3}挑|没有?(?:什么|啥)(?:可挑|好挑)|没白[花买来等]|爱不释手|"
    r"都没(?:松|坏|换|修|掉)过|秒(?:到账?|退|回复)|舍不得扔|还会再?[来买住坐吃喝]|下次还[来买住坐吃喝]|忠粉|"
    r"这辈子离不开|天选|神作|绝绝子|冲就完了|按头安利|救了我的命|拿捏了|回不去了|"
    r"(?:[一二两三五十\d]+[几多]?(?:分钟|秒)|半[个]?小时|当[天场]|立马|立刻|第一时间)[^,。!?;]{0,2}就?(?:给我?)?(?:退|换|修|解决|处理|回复|赔)"
)
_BLAME = (
    r"再[^,。!?;]{1,5}我?就?是(?:狗|猪|孙子|傻)|不会再(?!有)|再也不|绝不再|打死[也都]?不|拉了(?:一|两|三|好几)|(?:拉|闹|吃坏)肚子|窜稀|食物中毒|馊|狗都不|后悔死?[买选入住坐点换来去](?!得?太?[晚少迟])|"
    r"发霉|霉味|臭味|酸臭|拉黑|卸载|弃(?:了|坑|游|剧)|谁[^,。]{1,2}谁(?:知道|后悔|傻|倒霉)|一言难尽|也就那样|一无是处|糊弄|刷锅水|难以下咽|"
    r"劝退了?(?!我[一二三四五六七八九]次,)|智商税|避雷|绕[着道]走|别买|千万别|稀碎|一塌糊涂|[撒洒漏]了一(?:袋|地|身|桌|半)|"
    r"连[^,。!?;]{1,8}都(?:要钱|收费|收钱|没有|不给|不愿|不肯)|踩坑|上当|晕了|没人管|没人理|不了了之|爱答不理|寒心|心凉|推来推去|踢皮球|货不对|"
    r"上吐下泻|肠胃炎|(?:排队|轮流)[^,。!?;]{0,4}厕所|进了?医院|[闷长爆起冒]了?[^,。!?;]{0,3}(?:痘|一脸包|疹|闭口)|过敏了|搓泥|"
    r"(?:有|是|吃出|喝[到出]|发现|爬[着出])[^,。!?;]{0,6}(?:头发|虫[子卵]?|蟑螂|苍蝇|异物|血迹|[污黄]渍|鼻屎|指甲)|兑了?水|科技与狠活|"
    r"描述不符|辣眼睛?|割韭菜|背刺|摆烂|吃相难看|烂尾|喂狗|不认账?|一股[^,。!?;]{0,4}[味馊腥]|缺斤[少短]两|送错|漏发"
)
_FACES = (
    r"\[(?:色|爱你|心|给你小心心|鼓掌|鲜花|赞|赞啊|给力|好爱哦|好喜欢|耶)\]",
    r"\[(?:怒|怒骂|弱|吐|失望|伤心)\]",
)
"""Emoticons that Weibo's labelled posts hold to one pole in four of five uses; they tell only where no words do."""
_WORDS = re.compile(f"(?P<praise>{_PRAISE})|(?:{_BLAME})")
_FACE = re.compile(f"(?P<praise>{_FACES[0]})|(?:{_FACES[1]})")
_NOT = re.compile(r"(?:不|没(?!想到)有?|谈不上|算不上|别)[^,。!?;]{0,2}$")
_DOUBTS = re.compile("以为|担心|网上[^,。]{0,4}骂|替|[怕说]是|都说|听说|据说|嘴上|吹得|号称|希望|如果|要是")
_TURN = re.compile("但是|但|不过|然而|可惜|可是|可(?=[\ue000\ue001])")
_SHORT = 40
"""Characters of a post whose emoticons speak of its one matter."""


def phrased(scene: Scene, words: Lexicon) -> Verdict | None:
    """A post is as the last set phrase about the target has it; a short one without words as its face has it."""
    short = len(scene.text) <= _SHORT
    if not _WORDS.search(scene.text) and not (short and "[" in scene.text):
        return None  # as of most posts: cutting them into clauses takes longer
    own = list(_own(_TURN.split(scene.text)[-1], named=TARGET in scene.text and OTHER not in scene.text))
    fate = next(filter(None, (_fate(_WORDS, clause) for clause in reversed(own))), 0)
    if not fate and short and not any(map(words.signs, own)):
        fate = next(filter(None, (_fate(_FACE, clause) for clause in reversed(own))), 0)
    return Verdict(fate=fate, why="phrase") if fate else None


def _own(text: str, *, named: bool) -> Iterator[str]:
    """Yield the clauses that are about the target: from its name to another's, and no hearsay."""
    for clause in clauses(text):
        here = {name for name in (TARGET, OTHER) if name in clause}
        named = TARGET in here if len(here) == 1 else named and not here
        if named and not _DOUBTS.search(clause):
            yield clause


def _fate(told: re.Pattern[str], clause: str) -> int:
    found = [match for match in told.finditer(clause) if not _NOT.search(clause[: match.start()])]
    return (1 if found[-1]["praise"] else -1) if found else 0
