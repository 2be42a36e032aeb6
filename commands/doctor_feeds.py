"""`tingfeng doctor --feeds`: one request to each configured feed, and what it needs, in Chinese or English."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console
from config.both import Both

if TYPE_CHECKING:
    from crawlers.engine.probe import Need, Probe

__all__ = ["Language", "try_feeds"]


class Language(StrEnum):
    """What the table is written in."""

    ZH = "zh"
    EN = "en"


_COLUMNS = (Both("来源", "feed"), Both("查询", "query"), Both("结果", "verdict"), Both("首页帖数", "posts"))
_NEEDS, _SAYS = Both("所需", "needs"), Both("说明", "what it says")
_VERDICTS = {
    "ok": Both("正常", "ok"),
    "empty": Both("平台称无内容", "empty, the platform says"),
    "short": Both("偏少", "short"),
    "blocked": Both("被拒", "blocked"),
    "rate_limited": Both("限速", "rate limited"),
    "login_required": Both("需登录", "login required"),
    "schema_changed": Both("页面已改", "schema changed"),
    "unreachable": Both("连不上", "unreachable"),
    "cut_short": Both("未读全", "cut short"),
    None: Both("未能尝试", "not tried"),
}
_KINDS = {
    "cookie": Both("Cookie", "cookie"),
    "token": Both("令牌", "token"),
    "signature": Both("签名", "signature"),
    "robots": Both("robots.txt", "robots.txt"),
    "address": Both("另址", "address"),
}
_GIVEN = {True: Both("有", "given"), False: Both("未设", "not set"), None: Both("可选", "none, optional")}
_OBEYED = {True: Both("遵守", "obeyed"), False: Both("不遵守", "ignored")}
_SUM = Both("{fine} / {all} 可用", "{fine} of {all} answer")
_NONE = Both("没有品牌在 crawl: 下写来源", "no brand names a feed under `crawl:`")


def try_feeds(language: Language) -> None:
    """Try them all and print the table; exit with 1 where one gives nothing."""
    from config.brand import load_brands
    from crawlers.engine.probe import probes
    from indexing.pipeline import to_crawl

    targets = to_crawl(load_brands())
    if not targets:
        console.print(_said(_NONE, language))
        return
    with console.status("…"):
        found = list(probes(targets))
    console.print(_table(found, language))
    fine = sum(one.fine for one in found)
    console.print(_said(_SUM, language).format(fine=fine, all=len(found)))
    if fine < len(found):
        raise typer.Exit(1)


def _table(found: "Sequence[Probe]", language: Language) -> Table:
    made = Table("", *(_said(name, language) for name in (*_COLUMNS, _NEEDS, _SAYS)), box=None, padding=(0, 1))
    for one in found:
        mark = Text("ok", style="green") if one.fine else Text("no", style="red")
        verdict = _said(_VERDICTS[one.verdict and one.verdict.value], language)
        needs = "\n".join(_need(need, language) for need in one.needs)
        made.add_row(
            mark,
            one.feed,
            Text(one.query),
            verdict,
            f"{one.posts:,}" if one.verdict else "",
            Text(needs),
            Text(one.message),
        )
    return made


def _need(need: "Need", language: Language) -> str:
    if need.kind == "robots":
        return f"robots.txt: {_said(_OBEYED[bool(need.given)], language)}"
    if need.kind == "address":
        return f"{_said(_KINDS[need.kind], language)}: {need.name}"
    return f"{_said(_KINDS[need.kind], language)} {need.name}: {_said(_GIVEN[need.given], language)}"


def _said(words: Both, language: Language) -> str:
    return words.zh if language is Language.ZH else words.en
