"""A round's targets, dealt to tasks: all targets of one host to one task, so that no two tasks ask a host at once.

    <root>/rounds/<window>.json       the targets of each task
    <root>/rounds/tasks/<task>.json   what the task did in its last round

Tasks are as few as keep each within about a minute by what the hosts took last time, and at most 64. Hosts that take
longer than that share tasks with their like: a task of quick hosts never waits for them.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from config import settings
from config.brand import Target
from config.errors import UserError
from crawlers.engine.round import HOSTS_AT_ONCE, Host, Outcome, by_host
from crawlers.storage.files import names, read, remove, replace

__all__ = ["MOST_TASKS", "TaskReport", "deal", "dealt", "report_task", "summary"]

MOST_TASKS = 64
_TASK_SECONDS = 60
_PAGES_GUESSED = 3
_OWN_SECONDS = 0.1
"""What a target costs at the least, whatever its host."""
_ROUNDS_KEPT = 3
_SLOWEST, _TOLD = 5, 20


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

    @property
    def told(self) -> str:
        """The first faults, for a message."""
        more = len(self.faults) - _TOLD
        return "\n".join(
            [*self.faults[:_TOLD], *([f"and {more} more, which the round's last task names"] * (more > 0))]
        )


def deal(targets: Sequence[Target], window: str) -> int:
    """Deal the targets of a round, and return to how many tasks."""
    took = {host: seconds for report in _reports() for host, seconds in report.seconds.items()}
    expected = {host: _expected(host, took.get(host.name)) for host in by_host(targets)}
    ordered = sorted(expected, key=lambda host: (expected[host], host.name))
    slow = [host for host in ordered if expected[host] > _TASK_SECONDS]
    quick = ordered[: len(ordered) - len(slow)]
    for_slow = min(MOST_TASKS // 2, -(-len(slow) // HOSTS_AT_ONCE))
    for_quick = -(-sum(expected[host] for host in quick) // (_TASK_SECONDS * HOSTS_AT_ONCE))
    parts = _spread(quick, min(MOST_TASKS - for_slow, int(for_quick))) + _spread(slow, for_slow)
    replace(_plan(window), msgspec.json.encode([[target.model_dump() for target in part] for part in parts]))
    for old in names(_folder())[:-_ROUNDS_KEPT]:
        remove(f"{_folder()}/{old}")
    return len(parts)


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


def _reports() -> list[TaskReport]:
    """Return what is known of the tasks' last rounds, the newest last."""
    found = []
    for name in names(f"{_folder()}/tasks"):
        with suppress(msgspec.DecodeError):  # no more than a guess is lost
            found.append(msgspec.json.decode(read(f"{_folder()}/tasks/{name}") or b"", type=TaskReport))
    return sorted(found, key=lambda report: report.window)


def _spread(hosts: Sequence[Host], tasks: int) -> list[list[Target]]:
    return [[target for host in hosts[task::tasks] for target in host.targets] for task in range(tasks)]


def _expected(host: Host, each: float | None) -> float:
    """Return the seconds that a host's targets will take, one after the other."""
    guess = host.delay * (1 + _PAGES_GUESSED) if each is None else each
    return len(host.targets) * max(guess, _OWN_SECONDS)


def _plan(window: str) -> str:
    return f"{_folder()}/{window}.json"


def _folder() -> str:
    return f"{settings.stage_root().rstrip('/')}/rounds"
