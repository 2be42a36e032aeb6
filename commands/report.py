"""`tingfeng report`: the brief of one's own brands, for a PR manager to open or to send on."""

from enum import StrEnum
from pathlib import Path

import typer

from commands.screen import console
from dashboards.period import DAYS


class Language(StrEnum):
    """What the page opens in; it holds both."""

    ZH = "zh"
    EN = "en"


def report(
    brand: str = typer.Option(None, help="Only this brand, by its name or its file's name; all of them unless named."),
    days: int = typer.Option(DAYS, min=1, max=366, help="How many days, today included."),
    out: Path = typer.Option(None, help="Where to write it; report/index.html of the data folder unless named."),
    language: Language = typer.Option(Language.ZH, help="What it opens in; a button changes it."),
) -> None:
    """Write the brief (口碑简报) as one HTML file: figures, sentiment over time, words, alerts, and their posts."""
    from config import settings
    from config.brand import find_brand
    from dashboards.report import write_page
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import check_config

    brands = check_config()
    chosen = [find_brand(brands, brand)] if brand else brands
    path = out or settings.data_dir() / "report" / "index.html"
    written = write_page(open_store(), path, brands=chosen, days=days, language=language.value)
    console.print(f"Page {written}", soft_wrap=True, markup=False)
