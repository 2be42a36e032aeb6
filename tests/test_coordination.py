"""Likeness and the 水军 score on tables and on edited real posts: which texts are copies, and what looks arranged."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from indexing.stories.assign import Known, Leader, Place, Role, StoryPost, assign
from indexing.stories.coordination import coordination, copied_in_bursts, evenness
from indexing.stories.likeness import alike, likenesses, normalised
from indexing.stories.marks import gaps, joined, voices
from indexing.stories.rows import Row
from tests.story_posts import DAY, HOUR, LONG, MINUTE, NOW, research_texts

SECOND = timedelta(seconds=1)


def row(number: int, *, after: timedelta = timedelta(), **fields: Any) -> Row:
    values: dict[str, Any] = {"role": "origin", "author": f"u{number}", "label": "neutral", "words": "=same", **fields}
    at = round((NOW + after).timestamp() * 1_000)
    return Row(mention=f"m{number}", post_id=f"p{number}", brand="b", story="s", at=at, platform="weibo", **values)


def measured(moments: Sequence[datetime]) -> dict[int, int]:
    """Return how many intervals of each class lie between the moments."""
    rows = [row(number, after=moment - NOW) for number, moment in enumerate(moments)]
    return Counter(interval for _, interval in gaps(rows, ()) if interval is not None)


def seconds(*values: int) -> list[datetime]:
    return [NOW + value * SECOND for value in values]


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        (seconds(*range(0, 600, 30)), 1.0),  # every thirty seconds
        (seconds(*range(0, 300, 30), *range(300, 900, 60)), 0.5),  # two lengths only
        (seconds(1, 5, 6, 40, 41, 300, 420, 424, 2_000, 2_031, 9_000), 0.0),  # people
        (seconds(0, 30, 60), None),  # too few
        (seconds(*[5] * 20), None),  # all at one moment have no intervals
    ],
)
def test_even_intervals_are_seen(moments: Sequence[datetime], expected: float | None) -> None:
    assert evenness(measured(moments)) == (None if expected is None else pytest.approx(expected, abs=0.06))


def test_the_same_words_count_when_several_accounts_post_them_within_minutes() -> None:
    quick = [row(n, after=n * MINUTE) for n in range(4)]
    slow = [row(10 + n, after=n * HOUR, words="=other") for n in range(4)]
    alone = [row(20 + n, after=n * MINUTE, words="=third", author="one") for n in range(4)]
    wordless = [row(30 + n, words=None) for n in range(4)]
    assert copied_in_bursts([*quick, *slow, *alone, *wordless]) == {one.mention for one in quick}


def test_an_arranged_story_and_a_real_one_are_told_apart_by_their_parts() -> None:
    even, wild = {10: 19}, {number: 1 for number in range(11)}
    bad = coordination(copies=(20, 20), intervals=even, names=(20, 20), accounts=(20, 20))
    good = coordination(copies=(0, 12), intervals=wild, names=(0, 12), accounts=(0, 12))
    assert (bad.score, bad.copies, bad.rhythm, bad.names, bad.accounts) == (1.0, 1.0, 1.0, 1.0, 1.0)
    assert good.score < 0.1
    unseen = coordination(copies=(0, 0), intervals={}, names=(0, 0), accounts=(0, 0))
    assert (unseen.score, unseen.copies, unseen.rhythm, unseen.names, unseen.accounts) == (0.0, None, None, None, None)


def test_a_part_that_nobody_can_see_has_no_weight() -> None:
    found = coordination(copies=(5, 5), intervals={12: 4}, names=(0, 0), accounts=(0, 0))
    assert (found.score, found.copies, found.names) == (1.0, 1.0, None)


def test_the_followers_that_were_seen_last_speak_for_an_account() -> None:
    rows = [row(1, author="u1", followers=100), row(2, after=HOUR, author="u1", followers=90)]
    rows.append(row(3, after=2 * HOUR, author="u1"))
    assert voices(rows) == {"m2"}
    assert voices([*rows, row(4, author="u2"), row(5, after=HOUR, author="u2")]) == {"m2", "m5"}
    assert voices([row(6, author=None)]) == set()


def test_an_account_joins_a_told_story_once() -> None:
    rows = [row(1, author="u1"), row(2, after=HOUR, author="u1"), row(3, author="u2")]
    assert joined(rows, {"s"}) == {"m1", "m3"}
    assert joined(rows, set()) == set()


def test_of_one_moment_one_mention_bears_the_interval() -> None:
    rows = [row(1), row(2, after=MINUTE), row(3, after=MINUTE), row(4, after=MINUTE + SECOND)]
    assert dict(gaps(rows, ())) == {"m1": None, "m2": 12, "m3": None, "m4": 0}
    assert dict(gaps(rows, {"m1"})) == {"m2": 12, "m3": None, "m4": 0}


def post(id: str, *, ago: timedelta = timedelta(), text: str = LONG, root: str | None = None) -> StoryPost:
    kind = "repost" if root else "post"
    return StoryPost(post_id=id, kind=kind, root_id=root, at=NOW - ago, likeness=likenesses([text])[0])


def test_posts_are_placed_the_same_in_whatever_order_they_come() -> None:
    short = "短的也要一样才算"
    posts = [
        post("a", ago=3 * HOUR),
        post("b", ago=2 * HOUR, text=LONG + "！真的"),
        post("c", ago=HOUR, text=short),
        post("d", text=short),
        post("e", text=short.replace("算", "好")),
        post("f", root="b"),
        post("g", root="x"),
    ]
    expected = {"a": "a", "b": "a", "c": "c", "d": "c", "e": "e", "f": "a", "g": "x"}
    for seed in range(5):
        random.Random(seed).shuffle(posts)  # noqa: S311
        assert {id: place.story for id, place in assign(posts, Known()).items()} == expected


def test_what_is_known_already_decides() -> None:
    known = Known(stories={"r": Place("old", Role.COPY, ())}, trees=frozenset({"t"}))
    known.add(Leader(story="old", at=NOW, likeness=likenesses([LONG])[0]))
    placed = assign([post("n"), post("t"), post("p", root="r"), post("far", ago=40 * DAY)], known)
    assert {id: (place.story, place.role) for id, place in placed.items()} == {
        "n": ("old", Role.COPY),
        "t": ("t", Role.ORIGIN),
        "p": ("old", Role.REPOST),
        "far": ("far", Role.ORIGIN),
    }


def edited(text: str, chance: random.Random) -> str:
    """Change a text as people do who pass it on as their own."""
    form = chance.randrange(5)
    if form == 0:
        return f"转！{text}"
    if form == 1:
        return f"{text} 大家快看看吧，太过分了"
    if form == 2:
        letters = list(text)
        for _ in range(max(1, len(letters) // 25)):
            letters[chance.randrange(len(letters))] = chance.choice("的一是在不了有和人这")
        return "".join(letters)
    if form == 3:
        return text.replace("，", " ").replace("。", "！") + " http://t.cn/abc @某人"
    cut = chance.randrange(len(text))
    return text[:cut] + text[cut + max(1, len(text) // 8) :]


def overlap(one: str, other: str) -> float:
    """Say how much two texts share, by their runs of two characters: another measure than the one under test."""
    first, second = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return len(first & second) / max(1, min(len(first), len(second)))


def test_the_keys_of_a_text_outlive_the_library_that_makes_them() -> None:
    """They stand in the index: other ones after an update would make every repost a story of its own.

    Three releases of rensa made three signatures of the same words (findings/rensa-stored-signatures.sh).
    """
    (made,) = likenesses(["今天在门店买的手机屏幕发绿，客服说这是正常现象，不给退换"])
    assert made.keys[:3] == ("=4466fba27ae974a5f586", "0043ccda7b07930d", "01cdefbd421339d0")
    assert (len(made.keys), made.keys[-1]) == (17, "0f9da7dd89a43272")


def test_edited_real_posts_are_found_again_and_others_are_not_taken_for_them() -> None:
    chance = random.Random(11)  # noqa: S311
    texts = [text for text in research_texts() if len(normalised(text)) >= 20]
    originals, copies = likenesses(texts), likenesses([edited(text, chance) for text in texts])
    leaders = defaultdict(set)
    for place, one in enumerate(originals):
        for key in one.keys:
            leaders[key].add(place)
    found, pairs, false = 0, 0, 0
    for place, one in enumerate(copies):
        near = {other for key in one.keys for other in leaders[key] if alike(originals[other], one)}
        found += place in near
        pairs += len(near)
        false += sum(overlap(normalised(texts[place]), normalised(texts[other])) < 0.5 for other in near - {place})
    assert len(texts) > 2_000
    assert found / len(texts) >= 0.95
    assert false / pairs <= 0.01
