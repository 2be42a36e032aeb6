# ruff: noqa: E501
"""What a table's columns mean for linking: a kind a column, guessed from its name or said by a person."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from config.errors import UserError

__all__ = ["Field", "FieldKind", "UnusableFields", "guess_fields", "guess_of_two", "stated_fields"]


class UnusableFields(UserError):
    """The columns do not say what rows could be linked by: the message names what is missing."""


class FieldKind(StrEnum):
    """What a column holds."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    SURNAME = "surname"
    BIRTHDAY = "birthday"
    PHONE = "phone"
    EMAIL = "email"
    ID_NUMBER = "id_number"
    GENDER = "gender"
    HANDLE = "handle"
    STREET_NUMBER = "street_number"
    ADDRESS = "address"
    CITY = "city"
    POSTCODE = "postcode"
    STATE = "state"
    TEXT = "text"
    """Anything else that is alike where the person is, such as a company."""
    CODE = "code"
    """Anything else that is equal where the person is, such as a membership's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of both tables; a part of a name may be in one of them alone."""

    column: str
    kind: FieldKind
    beside: str | None = None
    """What the second table calls it, where that is another name."""


NAMES = (FieldKind.NAME, FieldKind.GIVEN_NAME, FieldKind.SURNAME)
_COLUMNS: Mapping[FieldKind, str] = {
    FieldKind.GIVEN_NAME: r"given_?names?|first_?names?|fname|forename|名|名字",
    FieldKind.SURNAME: r"surname|last_?name|family_?name|lname|姓|姓氏",
    FieldKind.NAME: r"(?:full|real|true|legal|customer|client|member|contact|person|display|chinese|cn)?_?name|name_?(?:cn|zh)|(?:客户|会员|顾客|用户|真实|中文|联系人|收件人|收货人)?(?:姓名|名称)|联系人|收件人|收货人",
    FieldKind.BIRTHDAY: r"(?:date_?of_?birth|dob|birth_?(?:day|date)?|birth|birth_?date|born|(?:阳历|公历)?生日|出生|出生日期|出生年月日|出生年月)",
    FieldKind.PHONE: r"(?:mobile|cell|tele)?_?phone(?:_?(?:number|no))?|mobile|tel|cell|(?:联系|会员|绑定)?(?:手机|电话)(?:号码?)?|联系方式|mobile_?(?:number|no)|tel_?(?:number|no)|contact_?(?:number|no)|msisdn",
    FieldKind.EMAIL: r"e_?mail(?:_?addr(?:ess)?)?|mail|邮箱|邮箱地址|电子邮箱|电子邮件|邮件",
    FieldKind.ID_NUMBER: r"soc_?sec_?id|ssn|social_security(?:_number)?|id_?(?:card|number|no)|national_?id|身份证号?码?|证件号码?"
    r"|passport(?:_no)?",
    FieldKind.GENDER: r"gender|sex|性别|称谓",
    FieldKind.HANDLE: r"handle|nick_?name|user_?name|screen_?name|account|weibo|wechat|(?:微信|微博|用户|会员)?昵称|网名|微信号?|微博|账号|用户名|nick",
    FieldKind.STREET_NUMBER: r"street_?(?:number|no)|house_?(?:number|no)|门牌号?",
    FieldKind.ADDRESS: r"address(?:_?(?:line)?_?\d)?|addr(?:_?\d)?|street(?:_?name)?|(?:home|shipping|postal|full)_?address|(?:详细|收货|联系|家庭|居住|通讯)?地址|住址",
    FieldKind.CITY: r"suburb|city|town|locality|(?:所在)?(?:城市|地区)|市|区县?|所在地|district|region",
    FieldKind.POSTCODE: r"post_?code|zip(?:_?code)?|postal_?code|邮编|邮政编码",
    FieldKind.STATE: r"state|province|county|省|省份",
    FieldKind.CODE: r"(?:member|card|membership)_?(?:no|number|id)|会员卡?号|unionid|external_?userid|open_?id",
    FieldKind.TEXT: r"company|employer|organi[sz]ation|occupation|job|公司|单位|职业|工作单位|学校|school",
}
_ID = re.compile(r"(?:rec(?:ord)?_?id|unique_?id|id|customer_?id|account_?id|uid|编号|客户编号)", re.IGNORECASE)


def guess_fields(columns: Iterable[str]) -> tuple[list[Field], str | None]:
    """Return the columns that can be linked by, and the one that numbers the rows; columns of other names are left."""
    found, id = [], None
    for column in columns:
        plain = re.sub(r"[\s\-]+", "_", column.strip()).casefold()
        kind = next((kind for kind, names in _COLUMNS.items() if re.fullmatch(names, plain)), None)
        if kind:
            found.append(Field(column=column, kind=kind))
        elif id is None and _ID.fullmatch(plain):
            id = column
    return found, id


def guess_of_two(ours: Iterable[str], theirs: Iterable[str]) -> list[Field]:
    """Return what both tables tell, though each calls it as it likes: 手机号 and mobile; name, and surname and given_name.

    A table that has no name has its accounts' names, which are held against the other's.
    """
    left, right = list(ours), list(theirs)
    one, other = guess_fields(left)[0], guess_fields(right)[0]
    found = [field for field in one if field.column in right]
    one, other = ([field for field in some if field not in found] for some in (one, other))
    for field in one:
        if match := next((two for two in other if two.kind is field.kind), None):
            found.append(replace(field, beside=match.column))
            other.remove(match)
    if any(field.kind in NAMES for field in found):
        return found
    named = [[field for field in some if field.kind in NAMES] for some in (one, other)]
    handles = [next((field for field in some if field.kind is FieldKind.HANDLE), None) for some in (one, other)]
    if named[0] and not named[1] and handles[1]:
        return [
            *(replace(field, beside=handles[1].column) for field in named[0] if field.kind is FieldKind.NAME),
            *found,
        ]
    if named[1] and not named[0] and handles[0]:
        return [
            *(
                Field(column=handles[0].column, kind=field.kind, beside=field.column)
                for field in named[1]
                if field.kind is FieldKind.NAME
            ),
            *found,
        ]
    return [*named[0], *named[1], *found] if named[0] and named[1] else found


def stated_fields(said: Iterable[str], columns: Iterable[str]) -> list[Field]:
    """Return what `column=kind` says; UnusableFields names what is wrong with one."""
    known, found = list(columns), []
    for one in said:
        column, equals, kind = one.rpartition("=")
        if not equals:
            raise UnusableFields(f"--map {one}: write COLUMN=KIND, such as --map 顾客=name")
        if column not in known:
            raise UnusableFields(f"--map {one}: there is no column {column!r}: write one of {', '.join(known)}")
        if kind not in list(FieldKind):
            raise UnusableFields(f"--map {one}: {kind!r} is no kind: write one of {', '.join(FieldKind)}")
        found.append(Field(column=column, kind=FieldKind(kind)))
    return found
