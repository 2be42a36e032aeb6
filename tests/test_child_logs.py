"""A program of ours that ends badly is quoted: with its own last words, not with those of a run before it."""

import sys
from pathlib import Path

import pytest

from commands.processes import Failed, Processes
from crawlers.engine.process import last_words


def test_only_the_last_run_is_quoted(tmp_path: Path) -> None:
    for words in ("no such file: a", "no such file: b"):
        running = Processes(tmp_path)
        running.start("replay", [sys.executable, "-c", f"import sys; sys.exit({words!r})"], {})
        with pytest.raises(Failed, match="replay ended with code 1") as failed:
            running.wait("replay")
        assert str(failed.value).splitlines()[1:] == [words]
    assert (tmp_path / "replay.log").read_text().splitlines() == ["no such file: a", "no such file: b"]


def test_a_crawl_that_broke_off_is_quoted_with_its_error_and_not_with_its_figures() -> None:
    log = """INFO: opened
Traceback (most recent call last):
  File "first.py", line 1, in first
OSError: an earlier one
Traceback (most recent call last):
  File "example_news.py", line 62, in _parse_item
    published_at=at.at,
AttributeError: 'tuple' object has no attribute 'at'
INFO: Dumping Scrapy stats:
{'downloader/response_count': 1,
 'finish_reason': 'start_error'}"""
    assert last_words(log).splitlines()[1:] == log.splitlines()[5:8]
    assert last_words("one\ntwo") == "one\ntwo"
    assert last_words("") == ""
