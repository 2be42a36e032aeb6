"""Customers of a shop as its systems would record them over two years, made up; what they say are real posts."""

import gzip
import json
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.seal import Keyring
from crawlers.post import Author, Engagement, Kind, Post
from indexing.customers.customer import Customer, Handle, HandleKind, to_document
from indexing.customers.record import Consent, Membership, Order, Record, Ticket, Visit
from indexing.customers.record import to_document as record_document
from indexing.elasticsearch.bulk import Action, send
from indexing.people.personal import Basis, Personal, PersonalKind, about
from indexing.people.pseudonyms import pseudonyms
from nlp.mention import Label, MatchedBy, Mention, Sentiment
from tests.story_posts import put, research_folder

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEYS = Keyring({"t": bytes(range(32))})
BRANDS = ("xinghe", "qingshan")
ITEMS = ("净水器", "滤芯", "空气炸锅", "电饭煲", "吸尘器", "加湿器", "破壁机")
STORES = ("南京路店", "淮海路店", "天府店")
TIERS = ("普通", "银卡", "金卡")
NEGATIVE, POSITIVE = ("差", "坏", "退", "骗", "失望", "投诉"), ("好", "赞", "喜欢", "满意", "不错")


@dataclass(frozen=True)
class Shop:
    """Customers, their records, and the numbers of the accounts that are theirs."""

    customers: list[Customer]
    records: list[Record]
    accounts: dict[str, int]


def shop(count: int, seed: int = 7, *, speaking: float = 0.3) -> Shop:
    """Make so many customers: each buys at a rate of their own, some stopped long ago, some never bought."""
    dice = random.Random(seed)  # noqa: S311 -- documents, not secrets
    customers: list[Customer] = []
    records: list[Record] = []
    accounts: dict[str, int] = {}
    for number in range(count):
        id = f"C{number:06}"
        speaks = dice.random() < speaking
        handles: tuple[Handle, ...] = ()
        if speaks:
            accounts[id] = number
            key = pseudonyms().of("weibo", f"u{number}")
            handles = (Handle(platform="weibo", kind=HandleKind.ID, pseudonym=key, line=number + 2, column="weibo_id"),)
        customers.append(
            Customer(
                id=id,
                imported_at=NOW - 30 * DAY,
                file="members.csv",
                tier=dice.choice(TIERS),
                handles=handles,
                personal=(personal(id, PersonalKind.BIRTHDAY, f"1990-{number % 12 + 1:02}-{number % 28 + 1:02}"),)
                if number % 50 == 0
                else (),
                registered_at=NOW - DAY * dice.randrange(1, 900),
            )
        )
        records += of_customer(id, dice)
    return Shop(customers, records, accounts)


def personal(customer: str, kind: PersonalKind, value: str) -> Personal:
    """Seal one value."""
    sealed = KEYS.seal(value, about=about(customer, kind))
    return Personal(kind=kind, sealed=sealed, purpose="care", basis=Basis.CONSENT)


def of_customer(id: str, dice: random.Random) -> Iterator[Record]:
    """Yield what the systems record of one customer: about three records each."""
    told: dict[str, Any] = {"source": "erp", "customer": id, "recorded_at": NOW}
    rate = math.exp(dice.gauss(-6.2, 0.9))  # purchases a day
    until = 730 if dice.random() < 0.75 else dice.randrange(30, 700)
    at, number = dice.expovariate(rate), 0
    while at < until:
        moment = NOW - timedelta(days=730 - at)
        amount = round(math.exp(dice.gauss(5, 1)), 2)
        state = "已取消" if dice.random() < 0.04 else "已完成"
        made = Order(id=f"erp:order:{id}-{number}", number=f"n{id}-{number}", amount=amount, at=moment, status=state,
                     channel=dice.choice(("tmall", "jd", "till")), items=(dice.choice(ITEMS),), **told)  # fmt: skip
        yield made
        if dice.random() < 0.05:
            yield Order(id=f"erp:order:{id}-{number}r", number=made.number, amount=-amount if dice.random() < 0.6 else
                        -round(amount / 3, 2), at=moment + 3 * DAY, **told)  # fmt: skip
        at, number = at + dice.expovariate(rate), number + 1
    if dice.random() < 0.2:
        yield Visit(id=f"erp:visit:{id}", at=NOW - DAY * dice.randrange(700), store=dice.choice(STORES), **told)
    if dice.random() < 0.4:
        end = date(2026, 8, 3) + DAY * dice.randrange(-200, 300)
        yield Membership(id=f"erp:membership:{id}", at=NOW - 500 * DAY, tier=dice.choice(TIERS),
                         points=dice.randrange(9_000), until=end, **told)  # fmt: skip
    if dice.random() < 0.1:
        begun = NOW - DAY * dice.randrange(300)
        closed = begun + DAY if dice.random() < 0.7 else None
        yield Ticket(id=f"erp:ticket:{id}", at=begun, status="open" if closed is None else "closed", closed_at=closed,
                     **told)  # fmt: skip
    if dice.random() < 0.5:
        yield Consent(id=f"erp:consent:{id}", at=NOW - 100 * DAY, purpose="marketing", granted=dice.random() < 0.8,
                      **told)  # fmt: skip


def real_texts(count: int) -> list[str]:
    """Return texts of real posts, over and over where there are fewer."""
    texts: list[str] = []
    with gzip.open(research_folder() / "weibo_ced_posts.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            texts.append(json.loads(line)["text"])
            if len(texts) == count:
                break
    return [texts[number % len(texts)] for number in range(count)]


def label_of(text: str) -> str:
    """Judge as simply as can be: what matters here is that the labels differ."""
    score = sum(word in text for word in POSITIVE) - sum(word in text for word in NEGATIVE)
    return "negative" if score < 0 else "positive" if score > 0 else "neutral"


def said(
    number: int, account: int, text: str = "星河不错", *, ago: timedelta = DAY, label: str | None = None,
    brand: str = "xinghe", followers: int = 12, intent: str | None = None, likes: int = 3, **fields: Any,
) -> Mention:  # fmt: skip
    """Make a mention by the account `u<account>` of weibo."""
    post = Post(
        platform="weibo", feed="weibo_search", kind=fields.pop("kind", Kind.POST), native_id=str(number), text=text,
        author=Author(id=f"u{account}", name=f"网友{account}", followers=followers, verified=False),
        url=f"https://example.org/{number}", published_at=NOW - ago, fetched_at=fields.pop("fetched_at", NOW),
        engagement=Engagement(likes=likes), query="q", run_id="r", **fields,
    )  # fmt: skip
    judged = Label(label or label_of(text))
    return Mention(
        post=post, brand=brand, matched_by=MatchedBy.QUERY, matched=(), intent=intent, analysis="1",
        sentiment=Sentiment(label=judged, probability=0.9, score=0.0, engine="e", model="m"),
        keywords=tuple(dict.fromkeys(word for word in ITEMS if word in text)) or ("服务",),
    )  # fmt: skip


def voices(of: Shop, count: int, seed: int = 3) -> Iterator[Mention]:
    """Yield so many mentions by the shop's speaking customers: real texts over two years."""
    dice, accounts = random.Random(seed), sorted(of.accounts.values())  # noqa: S311 -- documents, not secrets
    for number, text in enumerate(real_texts(count)):
        account = dice.choice(accounts)
        yield said(number, account, text, ago=DAY * (730 * dice.random() ** 2), brand=dice.choice(BRANDS),
                   followers=int(math.exp(dice.gauss(5, 2))), likes=dice.randrange(60))  # fmt: skip


def write_shop(store: "Store", customers: Iterable[Customer], records: Iterable[Record]) -> None:
    """Index customers and records."""
    index = {kind: store.alias(kind) for kind in ("customers", "customer-records")}
    actions: list[Action] = [
        Action(operation="index", index=index["customers"], id=one.id, source=to_document(one)) for one in customers
    ]
    actions += [
        Action(operation="index", index=index["customer-records"], id=one.id, source=record_document(one))
        for one in records
    ]
    for start in range(0, len(actions), 10_000):
        assert all(answer.done for answer in send(store.client, actions[start : start + 10_000]))


def speak(store: "Store", mentions: Sequence[Mention]) -> list[str]:
    """Index mentions, and link them to whoever states the account."""
    from indexing.customers import link_new

    ids = put(store, mentions, at=NOW)
    link_new(store)
    return ids
