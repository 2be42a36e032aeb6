"""Contacts in the one form in which they are compared, and the values that say nothing of anybody."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from config import fold
from crawlers.reading.dates import read_date
from indexing.people.personal import PersonalKind

__all__ = ["normalised", "several"]

_NOTHING = frozenset([
    "", "-", "--", "/", "0", "nan", "none", "null", "nil", "n/a", "na", "undefined", "无", "暂无", "没有",
    "未知", "不详", "未填写", "未提供", "保密", "不告知", "空", "匿名",
])  # fmt: skip
_NAMES = frozenset([
    "匿名用户", "匿名客户", "匿名买家", "无名", "无名氏", "先生", "女士", "小姐", "客户", "顾客", "会员",
    "用户", "游客", "路人", "散客", "测试", "测试用户", "测试客户", "微信用户", "抖音用户", "小红书用户",
    "知乎用户", "新用户", "已注销", "账号已注销", "用户已注销", "test", "tester", "momo", "admin", "user",
    "guest", "customer", "anonymous", "unknown",
])  # fmt: skip
_MAILBOXES = frozenset([
    "admin", "administrator", "abuse", "contact", "hr", "info", "kefu", "mail", "marketing", "me", "no",
    "nobody", "none", "noreply", "no-reply", "null", "office", "postmaster", "sales", "service", "support",
    "test", "webmaster", "xx", "xxx", "a", "aa", "aaa", "abc", "123", "1234", "123456",
])  # fmt: skip
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")
_SHOWN_AS = re.compile(r"[-\s().·/（）－—–_]+")
_CHINESE = re.compile(r"(?:\+|00)?86(1[3-9]\d{9})|(?:\+|00)86(0?[1-9]\d{8,10})")
_MOBILE, _LANDLINE = re.compile(r"1[3-9]\d{9}"), re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})")
_NOTES = re.compile(
    r"[一-鿿]{0,3}?(?:先生|女士|小姐)|tel|phone|mobile|cell|wechat"
    r"|[手机电话联系号码微信同本人自己公司家里庭常用备方式新老的座固宅办\s:;,.、()\[\]【】]",
    re.IGNORECASE,
)
"""What people write beside a number: what it is for, or whose it is."""
_WITHIN = re.compile(r"(?:\+|00)?\d[-\s().·/－—–_\d]{5,}\d")
_ONE_NUMBER = re.compile(
    r"(?<![\d*.])(?:(?:(?:\+|00)?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}|\(?0\d{2,3}\)?[-\s]?[2-8]\d{6,7})(?!\d)"
)
_PARTED = re.compile(
    r"\s*[/／、,，;；|｜\n]\s*|\s*[和或及]\s*(?=[+\d])|\s+(?=(?:\+|00)?(?:86[-\s]?)?1[3-9]\d{9}(?!\d))"
)
"""What stands between two numbers of one cell."""
_DIALLED = {"13800138000", "13800138001", "13800000000", "13888888888", "13912345678", "13812345678", "12345678901"}
_STEPS = ("0123456789012345678", "9876543210987654321")
_IN_NUMBER = re.compile(r"[-\s_./#：:]+")
_LABEL = re.compile(r"(?:订单编?号?|工单编?号?|单号|编号|no\.?|order|ticket)(?=[^a-z])", re.IGNORECASE)
_SHORTEST_NUMBER = 6
_YEARLY = re.compile(r"-{0,2}(\d{1,2})[-/月.](\d{1,2})日?")
_NO_BIRTHDAYS = {"0001-01-01", "1000-01-01", "1899-12-30", "1899-12-31", "1900-01-00", "1900-01-01", "1970-01-01",
                 "9999-12-31"}  # fmt: skip
_GENDERS = {"男": "male", "男性": "male", "先生": "male", "m": "male", "male": "male", "女": "female", "女性": "female",
            "女士": "female", "f": "female", "female": "female"}  # fmt: skip


def normalised(kind: PersonalKind | str, text: str) -> str | None:
    """Return the value as equal ones are written alike; None where it is unusable, a placeholder or nobody's own.

    A Chinese mobile number is eleven digits; any other number that says its country begins with +. Of `order` and
    `ticket`, separators and case go. What is returned is personal: only its keyed digest is for keeping.
    """
    plain = " ".join(unicodedata.normalize("NFKC", fold.plain(text)).split())
    if plain.casefold() in _NOTHING:
        return None
    reader = _READERS.get(str(kind))
    return reader(plain) if reader else plain


def several(kind: PersonalKind | str, text: str) -> tuple[str, ...]:
    """Return the values that one cell holds: of two telephone numbers or more each with its own note, else the cell.

    It is parted only where every part has one whole number: of a cell in which a part is cut short or is none, nobody
    can say which part that is.
    """
    if kind != PersonalKind.PHONE:
        return (text,)
    plain = unicodedata.normalize("NFKC", fold.plain(text))
    parts = [part for part in (one.strip() for one in _PARTED.split(plain)) if part]
    whole = [re.sub(r"\D", "", _ONE_NUMBER.sub("", part)) == "" for part in parts]
    if len(parts) < 2 or not all(whole) or any(len(_ONE_NUMBER.findall(part)) != 1 for part in parts):
        return (text,)
    return tuple(dict.fromkeys(parts))


def _phone(text: str) -> str | None:
    """Return a number that one person may have: no hotline, no shop's virtual number with an extension, no dummy.

    A note beside it, such as 手机 or （微信同号）, is left out. One that says whose else it is, such as 妈妈, makes it
    nobody's here; `several` parts a cell of two numbers, of which undivided neither is taken.
    """
    digits = _SHOWN_AS.sub("", _WITHIN.findall(text)[0] if _is_noted(text) else text)
    if found := _CHINESE.fullmatch(digits):
        digits = found[1] or f"0{found[2].removeprefix('0')}"
    if _MOBILE.fullmatch(digits):
        return None if digits in _DIALLED or _dummy(digits[3:]) else digits
    if _LANDLINE.fullmatch(digits):
        return None if _dummy(digits[-7:]) else digits
    found = _ABROAD.fullmatch(digits)
    return f"+{found[1]}" if found and not found[1].startswith("86") and not _dummy(found[1][-7:]) else None


def _is_noted(text: str) -> bool:
    before, *after = _WITHIN.split(text)
    return len(after) == 1 and not any(_NOTES.sub("", part) for part in (before, *after))


def _dummy(digits: str) -> bool:
    return len(set(digits)) == 1 or any(digits in steps for steps in _STEPS)


def _email(text: str) -> str | None:
    address = text.casefold().removeprefix("mailto:").strip("<> ")
    local = address.partition("@")[0]
    if not _EMAIL.fullmatch(address) or local in _MAILBOXES or address.partition("@")[2].startswith("test."):
        return None
    return address


def _number(text: str) -> str | None:
    """Return an order's or ticket's number; one of a few digits, which anybody may write by chance, is none."""
    found = _IN_NUMBER.sub("", _LABEL.sub("", text, count=1)).casefold()
    usable = re.fullmatch(r"[a-z0-9]{6,64}", found) and sum(map(str.isdigit, found)) >= _SHORTEST_NUMBER - 2
    return found if usable and len(set(found)) > 1 else None


def _identifier(text: str) -> str | None:
    return text if re.fullmatch(r"[A-Za-z0-9_-]{6,128}", text) and len(set(text)) > 1 else None


def _name(text: str) -> str | None:
    found = re.sub(r"(?<=[\u3400-\u9fff·])\s+(?=[\u3400-\u9fff·])", "", text).strip("·.。,， ").casefold()
    found = re.sub(r"[・•‧]", "·", found)
    return found if re.search(r"[^\W\d_]", found) and "*" not in found and found not in _NAMES else None


def _birthday(text: str) -> str | None:
    """Return a day as 1990-08-03, or --08-03 where the year is not known."""
    if yearly := _YEARLY.fullmatch(text):
        month, day = int(yearly[1]), int(yearly[2])
        return f"--{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None
    try:
        found = read_date(text)[0].date().isoformat()
    except (ValueError, OverflowError):
        return None
    return found if found not in _NO_BIRTHDAYS and found >= "1900" else None


_READERS: Mapping[str, Callable[[str], str | None]] = {
    PersonalKind.PHONE: _phone,
    PersonalKind.EMAIL: _email,
    PersonalKind.NAME: _name,
    PersonalKind.BIRTHDAY: _birthday,
    PersonalKind.GENDER: lambda text: _GENDERS.get(text.casefold()),
    PersonalKind.UNIONID: _identifier,
    PersonalKind.EXTERNAL_USERID: _identifier,
    "order": _number,
    "ticket": _number,
}
