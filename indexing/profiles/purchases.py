"""What a customer bought: purchases that stand, what was given back, and how much was paid in each currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median

from config.settings import DAY_ZONE
from indexing.customers.record import Order

__all__ = ["Purchase", "Purchases", "currency", "day_of", "purchases"]

_VOID = frozenset(
    [
        *("cancelled", "canceled", "closed", "refunded", "returned", "void", "unpaid", "pending"),
        *("已取消", "取消", "已关闭", "关闭", "交易关闭", "已退款", "退款", "全额退款", "退货", "已退货"),
        *("待付款", "未付款", "待支付"),
    ]
)
"""What a source calls an order that no longer stands, or not yet."""
_CURRENCIES: Mapping[str, str] = {"RMB": "CNY", "¥": "CNY", "￥": "CNY", "元": "CNY", "人民币": "CNY", "CNH": "CNY"}
_MOST_ITEMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One purchase with all that was given back of it; `stands` is false where nothing of it is left."""

    at: datetime
    currency: str
    paid: float
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """All purchases of a customer, and amounts given back (`loose`) of which no purchase is on record."""

    all: tuple[Purchase, ...]
    loose: tuple[Purchase, ...]
    channels: tuple[str, ...]
    stores: tuple[str, ...]
    items: tuple[str, ...]

    @property
    def standing(self) -> list[Purchase]:
        """Those that stand, oldest first."""
        return [one for one in self.all if one.stands]

    @property
    def gap_days(self) -> float | None:
        """The median time between days of purchase; None for fewer than three such days."""
        days = sorted({day_of(one.at) for one in self.standing})
        return float(median((later - one).days for one, later in pairwise(days))) if len(days) > 2 else None

    def spent(self, since: date | None = None) -> dict[str, float]:
        """Return what was paid by currency, less what was given back; what is given back counts on its own day."""
        sums: defaultdict[str, float] = defaultdict(float)
        for one in (*self.all, *self.loose):
            if since is None or day_of(one.at) > since:
                sums[one.currency] += one.paid
        return {name: round(amount, 2) for name, amount in sorted(sums.items())}


def purchases(orders: Iterable[Order]) -> Purchases:
    """Put together what the records say of each order: records with one number are one purchase.

    A record of less than nothing gives back a part. A purchase stands while its state does not say otherwise and
    something of what was paid is left; one that was free stands too.
    """
    known = sorted(orders, key=lambda one: (one.at, one.id))
    by_number: defaultdict[str, list[Order]] = defaultdict(list)
    for order in known:
        by_number[order.number or order.id].append(order)
    all_, loose = [], []
    for records in by_number.values():
        bought = [one for one in records if (one.amount or 0) >= 0]
        if bought:
            all_.append(_purchase(bought, records))
        else:
            loose += [_given_back(one) for one in records]
    bought = [one for one in known if (one.amount or 0) >= 0 and not _void(one)]
    return Purchases(
        all=tuple(sorted(all_, key=lambda one: (one.at, one.currency, one.paid))),
        loose=tuple(loose),
        channels=_commonest((one.channel for one in bought), None),
        stores=_commonest((one.store for one in bought), None),
        items=_commonest((item for one in bought for item in one.items), _MOST_ITEMS),
    )


def currency(name: str) -> str:
    """Return a currency's code as one writes it: RMB, ￥ and 元 are CNY."""
    plain = name.strip().upper()
    return _CURRENCIES.get(plain, plain) or "CNY"


def day_of(moment: datetime) -> date:
    """Return the day in Asia/Shanghai."""
    return moment.astimezone(DAY_ZONE).date()


def _purchase(bought: Sequence[Order], records: Sequence[Order]) -> Purchase:
    first, void = bought[0], all(map(_void, bought))
    code = currency(first.currency)
    paid = 0.0 if void else sum(one.amount or 0 for one in records if not _void(one) and currency(one.currency) == code)
    free = all(not one.amount for one in bought)
    left = round(paid, 2) > 0 or (free and len(bought) == len(records))
    return Purchase(at=first.at, currency=code, paid=max(round(paid, 2), 0.0), stands=not void and left)


def _given_back(order: Order) -> Purchase:
    return Purchase(at=order.at, currency=currency(order.currency), paid=round(order.amount or 0, 2), stands=False)


def _void(order: Order) -> bool:
    """Say whether the state of what was bought says that it does not stand; of what is given back it says nothing."""
    return (order.amount or 0) >= 0 and (order.status or "").strip().casefold() in _VOID


def _commonest(values: Iterable[str | None], most: int | None) -> tuple[str, ...]:
    counts = Counter(value for value in values if value)
    return tuple(value for value, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most])
