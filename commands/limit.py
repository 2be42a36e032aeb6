"""`tingfeng rules limit`: what it takes, and how it is shown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from commands.screen import bars, console
from config.errors import UserError
from config.output import write_whole

if TYPE_CHECKING:
    from config.brand import Brand
    from config.rule import Rule
    from indexing.limit.cascades import Shape
    from indexing.limit.counts import Counts
    from indexing.limit.limit import Limit

__all__ = ["Asked", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command was told to try."""

    since: str
    speeds: str
    cascades: Path | None
    series: Path | None


def run(rule: "Rule", brand: str, asked: Asked, *, picture: Path | None, json_: bool) -> None:
    """Find the limit and show it."""
    from config.brand import find_brand, load_brands
    from indexing.limit.limit import find_limit
    from indexing.limit.picture import draw
    from indexing.limit.shadow import check
    from indexing.mentions.search import past

    check(rule)
    wanted = find_brand(load_brands(), brand)
    if not rule.watches(wanted):
        raise UserError(f"rule {rule.id} does not watch {wanted.name}: name one of its brands")
    counts, shapes, arrives = _past(rule, wanted, asked)
    begin = past(asked.since, counts.end)
    with bars() as show:
        found = find_limit(
            counts,
            rule,
            wanted.id,
            shapes,
            since=begin,
            speeds=_speeds(asked.speeds),
            arrives_after=arrives,
            progress=lambda done, of: show("hours", done, of),
        )
    if picture:
        write_whole(picture, draw(found, wanted.name))
    if json_:
        from indexing.limit.told import as_json

        console.print_json(json.dumps(as_json(found), ensure_ascii=False))
    else:
        _show(found, picture)


def _past(rule: "Rule", brand: "Brand", asked: Asked) -> "tuple[Counts, Sequence[Shape], timedelta | None]":
    from indexing.limit.cascades import made_up, of_brand, of_research, read_cascades
    from indexing.limit.counts import arrives_after, counts_of
    from indexing.limit.series_file import read_series
    from indexing.limit.trials import counts_step, past_of

    known = read_cascades(asked.cascades) if asked.cascades else None
    if asked.series:
        return read_series(asked.series), known or of_research() or made_up(), None
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import past

    store, now = open_store(), datetime.now(UTC)
    until = now.replace(minute=0, second=0, microsecond=0)
    begin = past(asked.since, until)
    step = counts_step(rule)
    counts = counts_of(store, rule, brand.id, since=begin - past_of(rule), until=until, step=step)
    shapes = known or of_brand(store, brand.id, since=begin, until=until)
    if len(shapes) < _FEW:
        shapes = [*shapes, *(of_research() or made_up())]
    return counts, shapes, arrives_after(store, rule, brand.id, since=begin, until=until)


_FEW = 5
"""Stories of the brand's own below which others are taken too."""


def _speeds(text: str) -> list[timedelta]:
    from config.duration import duration

    try:
        found = [duration(one) for one in text.split(",")]
    except ValueError as error:
        raise UserError(f"--speeds: {error}") from error
    if not all(found):
        raise UserError("--speeds: 0s is no time to spread in: write 1m or more")
    return found


def _show(found: "Limit", picture: Path | None) -> None:
    from indexing.limit.told import rows, sentences

    for one in sentences(found):
        console.print(f"{one.zh}。 {one.en}.", markup=False, soft_wrap=True)
    shown = Table(box=None)
    for heading in _HEADINGS:
        shown.add_column(heading)
    for row in rows(found):
        shown.add_row(*(Text(cell) for cell in row))
    console.print(shown)
    _say_of_what(found)
    if picture:
        console.print(f"Picture  {picture}", soft_wrap=True)


_HEADINGS = (
    "",
    "试次\ntrials",
    "条数 50 %\nposts",
    "条数 95 %\nposts",
    "区间\ninterval",
    "分钟 50 %\nminutes",
    "分钟 95 %\nminutes",
)
"""From how many posts on half of the trials are heard of, and 95 %; within how many minutes."""


def _say_of_what(found: "Limit") -> None:
    since, left = f"{found.since:%Y-%m-%d}", found.left_out
    zh = f"{since} 起 {found.mentions:,} 条提及，{found.shapes:,} 个传播过程"
    en = f"{found.mentions:,} mentions since {since}, courses of {found.shapes:,} cascades"
    if left:
        zh += f"；{left} 个小时未试，其间本就会提醒"
        en += f"; {left} hours left out, in which it pages anyway"
    console.print(f"{zh}。 {en}.", soft_wrap=True)
