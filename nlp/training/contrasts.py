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
_GOOD = "好用 好 靠谱 舒服 划算 顺手 省心 给力 香 稳 强 值 漂亮 满意 厉害 耐用"
_BAD = "差 烂 难用 坑 垃圾 卡 贵 差劲 失望 糟糕 拉胯 恶心 不靠谱 难受 廉价 敷衍"
_ENDS = ("", "", "。", "!", "[doge]", "[微笑]", "哈哈哈", "……", ",真的", " #数码#")


def contrasts(count: int, part: Part, seed: int = 1) -> Iterator[Row]:
    """Yield `count` rows, the dev ones from patterns and names that the train ones never use."""
    choice = np.random.default_rng((seed, part == "dev"))
    patterns = (_PATTERNS if part == "train" else _KEPT_APART).split("\n")[1:-1]
    names = (_NAMES if part == "train" else _OTHER_NAMES).split()
    praise, blame = _GOOD.split(), _BAD.split()
    for _ in range(count):
        pattern, fates = patterns[choice.integers(len(patterns))].split("|")
        first, second = choice.choice(len(names), 2, replace=False)
        good, bad = praise[choice.integers(len(praise))], blame[choice.integers(len(blame))]
        text = pattern.format(a=names[first], b=names[second], good=good, bad=bad)
        text = normalise(text + _ENDS[choice.integers(len(_ENDS))])
        asked = int(choice.integers(2))
        target = names[(first, second)[asked]]
        yield Row(corpus="contrasts", part=part, text=text, target=target, labels={"target": "-0+".index(fates[asked])})
