"""Who refused us is not asked before its time, across crawls; and one target's refusal is not its host's."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.brand import Target
from crawlers.engine import circuit
from crawlers.engine.circuit import Circuit
from crawlers.engine.round import crawl_all
from crawlers.errors import Blocked, LoginRequired, RateLimited, Unreachable
from crawlers.network.ending import Ending, ended_by, ending
from crawlers.network.fetch import Forbidden
from crawlers.network.report import Verdict
from tests.crawl_server import NOTHING, Said, cards, message, page_of, serving

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
REFUSED, SILENT, OK = ended_by(Blocked("HTTP 429")), ended_by(Unreachable("nothing answers")), ending(Verdict.OK)


def after(known: Circuit, minutes: float, *ends: tuple[str, Ending]) -> Circuit:
    for seconds, (target, end) in enumerate(ends):
        known = known.after(target, end, NOW + timedelta(minutes=minutes, seconds=seconds))
    return known


def may_ask(known: Circuit, minutes: float, targets: str = "abc") -> str:
    return "".join(target for target in targets if known.shut(target, NOW + timedelta(minutes=minutes)) is None)


def test_a_refused_target_waits_twice_as_long_each_time_and_a_day_at_the_most() -> None:
    known = after(Circuit(host="h"), 0, ("b", OK), ("a", REFUSED))
    assert (may_ask(known, 14), may_ask(known, 16)) == ("bc", "abc")
    known = after(known, 20, ("a", REFUSED))
    assert (may_ask(known, 49), may_ask(known, 51)) == ("bc", "abc")
    for _ in range(40):
        known = after(known, 100, ("a", REFUSED))
    assert (may_ask(known, 100 + 24 * 60 - 1), may_ask(known, 100 + 24 * 60)) == ("bc", "abc")
    known = after(known, 100, ("a", OK))
    assert known.targets == {} and may_ask(known, 100) == "abc"


def test_every_error_that_is_a_refusal_has_its_time() -> None:
    for error in (Blocked, RateLimited, Unreachable):
        known = after(Circuit(host="h"), 0, ("a", ended_by(error("no"))))
        assert (may_ask(known, 0.1, "a"), may_ask(known, 16, "a")) == ("", "a"), error
    assert may_ask(after(Circuit(host="h"), 0, ("a", ended_by(RateLimited("slow down")))), 6, "a") == "a"


def test_two_new_refusals_are_the_host_s_and_one_try_each_time_finds_out_whether_it_still_refuses() -> None:
    known = after(Circuit(host="h"), 0, ("a", REFUSED), ("b", REFUSED))
    assert (may_ask(known, 14), may_ask(known, 16)) == ("", "abc")
    known = after(known, 15, ("c", REFUSED))
    assert (may_ask(known, 44), may_ask(known, 46)) == ("", "abc"), "one refusal is enough now"
    known = after(known, 45, ("c", OK))
    assert may_ask(known, 45) == "abc" and known.whole is None


def test_targets_that_are_always_refused_do_not_shut_out_the_others() -> None:
    known = after(Circuit(host="h"), 0, ("c", OK), ("a", REFUSED), ("b", REFUSED))
    assert may_ask(known, 10) == "", "two at once may be the host"
    known = after(known, 20, ("c", OK), ("a", REFUSED), ("b", REFUSED))
    for minutes in range(30, 600, 10):
        assert "c" in may_ask(known, minutes)
        known = after(known, minutes, ("c", OK), *((target, REFUSED) for target in may_ask(known, minutes, "ab")))


def test_what_is_no_refusal_shuts_nothing_and_silence_is_soon_tried_again() -> None:
    forbidden, login = ended_by(Forbidden("robots.txt forbids it")), ended_by(LoginRequired("log in"))
    assert (
        may_ask(after(Circuit(host="h"), 0, ("a", forbidden), ("b", login), ("c", ending(Verdict.EMPTY))), 0) == "abc"
    )
    known = after(Circuit(host="h"), 0, ("a", SILENT))
    assert (may_ask(known, 0.3), may_ask(known, 0.4)) == ("bc", "abc")
    for _ in range(9):
        known = after(known, 1, ("a", SILENT))
    assert may_ask(known, 9) == "abc", "the next round asks again"


def test_silence_and_another_refusal_in_between_do_not_begin_anew() -> None:
    known = after(Circuit(host="h"), 0, ("a", OK), ("a", REFUSED), ("a", REFUSED), ("a", REFUSED))
    known = after(known, 61, ("a", SILENT))
    assert (may_ask(known, 68, "a"), may_ask(known, 70, "a")) == ("", "a"), "silence is soon tried again"
    known = after(known, 70, ("a", REFUSED))
    assert (may_ask(known, 70 + 119, "a"), may_ask(known, 70 + 121, "a")) == ("", "a"), "the fourth in a row"
    known = after(known, 200, ("a", ended_by(RateLimited("slow down"))))
    assert (may_ask(known, 200 + 79, "a"), may_ask(known, 200 + 81, "a")) == ("", "a"), "the fifth in a row"


def test_a_refusal_is_remembered_by_the_crawls_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    (tmp_path / "config" / "platforms").mkdir(parents=True)
    (tmp_path / "config" / "platforms" / "weibo_search.yaml").write_text("delay: 0.01\n")
    refuse = True

    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        if refuse:
            return Said(status=432)
        return Said(body=cards(message(1, 1)) if page_of(path) == 1 else NOTHING)

    with serving(answers) as server:
        targets = [Target(feed="weibo_search", query=f"{n}", base_url=server.url) for n in range(5)]
        first = [outcome.report for outcome in crawl_all(targets, "w1")]
        assert len(server.asked) == 2, "the other three are not tried"
        second = [outcome.report for outcome in crawl_all(targets, "w2")]
        assert len(server.asked) == 2
        for report in (*first, *second):
            assert report and report.verdict is Verdict.BLOCKED and "HTTP 432" in report.message
            assert report.incomplete_since and report.not_before and report.not_before > report.finished_at
        assert second[4] and "is not asked before 20" in second[4].message
        kept = next((tmp_path / "data").rglob("circuits/*.json"))
        assert str(kept) in second[4].message, "what to remove is named"
        kept.unlink()
        refuse = False
        third = [outcome.report for outcome in crawl_all(targets, "w3")]
        assert {r and (r.verdict, r.incomplete_since, r.not_before) for r in third} == {(Verdict.OK, None, None)}
    kept.write_text("{")
    assert circuit.load("127.0.0.1") == Circuit(host="127.0.0.1")
