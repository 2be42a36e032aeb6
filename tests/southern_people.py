# ruff: noqa: E501, SIM905
"""Other people than `tests/people.py` makes, by another hand: held out, so that nothing was tuned by looking at them.

Surnames lean to the south, households have three generations, telephones are shared by couples, by parents with children
and in shops; one name in five is a nickname or a form of address, homophones are drawn from all common characters that
are read alike, characters go missing or change places, years are wrong by one, days are unknown and become the first of
January, numbers lose a digit. What the two systems know differs as well.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

__all__ = ["HELD_OUT", "Known", "Southerner", "held_out"]

_SURNAMES = (
    "陈106 李72 黄68 张55 梁45 林44 刘39 吴38 罗28 杨26 王26 何24 周21 叶20 谢19 郑17 曾17 钟16 邓15 朱14 蔡13 许13 冯12 苏12 卢11"
    " 彭11 潘10 廖10 赖10 温9 谭9 余9 邱8 胡8 徐8 欧7 黎7 赵7 江7 莫6 韦6 麦5 古5 高5 方5 唐5 孙5 曹4 区3 招2 欧阳4 司徒2 简4 丘4"
).split()
_WEIGHTS = {one.rstrip("0123456789"): int(one.lstrip("".join(set(one) - set("0123456789")))) for one in _SURNAMES}
_COMMON = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英秀兰玉梅红建华国志文海燕春丹婷浩鹏鑫宇欣怡子涵诺雨桐梓轩然诗佳俊雪晓东永林"
    "峰锋凤云飞翔龙虎德福贵财荣昌盛宏洪辉晖慧惠会美妹媚莉俐力立利丰枫彬斌宾滨兵冰炳炎焰燕彦颜妍岩言嫣琳霖麟邻嘉家珈加佳健剑"
    "键俭坚珊姗杉善山文雯闻纹志智芝之致治伊依怡宜仪颖盈莹迎英瑛樱思斯丝诗师施佩培沛贝蓓裕钰煜育喻宇雨羽语禹均君军钧筠瑞锐睿"
    "芮蕊康泰安宁凝楠南男兰岚蓝澜晨辰尘成诚城承程倩茜芊千乾谦潜良亮凉靓量凯楷恺铠开璇萱宣轩旋玄悦月岳越乐阅琪琦祺奇齐启绮"
)
_TWO, _ROADS = (
    0.78,
    "东风 天河 珠江 海珠 荔湾 环市 工业 龙岗 建业 西湖 景田 福强 梅林 新港 赤岗 宝安 文锦 莲塘 江南 水荫".split(),
)
_ESTATES = "金碧花园 丽江新村 祈福苑 碧桂园 翠竹居 海景湾 锦绣家园 万科里 东湖豪庭 雅居乐".split()
_CITIES = {"广州": 30, "深圳": 28, "东莞": 12, "佛山": 10, "惠州": 6, "中山": 5, "珠海": 4, "汕头": 4, "香港": 1}
_MAIL = "qq.com qq.com 163.com 163.com 139.com foxmail.com hotmail.com gmail.com".split()
_TITLES = {"男": ("先生", "哥", "总", "生"), "女": ("女士", "小姐", "姐", "太")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Southerner:
    """One of them."""

    id: int
    name: str
    phone: str
    birthday: str
    email: str
    gender: str
    city: str
    address: str

    @property
    def parts(self) -> tuple[str, str]:
        """Surname and given name."""
        cut = 2 if self.name[:2] in _WEIGHTS and len(self.name) > 2 else 1
        return self.name[:cut], self.name[cut:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one system knows, by share of rows, and how wrong: shares too."""

    fill: Mapping[str, float] = field(
        default_factory=lambda: {
            "phone": 0.82,
            "birthday": 0.7,
            "email": 0.4,
            "gender": 0.8,
            "city": 0.85,
            "address": 0.5,
        }
    )
    name: float = 0.2
    nick: float = 0.35
    """Of wrong names."""
    birthday: float = 0.08
    phone: float = 0.06
    other_phone: float = 0.1
    moved: float = 0.12


_USUAL = Known()
HELD_OUT: Mapping[str, Known] = {
    "usual": _USUAL,
    "nicknames": Known(name=0.45, nick=0.7),
    "homophones and typos": Known(name=0.4, nick=0.05, birthday=0.15, phone=0.12),
    "no birthdays": Known(fill={**_USUAL.fill, "birthday": 0}),
    "half empty": Known(fill={"phone": 0.6, "birthday": 0.5, "email": 0.3, "gender": 0.5, "city": 0.5, "address": 0.3}),
    "name, phone, birthday": Known(
        fill={"phone": 0.9, "birthday": 0.9, "email": 0, "gender": 0, "city": 0, "address": 0}
    ),
}
"""The sets by name."""


def held_out(
    people: int, known: Known, seed: int = 1
) -> tuple[list[dict[str, str]], list[dict[str, str]], set[tuple[int, int]]]:
    """Return a careful system's rows, those of one that knows as `known` says, and the places that are one person."""
    draw = random.Random(seed)  # noqa: S311 # no secret
    everybody: list[Southerner] = []
    while len(everybody) < people:
        everybody += _household(draw, len(everybody))
    shop = _phone(draw)
    everybody = [replace(one, phone=shop) if draw.random() < 0.002 else one for one in everybody]
    careful = Known(name=0.03, nick=0.2, birthday=0.02, phone=0.01, other_phone=0.02, moved=0.02, fill=known.fill)
    first = draw.sample(everybody, int(0.85 * len(everybody)))
    second = draw.sample(everybody, int(0.6 * len(everybody)))
    places = {one.id: place for place, one in enumerate(first)}
    truth = {(places[one.id], place) for place, one in enumerate(second) if one.id in places}
    return [_row(one, careful, draw) for one in first], [_row(one, known, draw) for one in second], truth


def _household(draw: random.Random, start: int) -> list[Southerner]:
    city = draw.choices(list(_CITIES), list(_CITIES.values()))[0]
    home = f"{draw.choice(_ROADS)}路{draw.randint(1, 600)}号{draw.choice(_ESTATES)}{draw.randint(1, 20)}座{draw.randint(101, 3306)}"
    surname, year, phones, found = _surname(draw), draw.randint(1960, 1998), [_phone(draw) for _ in range(2)], []
    roles = draw.choices(["p", "pp", "ppc", "ppcc", "ppg", "ppcgg"], [28, 22, 20, 14, 8, 8])[0]
    generation = draw.choice(_COMMON)
    for place, role in enumerate(roles):
        born = year + {"p": draw.randint(-2, 2), "c": draw.randint(24, 33), "g": -draw.randint(23, 31)}[role]
        given = draw.choice(_COMMON) + (draw.choice(_COMMON) if draw.random() < _TWO else "")
        if role == "c" and draw.random() < 0.35:
            given = generation + draw.choice(_COMMON)
        own = surname if place in (0, 2, 3) else _surname(draw)
        shared = draw.random() < {"p": 0.12, "c": 0.45, "g": 0.4}[role]
        name, day = own + given, f"{born}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        found.append(Southerner(
            id=start + place, name=name, birthday=day, gender="男女"[place] if place < 2 else draw.choice("男女"), city=city,
            address=home, phone=phones[0] if shared or place == 0 else _phone(draw), email=_email(draw, own, given, day),
        ))  # fmt: skip
    return found


def _row(one: Southerner, known: Known, draw: random.Random) -> dict[str, str]:
    said = {
        "姓名": _called(one, known, draw) if draw.random() < known.name else one.name,
        "手机": one.phone,
        "生日": _day(one.birthday, draw) if draw.random() < known.birthday else one.birthday,
        "邮箱": one.email,
        "性别": one.gender,
        "城市": one.city,
        "地址": one.city + one.address if draw.random() < 0.5 else one.address,
    }
    chance = draw.random()
    if chance < known.phone:
        said["手机"] = _slip(one.phone, draw)
    elif chance < known.phone + known.other_phone:
        said["手机"] = _phone(draw)
    if draw.random() < known.moved:
        said["地址"] = f"{draw.choice(_ROADS)}路{draw.randint(1, 600)}号"
    elif draw.random() < 0.25:
        said["地址"] = one.address.partition("号")[2]
    if one.email and draw.random() < 0.1:
        said["邮箱"] = f"{one.email.partition('@')[0]}@{draw.choice(_MAIL)}"
    fields = dict(zip(("手机", "生日", "邮箱", "性别", "城市", "地址"), known.fill, strict=True))
    return {
        name: cell if draw.random() < known.fill.get(fields.get(name, ""), 1) else "" for name, cell in said.items()
    }


def _called(one: Southerner, known: Known, draw: random.Random) -> str:
    surname, given = one.parts
    if draw.random() < known.nick:
        return draw.choice((
            f"阿{given[-1]}", f"小{given[-1]}", given[-1] * 2, f"小{surname}", f"老{surname}", given, f"{given[-1]}仔",
            f"{surname}{draw.choice(_TITLES[one.gender])}", f"{given}{draw.choice(_TITLES[one.gender][:2])}",
        ))  # fmt: skip
    place = draw.randrange(len(given))
    kind = draw.choices("sound other lost swap latin turned surname".split(), [40, 14, 10, 6, 12, 8, 10])[0]
    if kind == "latin":
        return draw.choice((f"{_read(given)} {_read(surname)}", f"{_read(surname)} {_read(given)}")).title()
    if kind == "turned":
        return given + surname
    if kind == "swap":
        return surname + given[::-1]
    if kind == "lost" and len(given) == 2:
        return surname + given[1 - place]
    if kind == "surname":
        return draw.choice([other for other in _WEIGHTS if _read(other) == _read(surname)]) + given
    pool = _alike()[_read(given[place])] if kind == "sound" else _COMMON
    return surname + given[:place] + draw.choice(pool) + given[place + 1 :]


def _day(day: str, draw: random.Random) -> str:
    year, month, date = day.split("-")
    return draw.choice((
        f"{int(year) + draw.choice((-1, 1))}-{month}-{date}", f"{year}-{date}-{month}" if int(date) <= 12 else _slip(day, draw),
        f"{year}-01-01", _slip(day, draw), f"{year}-{month}-{draw.randint(1, 28):02}",
    ))  # fmt: skip


def _slip(text: str, draw: random.Random) -> str:
    places = [place for place, one in enumerate(text) if one.isdigit()]
    place, kind = draw.choice(places), draw.random()
    if kind < 0.2 and len(text) == 11:
        return text[:place] + text[place + 1 :]
    if kind < 0.45 and place + 1 in places:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + draw.choice("0123456789") + text[place + 1 :]


def _surname(draw: random.Random) -> str:
    return draw.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]


def _phone(draw: random.Random) -> str:
    return f"1{draw.choice(('35', '36', '37', '38', '39', '50', '59', '88', '76', '92'))}{draw.randrange(10**8):08}"


def _email(draw: random.Random, surname: str, given: str, day: str) -> str:
    kind = draw.random()
    if kind < 0.35:
        return f"{draw.randrange(10**7, 10**10)}@qq.com"
    if kind < 0.8:
        first = _read(given) if draw.random() < 0.6 else "".join(_read(one)[0] for one in given)
        return f"{draw.choice((first + _read(surname), _read(surname) + first, first))}{draw.choice((day[:4], day[5:7] + day[8:], '', '88'))}@{draw.choice(_MAIL)}"
    return f"{''.join(draw.choice('abcdefghijklmnoprstuwxyz') for _ in range(7))}{draw.randrange(100)}@{draw.choice(_MAIL)}"


@lru_cache(maxsize=10_000)
def _read(text: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))


@lru_cache(maxsize=1)
def _alike() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in dict.fromkeys(_COMMON):
        found.setdefault(_read(one), []).append(one)
    return found
