# ruff: noqa: E501, SIM905
"""Chinese people of our own making, in households, and what two systems wrote down of them: a labelled linkage set.

Surnames are drawn by their published shares of the population (Ministry of Public Security, 2020), given names from the
most borne ones and the most used characters. Households share an address, often a telephone; children bear one parent's
surname and now and then a brother's first character; there are twins. The second system's rows are written by people:
homophones, characters that look alike, nicknames, titles, traditional characters, pinyin, exchanged digits, changed
numbers, gaps.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Person", "Wear", "labelled", "population"]

_SURNAMES = (
    "王7.1 李7.0 张6.7 刘5.1 陈4.6 杨3.1 黄2.3 赵2.1 吴2.0 周1.9 徐1.5 孙1.5 马1.3 朱1.3 胡1.2 郭1.2 何1.2 林1.2 高1.1 罗1.0 郑0.9"
    " 梁0.9 谢0.8 宋0.8 唐0.7 许0.7 邓0.6 冯0.6 韩0.6 曹0.6 曾0.6 彭0.6 肖0.5 蔡0.5 潘0.5 田0.5 董0.5 袁0.5 于0.5 余0.5 叶0.5 蒋0.5"
    " 杜0.5 苏0.4 魏0.4 程0.4 吕0.4 丁0.4 沈0.4 任0.4 姚0.4 卢0.4 傅0.4 钟0.4 姜0.4 崔0.4 谭0.4 廖0.3 范0.3 汪0.3 陆0.3 金0.3 石0.3"
    " 戴0.3 贾0.3 韦0.3 夏0.3 邱0.3 方0.3 侯0.3 邹0.3 熊0.3 孟0.3 秦0.3 白0.3 江0.3 阎0.2 薛0.2 尹0.2 段0.2 雷0.2 黎0.2 史0.2 龙0.2"
    " 陶0.2 贺0.2 顾0.2 毛0.2 郝0.2 龚0.2 邵0.2 万0.2 钱0.2 严0.2 覃0.2 武0.2 戚0.1 莫0.1 孔0.1 向0.1 常0.1 温0.1 康0.1 施0.1 牛0.1"
    " 欧阳0.07 上官0.01 司马0.01 诸葛0.01 单0.03 解0.03 仇0.02 翟0.08 查0.02 区0.02"
).split()
_NAMES = [one.rstrip("0123456789.") for one in _SURNAMES]
_SHARES = [float(one.removeprefix(name)) for one, name in zip(_SURNAMES, _NAMES, strict=True)]
_BORNE = (
    "伟 敏 静 秀英 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 芳 娜 秀珍 玉兰 桂兰 玉梅 建华 建国 建军 志强 志明 海燕 春梅"
    " 婷婷 丹丹 浩 鹏 鑫 宇 欣怡 子涵 一诺 浩宇 雨桐 梓涵 宇轩 浩然 诗涵 佳怡 俊杰 雪梅 晓东 晓明 文静 国强 永强 红梅 丽娟 丽华 小红"
).split()
_FIRST = "建志文国海春晓玉秀桂永明小红丽雪子梓雨浩宇欣佳思嘉俊家天立少宏德金云凤美淑慧晨一诗若可梦凯亚振庆"
_LAST = "华明军平英芳兰梅珍霞燕玲娟丽红艳敏静强伟勇刚涛斌波辉杰鹏龙飞超磊洋鑫宇轩涵怡萱琪瑶雯婷颖蕾悦妍晨阳博然睿泽霖豪昊林峰玮韬莹滢"
_CITIES = "北京 上海 广州 深圳 成都 杭州 重庆 武汉 西安 苏州 天津 南京 长沙 郑州 东莞 青岛 沈阳 宁波 昆明 合肥".split()
_ROADS = "中山 人民 解放 建设 和平 新华 文化 长江 黄河 南京 北京 延安 学府 科技 花园 滨江 友谊 胜利 光明 朝阳".split()
_MAIL = "qq.com 163.com 126.com sina.com gmail.com outlook.com".split()
_SOUND = {
    "伟": "玮炜纬",
    "涛": "韬",
    "明": "铭",
    "敏": "旻",
    "静": "婧靖",
    "强": "蔷",
    "军": "君钧",
    "华": "桦",
    "英": "瑛",
    "丽": "莉俐",
    "娟": "涓",
    "宇": "雨羽",
    "轩": "萱",
    "涵": "晗",
    "怡": "宜仪",
    "琪": "琦祺",
    "莹": "滢",
    "颖": "影",
    "杰": "洁",
    "鹏": "朋",
    "晨": "辰",
    "阳": "洋扬",
    "洋": "阳扬",
    "博": "波勃",
    "峰": "锋",
    "婷": "亭",
    "雯": "文",
    "子": "梓",
    "梓": "子",
    "志": "智",
    "建": "健",
    "晓": "小",
    "海": "嗨",
    "欣": "心新",
    "佳": "嘉",
    "嘉": "佳",
    "俊": "骏",
    "燕": "艳",
    "艳": "燕",
    "芳": "方",
    "辉": "晖",
}
_SHAPE = {
    "伟": "玮",
    "海": "梅",
    "梅": "海",
    "玲": "铃",
    "铃": "玲",
    "浩": "皓",
    "怡": "治",
    "婷": "停",
    "峰": "锋",
    "涛": "铸",
    "杨": "扬",
    "洋": "样",
    "莹": "荧",
    "颖": "颍",
    "静": "靖",
    "瑶": "遥",
    "鹏": "棚",
    "波": "坡",
    "博": "搏",
    "明": "朋",
    "睿": "叡",
    "凯": "铠",
}
_SOUND_SURNAME = {
    "陈": "程",
    "张": "章",
    "李": "黎",
    "王": "汪",
    "徐": "许",
    "刘": "柳",
    "余": "于",
    "沈": "申",
    "肖": "萧",
    "江": "姜",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of our people."""

    id: int
    surname: str
    given: str
    gender: str
    birthday: str
    phone: str
    email: str
    city: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """How the second system's rows differ: shares of rows."""

    fill: Mapping[str, float] = field(
        default_factory=lambda: {
            "name": 1.0,
            "phone": 0.85,
            "birthday": 0.8,
            "email": 0.5,
            "gender": 0.9,
            "city": 0.9,
            "address": 0.7,
        }
    )
    name: float = 0.18
    birthday: float = 0.06
    phone: float = 0.06
    new_phone: float = 0.08
    moved: float = 0.08
    email: float = 0.05


def population(people: int, seed: int = 1) -> list[Person]:
    """Return so many people, household by household."""
    draw = random.Random(seed)  # noqa: S311 # no secret
    found: list[Person] = []
    while len(found) < people:
        found += _household(draw, len(found))
    return found[:people]


def labelled(
    people: int, seed: int = 1, wear: Wear | None = None, overlap: float = 0.7
) -> tuple[list[dict[str, str]], list[dict[str, str]], set[tuple[int, int]]]:
    """Return two tables of one population, each in an order of its own, and the pairs of places that are one person."""
    draw, worn = random.Random(seed + 1), wear or Wear()  # noqa: S311
    everybody = population(people, seed)
    left = [one for one in everybody if draw.random() < 0.9]
    right = [one for one in everybody if draw.random() < overlap]
    draw.shuffle(left)
    draw.shuffle(right)
    first = [
        _written(
            one, Wear(name=0.02, birthday=0.01, phone=0.01, new_phone=0, moved=0, email=0.01, fill=worn.fill), draw
        )
        for one in left
    ]
    second = [_written(one, worn, draw) for one in right]
    places = {one.id: place for place, one in enumerate(left)}
    return first, second, {(places[one.id], place) for place, one in enumerate(right) if one.id in places}


def _household(draw: random.Random, start: int) -> list[Person]:
    city, address = (
        draw.choice(_CITIES),
        f"{draw.choice(_ROADS)}路{draw.randint(1, 400)}号{draw.randint(1, 30)}栋{draw.randint(101, 2804)}室",
    )
    phone, size = _phone(draw), draw.choices((1, 2, 3, 4, 5), (25, 27, 28, 13, 7))[0]
    father, year = _surname(draw), draw.randint(1950, 1995)
    found: list[Person] = []
    for place in range(size):
        child = place >= 2
        own = draw.random() < (0.5 if child else 0.8) or place == 0
        surname = father if place == 0 or (child and draw.random() < 0.95) else _surname(draw)
        born = _day(draw, year + draw.randint(22, 34)) if child else _day(draw, year + draw.randint(-3, 3))
        given = _given(draw)
        if child and len(found) > 2:
            if draw.random() < 0.3:
                given = found[-1].given[0] + draw.choice([one for one in _LAST if one != found[-1].given[1:]])
            if draw.random() < 0.08:
                born = found[-1].birthday
        number = _phone(draw) if own and place else phone
        found.append(
            Person(
                id=start + place,
                surname=surname,
                given=given,
                gender="男" if place == 0 else "女" if place == 1 else draw.choice("男女"),
                birthday=born,
                phone=number,
                city=city,
                address=address,
                email=_email(draw, surname, given, born),
            )
        )
    return found


def _written(one: Person, wear: Wear, draw: random.Random) -> dict[str, str]:
    row = {
        "name": _name(one, draw) if draw.random() < wear.name else one.surname + one.given,
        "phone": one.phone,
        "birthday": one.birthday,
        "email": one.email,
        "gender": one.gender,
        "city": one.city,
        "address": one.address,
    }
    if draw.random() < wear.birthday:
        row["birthday"] = _mistyped(one.birthday.replace("-", ""), draw)
    if draw.random() < wear.phone:
        row["phone"] = _mistyped(one.phone, draw) if draw.random() < 0.7 else f"{one.phone[:3]}****{one.phone[-4:]}"
    elif draw.random() < wear.new_phone:
        row["phone"] = _phone(draw)
    elif draw.random() < 0.2:
        row["phone"] = f"+86 {one.phone[:3]}-{one.phone[3:7]}-{one.phone[7:]}"
    if draw.random() < wear.moved:
        row["address"] = f"{draw.choice(_ROADS)}路{draw.randint(1, 400)}号{draw.randint(101, 2804)}"
    elif draw.random() < 0.3:
        row["address"] = one.city + one.address.replace("栋", "-").replace("室", "")
    if draw.random() < wear.email:
        row["email"] = _mistyped(one.email, draw)
    return {name: value if draw.random() < wear.fill.get(name, 1.0) else "" for name, value in row.items()}


def _name(one: Person, draw: random.Random) -> str:
    """Return the name as somebody wrote it who did not know better, or did not care."""
    kind = draw.choices(
        "sound shape nick title pinyin surname typo space traditional".split(), (34, 14, 14, 6, 5, 5, 8, 7, 7)
    )[0]
    surname, given = one.surname, one.given
    place = draw.randrange(len(given))
    if kind in ("sound", "shape"):
        table = _SOUND if kind == "sound" else _SHAPE
        other = draw.choice(table.get(given[place], given[place]))
        return surname + given[:place] + other + given[place + 1 :]
    if kind == "nick":
        return draw.choice((f"小{given[-1]}", f"阿{given[-1]}", given[-1] * 2, f"小{surname}", given))
    if kind == "title":
        return surname + ("先生" if one.gender == "男" else "女士")
    if kind == "pinyin":
        from pypinyin import lazy_pinyin

        return f"{''.join(lazy_pinyin(surname))} {''.join(lazy_pinyin(given))}".title()
    if kind == "surname":
        return _SOUND_SURNAME.get(surname, surname) + given
    if kind == "typo":
        return surname + given[:place] + draw.choice(_LAST) + given[place + 1 :]
    if kind == "traditional":
        from opencc import OpenCC

        return str(OpenCC("s2t").convert(surname + given))
    return f"{surname} {given}"


def _mistyped(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) - 1)
    if draw.random() < 0.4:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    other = draw.choice("0123456789") if text[place].isdigit() else draw.choice("abcdefghijklmnopqrstuvwxyz")
    return text[:place] + other + text[place + 1 :]


def _surname(draw: random.Random) -> str:
    return draw.choices(_NAMES, _SHARES)[0]


def _given(draw: random.Random) -> str:
    if draw.random() < 0.25:
        return draw.choices(_BORNE, range(len(_BORNE), 0, -1))[0]
    last = draw.choice(_LAST)
    return last if draw.random() < 0.15 else draw.choice(_FIRST) + last


def _day(draw: random.Random, year: int) -> str:
    return f"{year}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"


def _phone(draw: random.Random) -> str:
    return draw.choice(("13", "15", "17", "18", "19")) + f"{draw.randrange(10**9):09}"


def _email(draw: random.Random, surname: str, given: str, born: str) -> str:
    from pypinyin import lazy_pinyin

    if draw.random() < 0.4:
        return f"{draw.randrange(10**8, 10**10)}@qq.com"
    return f"{''.join(lazy_pinyin(surname + given))}{born[2:4] if draw.random() < 0.5 else draw.randint(1, 9999)}@{draw.choice(_MAIL)}"
