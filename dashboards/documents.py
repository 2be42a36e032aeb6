"""docs/metrics.md and docs/index-reference.md, written from the definitions themselves."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dashboards.boards import boards
from dashboards.kibana.columns import formula
from dashboards.panel import Panel
from indexing.elasticsearch.examples import EXAMPLES, IDS, WRITERS
from indexing.elasticsearch.field import Field
from indexing.elasticsearch.mappings import KINDS
from indexing.metrics import Metric, metrics
from indexing.metrics.engagement import FORMULAS, NAMES

__all__ = ["index_reference", "metrics_page"]

_METRICS = """# Metrics 指标口径

Written from `indexing/metrics/of/` by `tingfeng dashboards build`: do not edit it here. Dashboards, the page and the
descriptions of Kibana's panels read the same definitions. A formula is what Lens takes; `count()` counts documents.

To add a metric, write it into a file of `indexing/metrics/of/` (the name in capitals is its id), show it in a panel of
`dashboards/boards/`, and run `tingfeng dashboards build`. Nothing else names it.
"""
_NOT_COUNTED = """
## Share of voice 声量占比

A brand's mentions / all brands' mentions, within the same time. The page **withholds** it, with the reason, where the
sources that found a brand's mentions have no crawl on record, or where the shares of complete crawls of two brands are
more than two points apart (`tingfeng-runs`, `indexing/metrics/voice.py`): a brand of which less was seen would look
smaller than it is. Kibana cannot withhold; the board 竞品对比 shows the crawls beside the shares.

## Reach 触达

The followers of everybody who speaks of a brand, each account once, as they were last seen (`tingfeng-accounts`). A
platform that shows no followers adds nothing, and beside the figure stands of how many accounts they are known; where
they are known of nobody, there is no value, not 0. An account belongs to the time at which it last spoke and to every
brand that it has spoken of: up to the present, which is what boards show, those are the accounts of the mentions.
Sentiment does not choose among accounts.

## Intervals 区间

NSR and the shares on the page carry Wilson's 95 % interval. It speaks of chance in few mentions, not of the model's
errors (see [sentiment](sentiment.md)) nor of what a crawl missed (the board 采集健康).

## Dark figures 暗数

How many posts there are, not how many were seen. A mention keeps every feed that came upon it (`found_by`);
feeds of one way (search, profile, reposts, hot, …) are one *route*. For each brand and platform, the two or
three routes that overlap most give, hour by hour, how many posts each combination of them caught; from that
follows how many none of them caught. `tingfeng dark` tells it for any days (`--json` for programs), `tingfeng-dark`
and 品牌总览 for each day that is over.

- With two routes it begins with Lincoln and Petersen's estimate, which is Chapman's for large numbers; with three,
  with eight log-linear models of which routes depend on each other, each weighted by how well it fits (BIC). Hours
  in which a route was shut (`gap` in `tingfeng-runs`) count as hours without it, not as misses; hours in which
  all were shut are left out, and named.
- It is **refused** where fewer than two routes overlap, where fewer than ten posts were caught twice, or where
  the interval would be wider than the figure.
- The 95 % interval allows for dependence that no data of so few routes can tell: routes prefer what is popular,
  so that more is unseen than independence has it. It allows for as strong a dependence as leaves an interval no
  wider than 0.55 × the figure: with two routes the odds of being caught by the one may be 0.6 to 2.8 times as great for
  what the other caught, and where little is unseen, 0.3 to 6 times (three routes: 0.6 to 2 beyond what the captures
  show). The figure is the middle of what that allows, and lies above the estimate without it. Where routes depend
  more strongly, it is too low.
- It speaks of posts that *some* route could come upon: what every route hides (deleted within minutes, private,
  filtered from search) is in no figure. A post that a search's hit quotes counts as found by that search.
  Comments and reviews do not count.
- A board adds up the days' figures and the ends of their intervals, which makes the interval of several days a
  cautious one.

Held against made-up days of 150 to 12,000 posts whose truth is known (`tests/dark_truths.py`: independent
routes, blocked hours, popular posts, routes that copy each other, and all at once; 60 of each; catching 15–80
%): how often the interval holds the truth, its median width as a share of the truth, and how often it is
refused. The allowance was set on other days than these; where it says × 1.8, the dependence is
that many times as strong. `pytest -s -m bench tests/test_dark_figures.py` prints the table; at × 2.5
0.90 of the intervals of two routes hold, and 0.94 of those of three.

| interval | two routes: holds, width, refused | the same × 1.8 | three routes: holds, width, refused | the same × 1.8 |
|---|---|---|---|---|
| Chapman, normal | 0.58, 0.10, 0.00 | 0.48, 0.09, 0.00 | 0.65, 0.10, 0.00 | 0.52, 0.09, 0.00 |
| Chapman, log-normal (Chao) | 0.60, 0.10, 0.00 | 0.48, 0.09, 0.00 | 0.68, 0.10, 0.00 | 0.55, 0.09, 0.00 |
| log-linear, best by AIC | 0.63, 0.10, 0.00 | 0.50, 0.09, 0.00 | 0.82, 0.09, 0.00 | 0.85, 0.12, 0.00 |
| log-linear, best by BIC | 0.63, 0.10, 0.00 | 0.50, 0.09, 0.00 | 0.75, 0.08, 0.00 | 0.73, 0.09, 0.00 |
| log-linear, averaged by BIC | 0.63, 0.10, 0.00 | 0.50, 0.09, 0.00 | 0.83, 0.09, 0.00 | 0.82, 0.11, 0.01 |
| **the same, with an allowance** (in use) | 1.00, 0.57, 0.05 | 0.98, 0.55, 0.05 | 1.00, 0.27, 0.01 | 0.98, 0.28, 0.02 |

## Days 日界

A day is a day in Asia/Shanghai: in the index, on the page, and in a Kibana space that `tingfeng dashboards publish`
has set up. "14 days" are today and the thirteen days before it, from the first one's midnight up to now (in Kibana
`now-13d/d` to `now`); both ends count. Boards and pages read it from `dashboards/period.py`.
"""
_ENGAGEMENT = """
## Engagement by platform 各平台互动量

| platform | 互动量 = |
|---|---|
"""
_REFERENCE = """# Index reference 索引字段

Written from the mappings by `tingfeng dashboards build`: do not edit it here. Read and write under these aliases;
[index.md](index.md) says how they come to be. Every mapping is strict: other fields are refused. An empty unit means
that the field has none.
"""
_BY_TYPE: Mapping[str, str] = MappingProxyType(
    {"date": "2026-11-22T07:04:00.000Z", "long": "12", "double": "0.5", "boolean": "true", "text": "更新以后一直闪退"}
)
_SUCH_AS = re.compile(r"such as ([\w.]+)|^([a-z_]+)(?:, | or )")


def metrics_page() -> str:
    """Return docs/metrics.md."""
    every = metrics()
    kinds: dict[str, list[tuple[str, Metric]]] = {}
    for name, metric in every.items():
        kinds.setdefault(metric.kind, []).append((name, metric))
    parts = [_METRICS]
    for kind in sorted(kinds, key=lambda kind: (kind != "mentions", kind)):
        rows = [[*_metric_row(name, metric)] for name, metric in kinds[kind]]
        parts.append(
            f"\n## On `tingfeng-{kind}`\n\n{_table(('id', '指标 metric', 'meaning', 'formula', 'boards'), rows)}"
        )
    platforms = [f"| {name} | {_sum(counts)} |\n" for name, counts in FORMULAS.items()]
    parts.append(f"{_ENGAGEMENT}{''.join(platforms)}| any other | {_sum(tuple(NAMES))}, as far as it shows them |\n")
    return "".join([*parts, _NOT_COUNTED])


def index_reference() -> str:
    """Return docs/index-reference.md."""
    parts = [_REFERENCE]
    for kind, fields in KINDS.items():
        heading = f"\n## tingfeng-{kind}\n\n`_id`: {IDS.get(kind, 'the document’s own id')}.\n\n"
        parts.append(heading + _table(("field", "type", "meaning", "unit", "writer", "example"), _rows(kind, fields)))
    return "".join(parts)


def _metric_row(name: str, metric: Metric) -> Sequence[str]:
    used = [
        f"{board.title.zh}"
        for board in boards().values()
        if any(metric in panel.show for panel in board.panels if isinstance(panel, Panel))
    ]
    title = f"{metric.name.zh} {metric.name.en}"
    return name, title, f"{metric.meaning.zh}<br>{metric.meaning.en}", f"`{formula(metric.of)}`", "、".join(used)


def _rows(kind: str, fields: Sequence[Field]) -> list[list[str]]:
    return [
        [
            f"`{field.name}`",
            field.type["type"] if field.type.get("index", True) else f"{field.type['type']}, only shown",
            field.meaning,
            field.unit,
            str(field.writer) if field.writer else WRITERS.get(kind, ""),
            f"`{_example(field)}`",
        ]
        for field in fields
    ]


def _example(field: Field) -> str:
    if found := EXAMPLES.get(field.name) or EXAMPLES.get(field.name.rpartition(".")[2]):
        return found
    type = field.type["type"]
    if type == "keyword" and (said := _SUCH_AS.search(field.meaning)):
        return next(group for group in said.groups() if group).rstrip(".")
    return _BY_TYPE.get(type, "…")


def _sum(counts: Sequence[str]) -> str:
    return " + ".join(f"{NAMES[count].zh} {NAMES[count].en}" for count in counts)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"
