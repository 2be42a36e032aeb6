"""The page that a PR manager opens: one self-contained HTML file, written from the index alone.

gather(store, …) -> PageData    what Elasticsearch answers
render(PageData) -> str         the same data always give the same page
write_page(store, path, …)      both, and the file in one piece
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from config import settings
from config.brand import Brand
from dashboards.page.boards import gather_boards
from dashboards.page.gather import QuestionRefused, gather
from dashboards.page.render import render, render_boards
from dashboards.page.write import write
from dashboards.period import DAYS

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["QuestionRefused", "gather", "render", "write_boards", "write_latest", "write_page"]

_BOARDS = "boards.html"


def write_page(
    store: "Store",
    path: Path,
    *,
    brands: Sequence[Brand],
    days: int = DAYS,
    now: datetime | None = None,
    language: str = "zh",
) -> Path:
    """Write the page for the last `days` days up to `now` (aware; the present by default) and return its path.

    `language` (`zh` or `en`) is what the page opens in; it holds both. A page that is there is replaced at once, or
    stays when anything fails; errors are those of `gather`.
    """
    data = gather(store, brands=brands, now=now or datetime.now(UTC), days=days, language=language)
    write(path, render(data))
    return path


def write_boards(
    store: "Store",
    path: Path,
    *,
    until: datetime,
    days: timedelta,
    language: str = "zh",
    brands: Sequence[Brand] = (),
) -> Path:
    """Write the page and return its path; errors are those of `gather_boards`. `brands` keep their colours."""
    ids = [brand.id for brand in brands]
    write(path, render_boards(gather_boards(store, until=until, days=days, language=language, brands=ids)))
    return path


def write_latest(store: "Store", brands: Sequence[Brand], *, now: datetime | None = None) -> Path:
    """Write the page to report/index.html of the data folder, all dashboards beside it, and return its path.

    The dashboards go up to the present, as in Kibana: the crawls that found what `now` looks back on end after it.
    """
    folder, moment = settings.data_dir() / "report", now or datetime.now(UTC)
    end, days = max(moment, datetime.now(UTC)), timedelta(days=DAYS)
    write_boards(store, folder / _BOARDS, until=end, days=days, brands=brands)
    data = gather(store, brands=brands, now=moment, days=DAYS)
    page = folder / "index.html"
    write(page, render(replace(data, boards=_BOARDS)))
    return page
