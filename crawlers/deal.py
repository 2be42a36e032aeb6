"""A round's targets, dealt to tasks: all targets of one host to one task, so that no two tasks ask a host at once.

    <root>/rounds/<window>.json       the targets of each task
    <root>/rounds/tasks/<task>.json   what the task did in its last round

Tasks are as few as keep each within about a minute by what the hosts took last time, and at most 64. Hosts that take
long share tasks with their like: those that are quick never wait for them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from config import settings
from config.brand import Target
from config.errors import UserError
from crawlers.files import names, read, remove, replace
from crawlers.prepare import prepare
from crawlers.round import HOSTS_AT_ONCE, Outcome, by_host

__all__ = ["MOST_TASKS", "TaskReport", "deal", "dealt", "report_task", "summary"]

MOST_TASKS = 64
_TASK_SECONDS = 60
_PAGES_GUESSED = 3
_OWN_SECONDS = 0.1
"""What a target costs at the least, whatever its host."""
_ROUNDS_KEPT = 3
_SLOWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReport:
    """What one task of a round did: its targets by verdict, and what somebody should look at.

    `seconds`: by host, what a target of it took on an average. `may_pass`: another try soon may mend a fault.
    """

    window: str
    verdicts: dict[str, int]
    faults: tuple[str, ...]
    may_pass: bool
    seconds: dict[str, float]

    @property
    def hosts(self) -> str:
        """The hosts, in a few words for people."""
        first, *others = sorted(self.seconds)
        return f"{first} and {len(others)} more" if others else first


def deal(targets: Sequence[Target], window: str) -> int:
    """Deal the targets of a round, and return to how many tasks."""
    hosts = by_host(targets)
    took = {host: seconds for report in _reports() for host, seconds in report.seconds.items()}
    expected = {host: _expected(own, took.get(host)) for host, own in hosts.items()}
    total = sum(expected.values())
    tasks = min(MOST_TASKS, max(1, round(total / (_TASK_SECONDS * HOSTS_AT_ONCE))))
    parts: list[list[Target]] = [[] for _ in range(tasks)]
    before = 0.0
    for host in sorted(hosts, key=lambda host: (expected[host], host)):
        parts[min(tasks - 1, int(before / total * tasks))] += hosts[host]
        before += expected[host]
    dealt = [[target.model_dump() for target in part] for part in parts if part]
    replace(_plan(window), msgspec.json.encode(dealt))
    for old in names(_folder())[:-_ROUNDS_KEPT]:
        remove(f"{_folder()}/{old}")
    return len(dealt)


def dealt(window: str, task: int) -> list[Target]:
    """Return the targets of one task of a round; UserError where the round was not dealt."""
    content = read(_plan(window))
    if content is None:
        raise UserError(f"{_plan(window)}: missing: run the round's task `deal` again")
    return [Target(**target) for target in msgspec.json.decode(content)[task]]


def report_task(outcomes: Sequence[Outcome], window: str, task: int) -> TaskReport:
    """Return what a task did, and keep it for the round's summary and the deals to come."""
    took: dict[str, list[float]] = {}
    for outcome in outcomes:
        took.setdefault(outcome.host, []).append(outcome.seconds)
    faults = [outcome for outcome in outcomes if outcome.fault]
    report = TaskReport(
        window=window,
        verdicts=Counter(outcome.report.verdict if outcome.report else "not crawled" for outcome in outcomes),
        faults=tuple(str(outcome.fault) for outcome in faults),
        may_pass=any(outcome.may_pass for outcome in faults),
        seconds={host: round(sum(seconds) / len(seconds), 2) for host, seconds in took.items()},
    )
    replace(f"{_folder()}/tasks/{task}.json", msgspec.json.encode(report))
    return report


def summary(window: str) -> str:
    """Return what a round came to, in lines for people: the verdicts, the slowest hosts, and each fault."""
    reports = [report for report in _reports() if report.window == window]
    verdicts: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    for report in reports:
        verdicts.update(report.verdicts)
        seconds |= report.seconds
    slowest = sorted(seconds, key=lambda host: -seconds[host])[:_SLOWEST]
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.most_common())
    return "\n".join(
        [
            f"{verdicts.total():,} targets on {len(seconds):,} hosts in {len(reports)} tasks: {told}",
            "slowest, in seconds a target: " + ", ".join(f"{host} {seconds[host]:.1f}" for host in slowest),
            *(fault for report in reports for fault in report.faults),
        ]
    )


def _reports() -> Iterator[TaskReport]:
    for name in names(f"{_folder()}/tasks"):
        try:
            yield msgspec.json.decode(read(f"{_folder()}/tasks/{name}") or b"", type=TaskReport)
        except msgspec.DecodeError:
            continue  # no more than a guess is lost


def _expected(targets: Sequence[Target], each: float | None) -> float:
    """Return the seconds that a host's targets will take, one after the other."""
    if each is not None:
        return len(targets) * max(each, _OWN_SECONDS)
    return sum(_OWN_SECONDS + _delay(target) * (1 + _PAGES_GUESSED) for target in targets)


def _delay(target: Target) -> float:
    try:
        return prepare(target, run_id="")[1].delay
    except UserError:
        return 0


def _plan(window: str) -> str:
    return f"{_folder()}/{window}.json"


def _folder() -> str:
    return f"{settings.stage_root().rstrip('/')}/rounds"
