"""What is hard about moods, on posts of our own that were written before any tuning: the share that is read right."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pytest

from nlp.reader import Reader
from nlp.sentiment import engine
from nlp.stance.scene import SentimentTarget
from tests.fresh_cases import first, second
from tests.mood_cases import Case, afterwards, cases
from tests.other_hands import kept, mended

KINDS = {
    "hope", "praise_of_others", "third_party_news", "irony", "emoji", "contrast", "comparison", "advertising", "long",
    "middle",
}  # fmt: skip
LEAST = {"default": 0.82, "fast": 0.82}


def read(name: str, found: Sequence[Case]) -> Iterator[tuple[Case, bool]]:
    readings = Reader(engine(name)).read([one.text for one in found], [SentimentTarget.of(one.target) for one in found])
    yield from ((case, reading.best()[0] == case.label) for case, reading in zip(found, readings, strict=True))


@pytest.mark.parametrize("name", LEAST)
def test_most_hard_posts_are_read_as_people_read_them(name: str) -> None:
    by_kind = defaultdict(list)
    for case, is_right in read(name, list(cases())):
        by_kind[case.kind].append(is_right)
    shares = {kind: sum(right) / len(right) for kind, right in by_kind.items()}
    print(name, {kind: round(share, 2) for kind, share in shares.items()})  # noqa: T201 - the figures by kind
    assert by_kind.keys() == KINDS
    assert min(map(len, by_kind.values())) >= 20
    assert sum(map(sum, by_kind.values())) / sum(map(len, by_kind.values())) >= LEAST[name]
    assert {kind for kind, share in shares.items() if share < 0.6} <= {"irony"}


@pytest.mark.parametrize("name", LEAST)
def test_posts_that_nothing_was_made_with_are_read_as_measured(name: str) -> None:
    right = [is_right for _, is_right in read(name, list(afterwards()))]
    assert len(right) > 50
    assert sum(right) / len(right) >= 0.65


@pytest.mark.parametrize("name", LEAST)
def test_posts_in_another_hand_are_read_as_measured(name: str) -> None:
    """`second` was looked at once, when all rules stood: 0.52 (`default`) right before, 0.75 now."""
    for batch, least in ((first, 0.88), (second, 0.7)):
        right = [is_right for _, is_right in read(name, list(batch()))]
        assert len(right) > 80
        assert sum(right) / len(right) >= least


@pytest.mark.parametrize("name", LEAST)
def test_posts_of_six_hands_are_read_as_measured(name: str) -> None:
    """Of `kept` 0.62 (`default`) and 0.54 (`fast`) were right before, 0.67 and 0.61 when it was opened."""
    for batch, least in ((mended, 0.85), (kept, 0.65)):
        by_kind = defaultdict(list)
        for case, is_right in read(name, list(batch())):
            by_kind[case.kind].append(is_right)
        assert min(map(len, by_kind.values())) >= 5
        assert sum(map(sum, by_kind.values())) / sum(map(len, by_kind.values())) >= least
