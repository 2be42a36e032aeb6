"""What the crawls saw and did not see."""

from config.both import Both
from indexing.metrics.expression import Count, Largest, Sum
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import All, Exists, Is, Not

_BACKFILL = Is("purpose", "backfill")
_OF_ITS_DAY = Not(_BACKFILL)
"""A backfill reads what is over: it says nothing of how the crawls of its day went. What closed a gap does."""

RUNS = Metric(
    name=Both("采集次数", "Crawl runs"),
    meaning=Both("在此期间结束的采集次数，补采不计。", "Crawls that ended in this time, backfills left out."),
    kind="runs",
    of=Count(_OF_ITS_DAY),
)
INCOMPLETE_RUNS = Metric(
    name=Both("不完整", "Incomplete"),
    meaning=Both(
        "没有取全的采集次数：这段时间的声量只是下限。", "Crawls that did not see all: figures are lower bounds."
    ),
    kind="runs",
    of=Count(All((Is("complete", False), _OF_ITS_DAY))),
)
COVERAGE = Metric(
    name=Both("完整率", "Complete runs"),
    meaning=Both("取全的采集次数 / 采集次数。", "Crawls that saw all that they should have / crawls."),
    kind="runs",
    of=Count(All((Is("complete", True), _OF_ITS_DAY))) / Count(_OF_ITS_DAY),
    shape=Shape.SHARE,
)
POSTS = Metric(
    name=Both("新帖", "New posts"),
    meaning=Both("此前没有采到过的帖子数。", "Posts that no earlier crawl had."),
    kind="runs",
    of=Sum("new", _OF_ITS_DAY),
)
DEAD_LETTERS = Metric(
    name=Both("死信", "Dead letters"),
    meaning=Both(
        "采集、分析、入库中被搁置的条数：原因在 data/ 下的 *.dead.jsonl。",
        "What crawling, analysis and indexing set aside; the reasons lie in data/**/*.dead.jsonl.",
    ),
    kind="runs",
    of=Sum("dead") + Sum("analyse.dead") + Sum("index.dead"),
)
PAGES = Metric(
    name=Both("页数", "Pages"),
    meaning=Both("采集时读取的页数。", "Pages that the crawls read."),
    kind="runs",
    of=Sum("pages", _OF_ITS_DAY),
)
BACKFILLS = Metric(
    name=Both("补采次数", "Backfills"),
    meaning=Both("应人要求、读取过去时段的采集次数。", "Crawls of a time longer ago that somebody asked for."),
    kind="runs",
    of=Count(_BACKFILL),
)
BACKFILLED = Metric(
    name=Both("补采新帖", "Backfilled"),
    meaning=Both("补采带来的新帖数。", "New posts that backfills brought."),
    kind="runs",
    of=Sum("new", _BACKFILL),
)
CAPPED = Metric(
    name=Both("超出上限的片段", "Capped parts"),
    meaning=Both(
        "已细分到最小、平台仍不全部显示的片段数：这些片段里有帖子采不到。",
        "Parts as small as can be asked for that the platform did not show whole: posts of them are out of reach.",
    ),
    kind="runs",
    of=Sum("capped", _OF_ITS_DAY),
)
GAPS = Metric(
    name=Both("有缺口的采集", "Crawls with a gap"),
    meaning=Both(
        "结束时仍有一段时间没有采到的采集次数，后来补上的也计入。",
        "Crawls that ended with a time not covered, those included whose gap was closed later.",
    ),
    kind="runs",
    of=Count(All((Exists("gap.start"), _OF_ITS_DAY))),
)
LOST_GAPS = Metric(
    name=Both("补不上的缺口", "Gaps lost"),
    meaning=Both(
        "后来的采集也读不到的缺口数；能按日期搜索的来源可用 tingfeng crawl --from 补采。",
        "Gaps that no later crawl reads; where a feed can search by date, `tingfeng crawl --from` may.",
    ),
    kind="runs",
    of=Count(All((Is("gap.lost", True), _OF_ITS_DAY))),
)
LAST_SUCCESS = Metric(
    name=Both("最近成功", "Last success"),
    meaning=Both(
        "最近一次读到内容、或平台明说没有内容的采集何时结束。",
        "When the last crawl ended that read posts, or was told by the platform that there are none.",
    ),
    kind="runs",
    of=Largest("finished_at", All((Is("verdict", "ok", "empty", "short"), _OF_ITS_DAY))),
    shape=Shape.MOMENT,
)
LAST_RUN = Metric(
    name=Both("最近采集", "Last crawl"),
    meaning=Both("最近一次采集结束的时间。", "When the last crawl ended."),
    kind="runs",
    of=Largest("finished_at", _OF_ITS_DAY),
    shape=Shape.MOMENT,
)
LAST_COMPLETE = Metric(
    name=Both("最近取全", "Last complete"),
    meaning=Both(
        "最近一次取全的采集何时结束；早于最近采集则此后可能有缺。",
        "When the last crawl that saw all ended; before the last crawl, posts since then may be missing.",
    ),
    kind="runs",
    of=Largest("finished_at", All((Is("complete", True), _OF_ITS_DAY))),
    shape=Shape.MOMENT,
)
SEEN_UP_TO = Metric(
    name=Both("已采至", "Seen up to"),
    meaning=Both(
        "已采到的最晚发布时间；与最近采集之差即为延迟。",
        "The publishing time that the crawl has seen up to; how far it lies behind the last crawl is the lag.",
    ),
    kind="runs",
    of=Largest("watermark"),
    shape=Shape.MOMENT,
)
