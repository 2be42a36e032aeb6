"""What is done while something else goes on comes in its order, ends with its reader, and leaves no thread behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import pytest

from indexing.elasticsearch.ahead import ahead, meanwhile, side_by_side, whenever
from indexing.elasticsearch.retry import backoff
from indexing.elasticsearch.stop import safe_place

NAME: ContextVar[str] = ContextVar("NAME", default="nobody")
PATIENCE = 10.0


class Broken(Exception):
    """What goes wrong in these tests."""


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def test_two_are_worked_on_at_once_and_come_in_their_order() -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    def work(number: int) -> int:
        both.wait()  # nobody gets on alone
        time.sleep(0.01 * (number % 2))
        return 10 * number

    assert list(side_by_side(work, iter(range(8)))) == [10 * number for number in range(8)]


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_are_under_way_than_allowed_and_none_is_drawn_long_before(most: int) -> None:
    drawn, running, seen = list[int](), list[int](), list[int]()

    def items() -> Iterator[int]:
        for number in range(10):
            drawn.append(number)
            yield number

    def work(number: int) -> int:
        running.append(number)
        seen.append(len(running))
        time.sleep(0.002)
        running.remove(number)
        return number

    for at, number in enumerate(side_by_side(work, items(), most)):
        assert number == at
        assert len(drawn) <= at + most
    assert max(seen) <= most


def test_one_alone_is_no_other_threads() -> None:
    assert list(side_by_side(lambda _: threading.current_thread(), [1])) == [threading.current_thread()]
    assert list(side_by_side(str, [])) == list(side_by_side(str, iter(()))) == list(ahead([])) == []


def test_the_next_is_made_while_the_caller_is_at_the_one_before() -> None:
    made = [threading.Event() for _ in range(4)]

    def making() -> Iterator[int]:
        for number in range(3):
            made[number].set()
            yield number
        made[3].set()

    found = []
    for number in ahead(making()):
        assert made[number + 1].wait(PATIENCE)
        if number < 2:
            assert not made[number + 2].is_set(), "one step, and no further"
        found.append(number)
    assert found == [0, 1, 2]


def broken_at(place: int) -> Iterator[int]:
    for number in range(9):
        if number == place:
            raise Broken
        yield number


def work_broken_at(place: int) -> Callable[[int], int]:
    def work(number: int) -> int:
        time.sleep(0 if number == place else 0.01)  # the error is there first
        if number == place:
            raise Broken
        return number

    return work


@pytest.mark.parametrize("place", range(5))
def test_an_error_comes_in_its_turn(place: int) -> None:
    ways: list[Iterator[int]] = [
        ahead(broken_at(place)),
        side_by_side(lambda number: number, broken_at(place), 3),
        side_by_side(work_broken_at(place), range(9), 3),
    ]
    for way in ways:
        found: list[int] = []
        with pytest.raises(Broken):
            found.extend(iter(lambda way=way: next(way), None))  # type: ignore[misc]
        assert found == list(range(place))
        assert next(way, "over") == "over"


def test_what_stops_a_process_comes_through() -> None:
    class Killed(BaseException):
        pass

    def die(_: int) -> int:
        raise Killed

    with pytest.raises(Killed):
        list(side_by_side(die, range(3)))
    with pytest.raises(Killed):
        list(ahead(map(die, range(3))))
    with pytest.raises(Killed), meanwhile(lambda: die(1)):
        pass


def test_whoever_stops_early_waits_for_what_is_under_way_and_no_more() -> None:
    begun: list[int] = []
    ended: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.02)
        ended.append(number)
        return number

    with pytest.raises(Broken):
        for number in side_by_side(work, range(100)):
            if number == 2:
                raise Broken
    assert sorted(begun) == sorted(ended), "two at a time end in any order"
    assert 3 <= len(begun) <= 4


def test_the_making_is_closed_when_its_reader_stops() -> None:
    at: list[str] = []

    def making() -> Iterator[int]:
        token = NAME.set("maker")
        try:
            for number in range(100):
                at.append(f"{number}")
                yield number
        finally:
            NAME.reset(token)  # which only the context that set it may
            at.append("closed")

    for number in ahead(making()):
        if number == 1:
            break
    assert at == ["0", "1", "2", "closed"]
    assert NAME.get() == "nobody"


def test_the_callers_context_is_seen_and_its_own_stays_as_it_is() -> None:
    def named(number: int) -> str:
        seen = NAME.get()
        NAME.set(f"worker {number}")
        return seen

    said = []
    token = NAME.set("caller")
    assert list(side_by_side(named, range(3))) == ["caller"] * 3
    assert next(ahead(NAME.get() for _ in range(3))) == "caller"
    with meanwhile(lambda: said.append(named(1))):
        assert NAME.get() == "caller"
    assert said == ["caller"]
    assert NAME.get() == "caller"
    NAME.reset(token)


def test_meanwhile_both_go_on_and_both_have_ended_behind_the_block() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[str]()

    def work() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        done.append("work")

    with meanwhile(work):
        assert begun.wait(PATIENCE)
        done.append("block")
        go_on.set()
    assert done == ["block", "work"]


def test_where_the_block_fails_the_work_stops_at_its_next_safe_place() -> None:
    began, done = threading.Event(), list[int]()

    def group(number: int) -> int:
        began.set()
        time.sleep(0.01)
        done.append(number)
        return number

    def work() -> None:
        for _ in side_by_side(group, range(10_000)):
            pass

    for error in (Broken, KeyboardInterrupt):
        began.clear()
        done.clear()
        with pytest.raises(error), meanwhile(work):
            assert began.wait(PATIENCE)
            raise error
        assert 1 <= len(done) < 1_000


@pytest.mark.parametrize("most", [1, 2])
def test_where_the_work_fails_the_block_stops_at_its_next_safe_place(most: int) -> None:
    seen: list[int] = []

    def work() -> None:
        raise Broken("first")

    with pytest.raises(Broken, match="first"), meanwhile(work):
        for number in side_by_side(lambda number: number, range(10_000), most) if most > 1 else ahead(range(10_000)):
            time.sleep(0.005)
            seen.append(number)
    assert len(seen) < 2_000


def test_a_work_within_a_work_is_stopped_too_and_one_behind_it_is_not() -> None:
    within = threading.Event()

    def wait_for_tries() -> None:
        within.set()
        for pause in backoff(PATIENCE):
            time.sleep(min(pause, 0.05))
        raise AssertionError("nobody stopped it")

    def work() -> None:
        with meanwhile(wait_for_tries):
            pass

    with pytest.raises(Broken), meanwhile(work):
        assert within.wait(PATIENCE)
        raise Broken
    safe_place()


def test_of_two_errors_the_first_is_raised_and_the_other_one_logged(caplog: pytest.LogCaptureFixture) -> None:
    failed = threading.Event()

    def fail_first() -> None:
        failed.set()
        raise RuntimeError("came first")

    def fail_second() -> None:
        assert failed.wait(PATIENCE)
        time.sleep(0.05)
        raise RuntimeError("came second")

    with pytest.raises(RuntimeError, match="came first"), meanwhile(fail_first):
        assert failed.wait(PATIENCE)
        time.sleep(0.05)
        raise Broken("came second")
    with pytest.raises(Broken, match="came first"), meanwhile(fail_second):
        failed.set()
        raise Broken("came first")
    assert caplog.messages == ["besides: came second"] * 2
    failed.clear()
    with pytest.raises(KeyboardInterrupt), meanwhile(fail_first):
        assert failed.wait(PATIENCE)
        time.sleep(0.05)
        raise KeyboardInterrupt  # whoever ends the process is heard, whatever came before


def test_of_two_errors_the_blocks_is_raised_and_the_work_is_ended_first() -> None:
    ended: list[bool] = []

    def work() -> None:
        time.sleep(0.02)
        ended.append(True)
        raise RuntimeError

    with pytest.raises(Broken), meanwhile(work):
        raise Broken
    with pytest.raises(RuntimeError), meanwhile(work):
        pass
    assert ended == [True, True]


def test_calls_while_one_still_waits_are_one_and_none_is_begun_after_the_block() -> None:
    begun, on = threading.Semaphore(0), threading.Semaphore(0)
    done: list[str] = []

    def work() -> None:
        begun.release()
        on.acquire(timeout=PATIENCE)
        done.append(NAME.get())

    token = NAME.set("mine")
    with whenever(work) as call:
        call()
        assert begun.acquire(timeout=PATIENCE)
        for _ in range(3):
            call()
        on.release()
        assert begun.acquire(timeout=PATIENCE)
        call()
        on.release()
    NAME.reset(token)
    assert done == ["mine", "mine"]


def test_what_goes_wrong_besides_is_raised_after_the_block() -> None:
    def work() -> None:
        raise Broken

    reached = False
    with pytest.raises(Broken), whenever(work) as call:
        call()
        time.sleep(0.05)
        reached = True
    assert reached


def test_what_goes_wrong_besides_is_raised_by_the_next_call_already() -> None:
    failed = threading.Event()

    def work() -> None:
        failed.set()
        raise Broken

    calls = 0
    with pytest.raises(Broken), whenever(work) as call:
        for _ in range(1_000):
            call()
            calls += 1
            assert failed.wait(PATIENCE)
            time.sleep(0.005)
    assert calls < 1_000


def test_what_is_done_whenever_it_is_called_stops_with_the_block() -> None:
    begun = threading.Event()

    def work() -> None:
        begun.set()
        while True:
            safe_place()
            time.sleep(0.002)

    with pytest.raises(Broken, match="mine"), whenever(work) as call:
        call()
        assert begun.wait(PATIENCE)
        raise Broken("mine")
