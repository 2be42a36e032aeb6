"""A why-not in words, in Chinese and in English, and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from config.both import Both
from config.settings import DAY_ZONE
from indexing.alerts.facts import ZONE, clock
from indexing.alerts.figure_names import FIGURES
from indexing.evidence.alerts_then import AlertThen
from indexing.evidence.at import Standing
from indexing.evidence.known import Feed
from indexing.evidence.why_not import WhyNot

__all__ = ["as_json", "told"]

_MOST_RULES = 20
_NAMES = {
    "recent": Both("近期提及", "recent mentions"),
    "shift": Both("占比变化", "shift of the share"),
    "drop": Both("评分下降", "fall of the rating"),
}


def told(found: WhyNot, name: str) -> Iterator[str]:
    """Yield the answer line by line: the short one first, then what it rests on."""
    yield f"{name}  {found.at.astimezone(DAY_ZONE):%Y-%m-%d %H:%M} ({ZONE.zh} {ZONE.en})"
    for line in _short(found):
        yield f"{line.zh}  {line.en}"
    yield "规则 rules"
    yield from (f"  {line.zh}  {line.en}" for line in _rules(found))
    yield "当时已知 known by then"
    yield from (f"  {line.zh}  {line.en}" for line in _known(found))
    if found.alerts or found.silences or found.quiet or found.duty or found.overrides:
        yield "预警 alerts"
        yield from (f"  {line.zh}  {line.en}" for line in _alerts(found))


def _short(found: WhyNot) -> Iterator[Both]:
    sent = [(alert, one) for alert in found.alerts for one in alert.sent]
    known = {alert.id for alert in found.alerts}
    held = [alert for alert in found.alerts if alert.held and not alert.sent and alert.lead not in known]
    if sent:
        alert, last = max(sent, key=lambda pair: pair[1].at)
        zh, en = (" ".join(filter(None, (last.channel, more))) for more in last.said or ("", ""))
        yield Both(
            f"有：{alert.id} 于 {clock(last.at)} 送达 {zh}", f"Something did: {alert.id} at {clock(last.at)}, {en}"
        )
    elif held:
        why = (held[-1].held and held[-1].held.said) or Both("", "")
        yield Both(f"已发现，未发送：{held[-1].id}：{why.zh}", f"Found, not sent: {held[-1].id}: {why.en}")
    if found.gap:
        yield _nobody(found)
    elif not (sent or held):
        yield _nearest(found)
    blind = [one for one in found.known.feeds if one.blind]
    if blind:
        yield Both(f"{len(blind)} 个信源当时没有看全", f"{len(blind)} feeds had not seen all by then")
    if found.known.late:
        count, negative = found.known.late, found.known.late_negative
        yield Both(
            f"此前 {_hours(found)} 小时内发布的 {count} 条（负面 {negative}）之后才入库",
            f"{count:,} mentions of the {_hours(found)} hours before ({negative:,} negative) came only afterwards",
        )
    if found.next_alert:
        id, at = found.next_alert
        yield Both(f"此后第一个预警：{clock(at)} {id}", f"The first alert afterwards: {id} at {clock(at)}")


def _nearest(found: WhyNot) -> Both:
    if not found.standings:
        return Both("没有规则数到任何提及", "No rule counted any mention")
    if found.standings[0].state.closeness >= 1:
        return Both("规则已触发", f"A rule fires: {found.standings[0].rule}")
    nearest = _standing(found.standings[0])
    return Both(f"没有规则触发，最接近的：{nearest.zh}", f"No rule fired; the nearest: {nearest.en}")


def _nobody(found: WhyNot) -> Both:
    if found.evaluated is None:
        return Both("此前两天没有任何评估记录", "Nobody evaluated in the two days before: is the DAG `alert` on?")
    last = clock(found.evaluated.at)
    until = found.evaluated.next_at
    later = Both(f"，直到 {clock(until)}", f", until {clock(until)}") if until else Both("", "")
    return Both(
        f"没有人在看：最后一次评估是 {last}{later.zh}", f"Nobody looked: the last evaluation was {last}{later.en}"
    )


def _rules(found: WhyNot) -> Iterator[Both]:
    moment = found.evaluated
    if moment is None:
        return
    yield Both(
        f"最后一次评估 {clock(moment.at)}，{moment.rules} 条规则，由 {moment.writer} 记录",
        f"last evaluated {clock(moment.at)}: {moment.rules:,} rules, written by {moment.writer}",
    )
    if moment.erased:
        yield Both("记录内容已过保留期", "what it found is past its retention")
    for one in found.standings[:_MOST_RULES]:
        yield _standing(one)
    if (more := len(found.standings) - _MOST_RULES) > 0:
        yield Both(f"另有 {more} 条规则离得更远", f"{more} more rules were further away")
    if found.unseen and not moment.erased:
        names = ", ".join(found.unseen[:10]) + ("…" if len(found.unseen) > 10 else "")
        yield Both(f"没有数到提及：{names}", f"counted no mention: {names}")
    for rule, reason in moment.failed.items():
        yield Both(f"{rule}：索引没有回答：{reason}", f"{rule}: the index did not answer: {reason}")


def _standing(one: Standing) -> Both:
    state, since = one.state, clock(one.since)
    subject = f" {state.subject}" if state.subject else ""
    if not state.name:
        return Both(f"{one.rule}{subject} {'触发' if state.fires else ''}", f"{'fires' if state.fires else 'silent'}")
    name = _NAMES.get(state.name) or FIGURES.get(state.name) or Both(state.name, state.name)
    value, takes = f"{state.value:,.4g}", f"{state.takes:,.4g}"
    if state.fires:
        return Both(f"{one.rule}{subject} 触发：{name.zh} {value}（{since} 起）", f"fires since {since}")
    word = Both("须低于", "takes less than") if state.below else Both("须达到", "takes")
    return Both(
        f"{one.rule}{subject}：{name.zh} {value}，{word.zh} {takes}，即 {state.closeness:.0%}（{since} 起）",
        f"{one.rule}: {name.en.lower()} {value}, {word.en} {takes}: {state.closeness:.0%} of the way, since {since}",
    )


def _known(found: WhyNot) -> Iterator[Both]:
    known = found.known
    yield Both(
        f"此前 {_hours(found)} 小时：{known.mentions} 条提及，负面 {known.negative}",
        f"{_hours(found)} hours before: {known.mentions:,} mentions, {known.negative:,} negative",
    )
    if known.late and known.late_first and known.late_last:
        between = f"{clock(known.late_first)} – {clock(known.late_last)}"
        yield Both(
            f"之后才入库：{known.late} 条（负面 {known.late_negative}），{between}",
            f"received only later: {known.late:,} ({known.late_negative:,} negative), {between}",
        )
    if not known.feeds:
        yield Both("没有任何采集记录", "no crawl is on record")
    yield from (_feed(feed) for feed in known.feeds if feed.blind)
    if whole := [feed for feed in known.feeds if not feed.blind]:
        yield _whole(whole)


def _whole(feeds: Sequence[Feed]) -> Both:
    """Say of all feeds that were seen whole at once when the one longest ago was."""
    oldest = min(feeds, key=lambda feed: feed.last_at or datetime.max.replace(tzinfo=DAY_ZONE))
    last = clock(oldest.last_at) if oldest.last_at else ""
    name = f"{oldest.feed} {oldest.query}"
    if len(feeds) == 1:
        return Both(f"{name}：{last} 采全", f"seen whole at {last}")
    return Both(
        f"{len(feeds)} 个信源采全，其中最早的是 {last} 的 {name}",
        f"{len(feeds)} feeds were seen whole, the one longest ago at {last}",
    )


def _feed(feed: Feed) -> Both:
    name = f"{feed.feed} {feed.query}"
    if feed.last_at is None:
        return Both(f"{name}：从未采集", "never crawled by then")
    last = clock(feed.last_at)
    seen = Both(f"上次看全 {clock(feed.seen_at)}", f"last seen whole {clock(feed.seen_at)}") if feed.seen_at else Both(
        "从未看全", "never seen whole"
    )  # fmt: skip
    gap = f", gap since {clock(feed.incomplete_since)}" if feed.incomplete_since else ""
    message = f": {feed.message}" if feed.message else ""
    return Both(f"{name}：{last} {feed.verdict}，{seen.zh}", f"{feed.verdict} at {last}, {seen.en}{gap}{message}")


def _alerts(found: WhyNot) -> Iterator[Both]:
    for one in found.silences:
        yield Both(
            f"静默 {one.id}（{one.matcher}）至 {clock(one.until)}：{one.reason}",
            f"silence by {one.author} until {clock(one.until)}",
        )
    for override in found.overrides:
        yield Both(
            f"值班调整 {override.id}：{override.words().zh}，至 {clock(override.end)}：{override.reason}",
            f"{override.words().en}: override by {override.author} until {clock(override.end)}",
        )
    if found.duty:
        yield Both(f"值班：{'、'.join(found.duty)}", "on duty (by today's shifts and the overrides of then)")
    if found.quiet:
        yield Both("安静时段，只有 crisis 会通知", "quiet hours, which only a crisis breaks (by today's rota)")
    for alert in found.alerts:
        yield from _alert(alert)


def _alert(alert: AlertThen) -> Iterator[Both]:
    yield Both(f"{alert.id}：{clock(alert.raised_at)} 发现", f"found {clock(alert.raised_at)}")
    for one in alert.happened[1:]:
        more = one.said or Both("", "")
        zh = " · ".join(filter(None, (one.what.zh, one.channel, one.by, more.zh)))
        en = " · ".join(filter(None, (one.what.en, one.by and f"by {one.by}", more.en)))
        yield Both(f"  {clock(one.at)} {zh}", en)


def _hours(found: WhyNot) -> str:
    return f"{(found.at - found.known.since).total_seconds() / 3600:g}"


def as_json(found: WhyNot) -> dict[str, Any]:
    """Return the whole answer as JSON's values, times in UTC."""
    return dict(msgspec.to_builtins(found))
