"""`tingfeng effect`: what a campaign changed, against customers who were not in it."""

import json
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console, table
from config.output import write_whole


def effect(
    campaign: str = typer.Argument(help="The campaign's id or name: config/campaigns/NAME.yaml."),
    out: Path = typer.Option(None, help="A folder for effect.json and effect.svg."),
) -> None:
    """Tell a campaign's reach and sentiment, and each outcome against the control group with its interval."""
    from dashboards.effect_picture import effect_picture
    from indexing.effect.effect import effect as measure
    from indexing.effect.effect import find_campaign
    from indexing.effect.telling import plain, sentences, table_rows
    from indexing.elasticsearch.store import open_store

    found = measure(open_store(), find_campaign(campaign))
    told = {
        "mentions": f"{found.mentions:,}",
        "accounts": f"{found.accounts:,}",
        "reach": "unknown" if found.reach is None else f"{found.reach:,}",
        "engagement": f"{found.engagement:,}",
        "treated / control": f"{found.treated:,} / {found.control:,}",
        "in both, left out": f"{found.in_both:,}",
        "customers only since, left out": f"{found.too_new:,}",
    }
    console.print(table(found.campaign.name, told))
    heads = ("outcome", "treated before", "during", "control before", "during", "effect", "95 %", "placebo")
    shown = Table(*heads, box=None)
    for row in table_rows(found):
        shown.add_row(*map(Text, row))
    console.print(shown)
    for said in sentences(found):
        console.print(f"{said.zh}\n{said.en}", markup=False, soft_wrap=True)
    if out:
        write_whole(out / "effect.json", json.dumps(plain(found), ensure_ascii=False, indent=1))
        write_whole(out / "effect.svg", effect_picture(found))
        console.print(f"{out / 'effect.json'}, {out / 'effect.svg'}", markup=False, soft_wrap=True)
