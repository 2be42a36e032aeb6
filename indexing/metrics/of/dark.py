"""暗数: how much there is, by how several routes overlap: metrics over tingfeng-dark, a document a day."""

from config.both import Both
from indexing.metrics.expression import Count, Sum
from indexing.metrics.metric import Metric
from indexing.metrics.where import Exists

DARK_SEEN = Metric(
    name=Both("多路采到", "Seen by routes"),
    meaning=Both(
        "有估计的那些天里，至少一条采集路径（搜索、主页、转发链、热榜等）采到的帖子数；评论不计。",
        "Posts that any of the routes (search, profiles, reposts, hot lists, …) came upon, on days with an estimate; "
        "comments do not count.",
    ),
    kind="dark",
    of=Sum("seen", Exists("figure")),
)
DARK_FIGURE = Metric(
    name=Both("估计共有", "Estimated to exist"),
    meaning=Both(
        "按各路径的重合程度估计的实际帖数（捕获再捕获法，逐日相加）；口径与局限见 docs/metrics.md。",
        "How many posts there are, by how far the routes overlap (capture and recapture, day by day, added up); "
        "docs/metrics.md says what it assumes.",
    ),
    kind="dark",
    of=Sum("figure"),
)
DARK_LOW = Metric(
    name=Both("估计下限", "Estimate, low end"),
    meaning=Both("逐日 95% 区间的下限之和。", "Low ends of the days' 95 % intervals, added up."),
    kind="dark",
    of=Sum("low"),
)
DARK_HIGH = Metric(
    name=Both("估计上限", "Estimate, high end"),
    meaning=Both("逐日 95% 区间的上限之和。", "High ends of the days' 95 % intervals, added up."),
    kind="dark",
    of=Sum("high"),
)
DARK_REFUSED = Metric(
    name=Both("不作估计的天数", "Days without an estimate"),
    meaning=Both(
        "因路径不足两条、重合太少或区间太宽而不作估计的天数。",
        "Days of which no estimate is made: fewer than two routes, too small an overlap, or too wide an interval.",
    ),
    kind="dark",
    of=Count(Exists("refused")),
)
