"""How the figures of alerts are called, in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from config.both import Both

__all__ = ["FIGURES", "figure_name"]

FIGURES: Mapping[str, Both] = MappingProxyType(
    {
        "negative": Both("负面", "Negative"),
        "count": Both("全部", "All mentions"),
        "share": Both("负面占比", "Negative share"),
        "usual": Both("平时", "Usual"),
        "times": Both("平时的倍数", "Times the usual"),
        "threshold": Both("触发线", "Threshold"),
        "past_windows": Both("可比时段", "Windows compared"),
        "window": Both("时段", "Window"),
        "mad": Both("平时的波动", "Usual spread (MAD)"),
        "past_blocks": Both("可比的天数或时段数", "Days or spans compared"),
        "peak": Both("此前的峰值", "Peak before"),
        "peak_times": Both("峰值的倍数", "Times that peak"),
        "quarter": Both("最后四分之一时段", "Last quarter of the window"),
        "quarter_peak": Both("此前四分之一时段的峰值", "Peak of a quarter before"),
        "quarter_times": Both("该峰值的倍数", "Times that quarter's peak"),
        "quarter_threshold": Both("四分之一时段的触发线", "Threshold of a quarter"),
        "sudden_threshold": Both("突升的触发线", "Threshold of a sudden rise"),
        "same_hour": Both("一周中同一时段", "Same hour of the week"),
        "day_before": Both("前一天同时", "Same time a day before"),
        "week_before": Both("一周前同时", "Same time a week before"),
        "authors_speaking": Both("发言账号", "Accounts speaking"),
        "customers": Both("涉及客户", "Customers touched"),
        "authors": Both("账号", "Accounts"),
        "bound": Both("界限", "Bound"),
        "coordination": Both("水军分", "Coordination"),
        "coverage": Both("取全的采集", "Complete crawls"),
        "engagement": Both("互动量", "Engagement"),
        "followers": Both("粉丝", "Followers"),
        "gap": Both("未采到的时长", "Time not covered"),
        "matching": Both("符合条件", "Matching"),
        "posts": Both("帖子", "Posts"),
        "rank": Both("榜上名次", "Rank"),
        "rating": Both("评分", "Rating"),
        "runs": Both("采集次数", "Crawl runs"),
        "value": Both("数值", "Value"),
        "all": Both("所有品牌", "All brands"),
        "seeing": Both("正常的采集", "Crawls that saw"),
        "values": Both("不同的值", "Different values"),
    }
)
_OF_KINDS: Mapping[tuple[str, str], Both] = MappingProxyType(
    {
        ("share_of_voice", "share"): Both("声量占比", "Share of voice"),
        ("percentage", "share"): Both("占比", "Share"),
        ("rating_drop", "count"): Both("评分数", "Ratings"),
    }
)
"""Where a kind of rule means something else by a name."""


def figure_name(name: str, kind: str = "") -> Both:
    """Return the words for a figure of a kind of rule; one that has none speaks for itself."""
    return _OF_KINDS.get((kind, name)) or FIGURES.get(name, Both(name, name))
