"""The page that a PR manager opens: one self-contained HTML file, written from the index alone.

gather(store, …) -> PageData    what Elasticsearch answers
render(PageData) -> str         the same data always give the same page
write_page(store, path, …)      both, and the file in one piece
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config import settings
from config.brand import Brand
from dashboards.page.gather import QuestionRefused, gather
from dashboards.page.render import render
from dashboards.page.write import replace

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["QuestionRefused", "gather", "render", "write_latest", "write_page"]


def write_page(
    store: "Store",
    path: Path,
    *,
    brands: Sequence[Brand],
    days: int = 14,
    now: datetime | None = None,
    language: str = "zh",
) -> Path:
    """Write the page for the last `days` days up to `now` (aware; the present by default) and return its path.

    `language` (`zh` or `en`) is what the page opens in; it holds both. A page that is there is replaced at once, or
    stays when anything fails; errors are those of `gather`.
    """
    data = gather(store, brands=brands, now=now or datetime.now(UTC), days=days, language=language)
    replace(path, render(data))
    return path


def write_latest(store: "Store", brands: Sequence[Brand], *, now: datetime | None = None) -> Path:
    """Write the page to report/index.html of the data folder and return its path."""
    return write_page(store, settings.data_dir() / "report" / "index.html", brands=brands, now=now)
