"""暗数: how much there is, by how several routes overlap: metrics over tingfeng-dark, a document a day."""

from config.both import Both
from indexing.metrics.expression import Average, Count, Operation
from indexing.metrics.metric import Metric
from indexing.metrics.where import Exists, Is

_ESTIMATED = Exists("figure")


def _added_up(field: str) -> Operation:
    """Return the sum over the days with an estimate; nothing, and not 0, where there is no such day."""
    return Average(field, _ESTIMATED) * Count(_ESTIMATED)


DARK_SEEN = Metric(
    name=Both("多路采到", "Seen by routes"),
    meaning=Both(
        "有估计的那些天里，至少一条采集路径（搜索、主页、转发链、热榜等）采到的帖子数；评论不计。",
        "Posts that any of the routes (search, profiles, reposts, hot lists, …) came upon, on days with an estimate; "
        "comments do not count.",
    ),
    kind="dark",
    of=_added_up("seen"),
)
DARK_FIGURE = Metric(
    name=Both("估计共有", "Estimated to exist"),
    meaning=Both(
        "按各路径的重合程度估计的实际帖数（捕获再捕获法，逐日相加）；口径与局限见 docs/metrics.md。",
        "How many posts there are, by how far the routes overlap (capture and recapture, day by day, added up); "
        "docs/metrics.md says what it assumes.",
    ),
    kind="dark",
    of=_added_up("figure"),
)
DARK_LOW = Metric(
    name=Both("估计下限", "Estimate, low end"),
    meaning=Both("逐日 95% 区间的下限之和。", "Low ends of the days' 95 % intervals, added up."),
    kind="dark",
    of=_added_up("low"),
)
DARK_HIGH = Metric(
    name=Both("估计上限", "Estimate, high end"),
    meaning=Both("逐日 95% 区间的上限之和。", "High ends of the days' 95 % intervals, added up."),
    kind="dark",
    of=_added_up("high"),
)
DARK_SMALL_OVERLAP = Metric(
    name=Both("重合太少的天数", "Days of small overlap"),
    meaning=Both(
        "两条路径都采到的帖子太少、因而不作估计的天数。",
        "Days without an estimate, for too few posts were come upon by two routes.",
    ),
    kind="dark",
    of=Count(Is("refused", "small_overlap")),
)
DARK_WIDE = Metric(
    name=Both("区间太宽的天数", "Days of a wide interval"),
    meaning=Both(
        "区间会比数值本身还宽、因而不作估计的天数。",
        "Days without an estimate, for its interval would be wider than the figure.",
    ),
    kind="dark",
    of=Count(Is("refused", "wide_interval")),
)
