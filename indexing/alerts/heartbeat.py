"""Signs of life: a daily message to people, and a ping to a watcher elsewhere that raises the alarm when none comes."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache

import httpx

from config import settings
from config.channel import Channel
from config.rota import Rota
from crawlers.spider import is_loopback
from indexing.alerts import records
from indexing.alerts.channels import send
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.message import of_words
from indexing.alerts.rate import is_done, locked
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["beat", "ping"]

_DAY = timedelta(days=1)
_PATIENCE = 10.0

_log = logging.getLogger(__name__)


def beat(
    store: Store,
    channels: Sequence[Channel],
    rota: Rota | None,
    *,
    now: datetime,
    further: Callable[[], str] = str,
) -> int:
    """Send the rota's daily message where it is due, once a day and channel; return how many channels confirmed it.

    `further` gives what it says besides its own figures, asked for only where a message is due.
    """
    if rota is None or rota.heartbeat is None:
        return 0
    local = now.astimezone(settings.DAY_ZONE)
    if local.hour * 60 + local.minute < rota.heartbeat.at:
        return 0
    further = cache(further)  # it takes replays of rules, and is the same for every channel
    return sum(
        _beat(store, channel, local.date(), now, further)
        for channel in channels
        if channel.id in rota.heartbeat.channels
    )


def _beat(store: Store, channel: Channel, today: date, now: datetime, further: Callable[[], str]) -> bool:
    with locked(f"heartbeat.{channel.id}.day") as file:
        if is_done(file.read(), today):
            return False
        words = "\n".join(filter(None, (_words(store, now), further())))
        try:
            send(of_words(f"heartbeat:{channel.id}:{today}", "【心跳预警】听风运行正常 alive", words), channel)
        except NotDelivered as error:
            _log.warning("the heartbeat did not reach %s: %s", channel.id, error)
            return False
        file.seek(0)
        file.truncate()
        file.write(today.isoformat())
        return True


def ping() -> bool:
    """Ask the watcher's address, `TINGFENG_DEADMAN_URL`, where there is one; say whether it answered."""
    url = settings.secret("TINGFENG_DEADMAN_URL")
    if not url:
        return False
    try:
        answer = httpx.get(url, timeout=_PATIENCE, trust_env=not is_loopback(url))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        _log.warning("the watcher behind TINGFENG_DEADMAN_URL did not answer (%s)", type(error).__name__)
        return False
    if not answer.is_success:
        _log.warning("the watcher behind TINGFENG_DEADMAN_URL answered HTTP %d", answer.status_code)
    return answer.is_success


def _words(store: Store, now: datetime) -> str:
    day = {"range": {"@timestamp": {"gte": (now - _DAY).isoformat()}}}
    raised = with_retries(lambda: store.client.count(index=store.alias("alerts"), query=day))["count"]
    seen = {"range": {"event.ingested": {"gte": (now - _DAY).isoformat()}}}
    mentions = with_retries(lambda: store.client.count(index=store.alias("mentions"), query=seen))["count"]
    still_open, waiting = len(records.firing(store)), len(records.undelivered(store))
    return (
        f"过去 24 小时：新提及 {mentions} 条，预警 {raised} 条；未解除 {still_open} 条，待送达 {waiting} 条。\n"
        f"Last 24 hours: {mentions:,} new mentions, {raised:,} alerts; {still_open:,} open, {waiting:,} undelivered."
    )
