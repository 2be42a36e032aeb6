"""The console shows what a day's crawls covered, what is missing, and what is estimated to exist."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from crawlers.network.report import Verdict
from crawlers.slicing import Slice
from indexing.elasticsearch.store import Store
from indexing.mentions.write import write
from nlp.mention import Mention
from tests.console_server import serving_console
from tests.test_coverage import DAY, HOUR, blocked, gap, kept, report
from tests.test_dark_figures import update

MINUTE = timedelta(minutes=1)
HOSTILE = "</h2><script>alert(1)</script>"


@pytest.fixture
def console(
    emptied_store: Store,
    mention_of: Callable[..., Mention],
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    folder, brand = tmp_path / "config", mention_of().brand
    (folder / "brands").mkdir(parents=True)
    (folder / "brands" / f"{brand}.yaml").write_text("name: 星河\nquery: 手机\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(folder))
    monkeypatch.delenv("TINGFENG_PUBLIC_URL", raising=False)
    past = Slice(start=DAY - 240 * HOUR, end=DAY - 239 * HOUR)
    kept(
        emptied_store,
        report(DAY + 9 * HOUR, query=HOSTILE),
        blocked(11, 9),
        report(DAY + 12 * HOUR, query="华为", verdict=Verdict.CUT_SHORT, gap=gap(2, 3, lost=True), capped=2),
        report(DAY + 13 * HOUR, query="华为", slice=past, purpose="backfill", new=1_500, pages=40),
    )
    luck, updates = Random(7), []  # noqa: S311 -- the same posts each time
    for platform, feeds, posts in (("weibo", ("weibo_search", "weibo_profile"), 120), ("zhihu", ("zhihu_search",), 3)):
        for number in range(posts):
            at = DAY + HOUR + number * MINUTE
            told = {"platform": platform, "native_id": str(9_000 + number), "published_at": at, "fetched_at": at + HOUR}
            found = [feed for feed in feeds if len(feeds) == 1 or luck.random() < 0.7]
            updates += [update(mention_of(feed=feed, **told)) for feed in found]
    write(emptied_store, updates)
    emptied_store.refresh("mentions")
    with serving_console(emptied_store) as address:
        yield address


def test_a_day_is_shown_with_what_is_missing_and_what_exists(console: str, monkeypatch: pytest.MonkeyPatch) -> None:
    english = {"lang": "en"}
    shown = httpx.get(f"{console}/coverage", params={"day": "2026-11-20", **english}, timeout=60)
    assert shown.status_code == 200
    page = " ".join(shown.text.split())
    assert "11-20 09:00 – 11-20 11:00 not covered yet" in page and "Blocked 1" in page
    assert "11-20 02:00 – 11-20 03:00 not covered; where a feed can search by date" in page
    assert "<dt>Capped parts</dt><dd>2</dd>" in page and "<dt>Backfilled (parts)</dt><dd>1,500 (1)</dd>" in page
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "95 % interval" in page and "fewer than two routes come upon its posts" in page
    assert "day=2026-11-19&amp;lang=en" in page and "day=2026-11-21&amp;lang=en" in page

    none = httpx.get(f"{console}/coverage", params={"day": "2026-11-02"}, timeout=60)
    assert none.status_code == 200 and "没有采集记录" in none.text and "没有提及" in none.text
    for wrong in ("2026-11-41", "tomorrow", "2999-01-01", "0001-01-01"):
        assert httpx.get(f"{console}/coverage", params={"day": wrong}, timeout=60).status_code == 400

    assert "coverage" in httpx.get(f"{console}/", timeout=60).text
    monkeypatch.setenv("TINGFENG_PUBLIC_URL", "https://alerts.example.org")
    assert httpx.get(f"{console}/coverage", timeout=60).status_code == 403
