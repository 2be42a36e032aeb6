# ruff: noqa: E501
"""What a table's columns mean for linking: a kind a column, guessed from its name or said by a person."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from config.errors import UserError

__all__ = ["Field", "FieldKind", "UnusableFields", "guess_fields", "stated_fields"]


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
    """One column of both tables."""

    column: str
    kind: FieldKind


_NAMES: Mapping[FieldKind, str] = {
    FieldKind.GIVEN_NAME: r"given_?names?|first_?names?|fname|forename|名|名字",
    FieldKind.SURNAME: r"surname|last_?name|family_?name|lname|姓|姓氏",
    FieldKind.NAME: r"(?:full|real|customer|display)?_?name|姓名|客户姓名|真实姓名|联系人|收件人|客户名称",
    FieldKind.BIRTHDAY: r"(?:date_?of_?birth|dob|birth_?(?:day|date)?|birth|生日|出生日期|出生年月日|出生年月)",
    FieldKind.PHONE: r"(?:mobile|cell|tele)?_?phone(?:_?(?:number|no))?|mobile|tel|cell|手机|手机号码?|电话|电话号码|联系电话",
    FieldKind.EMAIL: r"e_?mail(?:_?address)?|mail|邮箱|电子邮箱|电子邮件|邮件",
    FieldKind.ID_NUMBER: r"soc_?sec_?id|ssn|social_security(?:_number)?|id_?(?:card|number|no)|national_?id|身份证号?码?|证件号码?"
    r"|passport(?:_no)?",
    FieldKind.GENDER: r"gender|sex|性别",
    FieldKind.HANDLE: r"handle|nick_?name|user_?name|screen_?name|account|weibo|wechat|昵称|网名|微信号?|微博|账号|用户名",
    FieldKind.STREET_NUMBER: r"street_?(?:number|no)|house_?(?:number|no)|门牌号?",
    FieldKind.ADDRESS: r"address(?:_?(?:line)?_?\d)?|addr(?:_?\d)?|street(?:_?name)?|地址|住址|详细地址|收货地址|联系地址",
    FieldKind.CITY: r"suburb|city|town|locality|城市|市|区县?|所在地|地区|district|region",
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
        kind = next((kind for kind, names in _NAMES.items() if re.fullmatch(names, plain)), None)
        if kind:
            found.append(Field(column=column, kind=kind))
        elif id is None and _ID.fullmatch(plain):
            id = column
    return found, id


def stated_fields(said: Iterable[str], columns: Iterable[str]) -> list[Field]:
    """Return what `column=kind` says; UnusableFields names what is wrong with one."""
    known, found = list(columns), []
    for one in said:
        column, _, kind = one.rpartition("=")
        if column not in known:
            raise UnusableFields(f"--map {one}: there is no column {column!r}: write one of {', '.join(known)}")
        if kind not in list(FieldKind):
            raise UnusableFields(f"--map {one}: {kind!r} is no kind: write one of {', '.join(FieldKind)}")
        found.append(Field(column=column, kind=FieldKind(kind)))
    return found
