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
from config.output import write_whole
from dashboards.page.boards import gather_boards
from dashboards.page.gather import QuestionRefused, gather
from dashboards.page.render import render, render_boards
from dashboards.period import DAYS

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["DAYS", "QuestionRefused", "gather", "render", "write_boards", "write_latest", "write_page"]

_BRIEF, _BOARDS = "index.html", "boards.html"
_OURS = "<title>听风"


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
    write_whole(path, render(replace(data, boards=_beside(path, _BOARDS))))
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
    """Write all dashboards, with the names of `brands`, and return the path; errors are those of `gather_boards`."""
    names = {brand.id: brand.name for brand in brands}
    data = gather_boards(store, until=until, days=days, language=language, names=names)
    write_whole(path, render_boards(replace(data, brief=_beside(path, _BRIEF))))
    return path


def write_latest(store: "Store", brands: Sequence[Brand], *, now: datetime | None = None) -> Path:
    """Write the page to report/index.html of the data folder, all dashboards beside it, and return its path.

    The dashboards go up to the present, as in Kibana: the crawls that found what `now` looks back on end after it.
    """
    folder, moment = settings.data_dir() / "report", now or datetime.now(UTC)
    names = {brand.id: brand.name for brand in brands}
    until = max(moment, datetime.now(UTC))
    boards = gather_boards(store, until=until, days=timedelta(days=DAYS), names=names)
    brief = gather(store, brands=brands, now=moment, days=DAYS)
    page = folder / _BRIEF
    write_whole(folder / _BOARDS, render_boards(replace(boards, brief=_BRIEF)))
    write_whole(page, render(replace(brief, boards=_BOARDS)))
    return page


def _beside(path: Path, name: str) -> str | None:
    """Return the other page's address where it lies beside this one: no page links to one that is not there."""
    other = path.with_name(name)
    if other == path or not other.is_file():
        return None
    with other.open(encoding="utf-8", errors="replace") as file:
        return name if _OURS in file.read(4_000) else None
