"""Sentences made from patterns, in which two targets fare differently: the car forums' rows have one aspect each.

Each pattern names its first target {a} and its second {b}, and says how each fares: -, 0 or +. `{good}` and `{bad}`
are words of praise and blame. Some patterns and some names stay out of training, to see whether it generalises.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.classifier.text import normalise
from nlp.training.corpora import Part, Row

__all__ = ["contrasts"]

_PATTERNS = """
{a}比{b}{good}多了|+-
{a}比{b}{bad}多了|-+
{a}没有{b}{good}|-+
{a}没有{b}那么{bad}|+-
{a}不如{b}|-+
感觉{a}远不如{b}{good}|-+
还是{b}{good},{a}{bad}|-+
{a}{good},但是{b}{bad}|+-
{a}{bad},不过{b}{good}|-+
虽然{a}{good},可{b}真的{bad}|+-
用了{a}才知道{b}有多{bad}|+-
用了{a}才知道{b}有多{good}|-+
从{a}换到{b},真香|-+
从{a}换到{b},后悔死了|+-
把{a}换成{b}以后舒服多了|-+
{a}完爆{b}|+-
{a}被{b}吊打|-+
{a}秒杀{b},没有对比就没有伤害|+-
{a}跟{b}一样{good}|++
{a}和{b}都{bad}|--
{a}和{b}都{good},买哪个都行|++
{a}和{b}哪个{good}?|00
求推荐,{a}还是{b}?|00
{a}发布新品,{b}同日公布财报|00
{a}今天在上海开了新店,旁边就是{b}|00
刚看到{a}和{b}的广告|00
有人用过{a}吗?和{b}比怎么样|00
要是{a}也像{b}一样{good}就好了|-+
本来想买{a},看到{b}{good}就买了|0+
{a}一点都不{good},早知道买{b}|-+
{a}一点都不{bad},比{b}强|+-
别买{a},{bad},{b}好太多|-+
宁可多花钱买{b}也不要{a}|-+
同样的价格,{a}{good},{b}{bad}|+-
{b}粉别来,{a}就是{good}|+0
"""
_KEPT_APART = """
{a}甩{b}几条街|+-
跟{b}比起来,{a}太{bad}了|-+
放着{b}不买买{a},我真是瞎了眼|-+
{a}做得{good},{b}该学学|+-
"""
_NAMES = """
小米 华为 苹果 三星 荣耀 魅族 联想 戴尔 海尔 格力 美的 特斯拉 比亚迪 蔚来 理想 大众 丰田 本田 吉利 蒙牛 伊利 光明 飞鹤
星巴克 瑞幸 肯德基 麦当劳 海底捞 喜茶 美团 饿了么 京东 淘宝 拼多多 顺丰 圆通 滴滴 携程 耐克 安踏 李宁 优衣库
油耗 动力 空间 内饰 操控 配置 外观 屏幕 续航 拍照 音质 味道 包装 物流 客服 价格 做工 手感
"""
_OTHER_NAMES = "一加 索尼 松下 小鹏 君乐宝 蜜雪冰城 抖音 中通 匹克 隔音 颜值 售后"
_ASPECTS = """
油耗|低 省 还行|高 太高 吓人
空间|大 宽敞 够用|小 局促 不够
动力|强 足 猛|弱 肉 不足
操控|精准 稳 灵活|差 飘 笨重
内饰|精致 有质感 好看|粗糙 廉价 有异味
外观|漂亮 好看 大气|丑 难看 老气
价格|便宜 实惠 合适|贵 虚高 离谱
屏幕|清晰 细腻 护眼|模糊 发黄 刺眼
续航|长 给力 耐用|短 拉胯 不行
拍照|清晰 好看 惊艳|糊 拉胯 失真
音质|好 通透 震撼|差 发闷 有杂音
味道|好 鲜美 正宗|差 难吃 太咸
分量|足 很多 实在|少 太少 不够吃
物流|快 神速 准时|慢 太慢 延误
包装|严实 精美 用心|破 简陋 漏了
客服|耐心 热情 专业|敷衍 傲慢 不理人
服务|周到 热情 好|差 冷淡 恶劣
房间|干净 宽敞 安静|脏 小 有霉味
位置|好 方便 安静|偏 难找 吵
早餐|丰富 好吃 不错|单调 难吃 凉的
做工|精细 扎实 好|粗糙 有毛刺 差
系统|流畅 稳定 好用|卡 闪退 广告多
质量|好 过硬 放心|差 堪忧 不行
座椅|舒服 柔软 包裹好|硬 累腰 不舒服
"""
_TURNS = (",但是", ",不过", ",就是", ",可惜", ",然而", "。但", ",只是", ",奈何")
_ALONG = (",", ",而且", ",还有", "。", ",另外", " ", ",同时")
_GRADES = ("", "很", "真", "太", "特别", "有点", "比较", "非常", "确实")
_GOOD = "好用 好 靠谱 舒服 划算 顺手 省心 给力 香 稳 强 值 漂亮 满意 厉害 耐用"
_BAD = "差 烂 难用 坑 垃圾 卡 贵 差劲 失望 糟糕 拉胯 恶心 不靠谱 难受 廉价 敷衍"
_ENDS = ("", "", "。", "!", "[doge]", "[微笑]", "哈哈哈", "……", ",真的", " #数码#")


def contrasts(count: int, part: Part, seed: int = 1) -> Iterator[Row]:
    """Yield `count` rows, half of them comparisons, half clauses side by side.

    The dev ones are made from patterns and names that the train ones never use.
    """
    choice = np.random.default_rng((seed, part == "dev"))
    for number in range(count):
        text, target, label = (_comparison if number % 2 else _clauses)(choice, part)
        text = normalise(text + _ENDS[choice.integers(len(_ENDS))])
        yield Row(corpus="contrasts", part=part, text=text, target=target, labels={"target": label})


def _comparison(choice: np.random.Generator, part: Part) -> tuple[str, str, int]:
    patterns = (_PATTERNS if part == "train" else _KEPT_APART).split("\n")[1:-1]
    names = (_NAMES if part == "train" else _OTHER_NAMES).split()
    praise, blame = _GOOD.split(), _BAD.split()
    pattern, fates = patterns[choice.integers(len(patterns))].split("|")
    first, second = choice.choice(len(names), 2, replace=False)
    good, bad = praise[choice.integers(len(praise))], blame[choice.integers(len(blame))]
    text = pattern.format(a=names[first], b=names[second], good=good, bad=bad)
    asked = int(choice.integers(2))
    return text, names[(first, second)[asked]], "-0+".index(fates[asked])


def _clauses(choice: np.random.Generator, part: Part) -> tuple[str, str, int]:
    """Two or three aspects, each with a word of praise or blame; a turn stands between two that differ."""
    own = [line.split("|") for n, line in enumerate(_ASPECTS.split("\n")[1:-1]) if (n % 6 == 5) == (part == "dev")]
    chosen = [own[n] for n in choice.choice(len(own), int(choice.integers(2, 4)), replace=len(own) < 3)]
    fates = [int(choice.integers(2)) for _ in chosen]
    text = ""
    for place, (aspect, fate) in enumerate(zip(chosen, fates, strict=True)):
        if place:
            joints = _ALONG if fate == fates[place - 1] else _TURNS
            text += joints[choice.integers(len(joints))]
        words = aspect[2 - fate].split()
        text += aspect[0] + _GRADES[choice.integers(len(_GRADES))] + words[choice.integers(len(words))]
    asked = int(choice.integers(len(chosen)))
    return text, chosen[asked][0], 2 * fates[asked]
