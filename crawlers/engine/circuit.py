"""Hosts that refused us, or did not answer, are not asked again before their time: one file a host, for all crawls.

    <root>/circuits/<host>.json

A target that is refused waits, twice as long with each refusal in a row. It may be at fault alone, such as a page that
is for members; but where two that were answered before are refused with no answer in between, it is the host that
refuses, and all its targets wait. Then one of them tries, and another refusal doubles the time for all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import msgspec

from config import settings
from config.brand import Target
from crawlers.network.ending import Ending, ending
from crawlers.network.report import Verdict
from crawlers.spider import Job
from crawlers.storage.files import read, remove
from crawlers.storage.files import replace as write
from crawlers.storage.stage import query_folder

__all__ = ["Circuit", "Refusal", "guarded", "load", "name_of", "save"]

_FIRST = {
    Verdict.BLOCKED: timedelta(minutes=15),
    Verdict.RATE_LIMITED: timedelta(minutes=5),
    Verdict.UNREACHABLE: timedelta(seconds=20),
}
_LONGEST = {
    Verdict.BLOCKED: timedelta(days=1),
    Verdict.RATE_LIMITED: timedelta(hours=6),
    Verdict.UNREACHABLE: timedelta(minutes=8),
}
_OF_THE_HOST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why, when last and how often in a row somebody was refused, and until when no other try is made."""

    verdict: Verdict
    reason: str
    at: datetime
    times: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """What is known of one host; `targets` are those refused, `whole` is the host's own state."""

    host: str
    answered_at: datetime | None = None
    whole: Refusal | None = None
    targets: dict[str, Refusal] = field(default_factory=dict)

    def shut(self, target: str, now: datetime) -> Ending | None:
        """Return how a crawl of the target ends without a request, or None where the host may be asked."""
        last = self._last(target)
        if last is None or last.until <= now:
            return None
        again = f"{last.until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        often = f"{last.times} times in a row" if last.times > 1 else "once"
        end = ending(
            last.verdict,
            f"{self.host} is not asked before {again} (remove {_path(self.host)} to ask at once), for it refused or "
            f"did not answer {often}: {last.reason}",
        )
        return replace(end, not_before=last.until)

    def until(self, target: str) -> datetime | None:
        """Return when the target may be asked for again; None where it always may."""
        last = self._last(target)
        return last.until if last else None

    def _last(self, target: str) -> Refusal | None:
        refusals = [refusal for refusal in (self.whole, self.targets.get(target)) if refusal]
        return max(refusals, key=lambda refusal: refusal.until, default=None)

    def after(self, target: str, end: Ending, now: datetime) -> "Circuit":
        """Return what is known after a crawl that did ask the host and ended so."""
        others = {name: refusal for name, refusal in self.targets.items() if name != target}
        if not end.refused:
            return replace(self, answered_at=now, whole=None, targets=others)
        own = _again(self.targets.get(target), end, now)
        fresh = [one for one in (*others.values(), own) if one.times == 1 and _later(one.at, self.answered_at)]
        whole = _again(self.whole, end, now) if self.whole or len(fresh) >= _OF_THE_HOST else None
        return replace(self, whole=whole, targets={**others, target: own})


def name_of(target: Target | Job) -> str:
    """Return the name under which a target stands in its host's circuit."""
    return f"{target.feed} {target.query}"


def guarded(host: str, job: Job, run: Callable[[], Ending]) -> Ending:
    """Run a crawl of the host, unless its time has not come, and keep how it ended.

    A job without a delay is none that spares its host.
    """
    if not job.delay:
        return run()
    known = load(host)
    if shut := known.shut(name_of(job), datetime.now(UTC)):
        return shut
    end = run()
    after = known.after(name_of(job), end, datetime.now(UTC))
    save(known, after)
    return replace(end, not_before=after.until(name_of(job)))


def load(host: str) -> Circuit:
    """Return what is known of a host; what cannot be read is forgotten."""
    content = read(_path(host))
    try:
        return msgspec.json.decode(content, type=Circuit) if content else Circuit(host=host)
    except msgspec.DecodeError:
        return Circuit(host=host)


def save(before: Circuit, after: Circuit) -> None:
    """Keep what is known of a host, where there is something to know."""
    if after.targets:
        write(_path(after.host), msgspec.json.encode(after))
    elif before.targets:
        remove(_path(after.host))


def _again(before: Refusal | None, end: Ending, now: datetime) -> Refusal:
    silent, was_silent = (one and one.verdict is Verdict.UNREACHABLE for one in (end, before))
    if before and silent and not was_silent:  # a refusal is not forgotten because the host was silent once
        return replace(before, reason=end.message, at=now, until=now + _LONGEST[Verdict.UNREACHABLE])
    times = before.times + 1 if before and silent == was_silent else 1
    wait = min(_FIRST[end.verdict] * 2 ** min(times - 1, 20), _LONGEST[end.verdict])
    return Refusal(verdict=end.verdict, reason=end.message, at=now, times=times, until=now + wait)


def _later(at: datetime, than: datetime | None) -> bool:
    return than is None or at > than


def _path(host: str) -> str:
    return f"{settings.stage_root().rstrip('/')}/circuits/{query_folder(host)}.json"
