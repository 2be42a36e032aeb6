"""What the page of coverage says, in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from config.both import Both

__all__ = ["PHRASES"]

PHRASES: Mapping[str, Both] = MappingProxyType(
    {
        "coverage": Both("采集覆盖", "Coverage"),
        "none": Both("这一天没有采集记录。", "No crawl of this day is on record."),
        "no_day": Both("日期请写作 2026-11-20。", "Write a day as 2026-11-20."),
        "day": Both("日期", "Day"),
        "show": Both("查看", "Show"),
        "before": Both("前一天", "The day before"),
        "after": Both("后一天", "The day after"),
        "whole": Both("取全", "whole"),
        "short": Both("偏少", "short"),
        "not_whole": Both("未取全", "not whole"),
        "runs": Both("采集次数", "Crawls"),
        "pages": Both("页数", "Pages"),
        "new": Both("新帖", "New"),
        "known": Both("已知", "Known"),
        "dead": Both("死信", "Set aside"),
        "capped": Both("超出上限的片段", "Capped parts"),
        "backfilled": Both("补采新帖（次数）", "Backfilled (parts)"),
        "last_success": Both("最近成功", "Last success"),
        "never": Both("无", "none"),
        "verdicts": Both("结果", "Verdicts"),
        "gap": Both("{start} – {end} 尚未采到", "{start} – {end} not covered yet"),
        "lost": Both(
            "{start} – {end} 没有采到；能按日期搜索的来源可用 tingfeng crawl --from 补采",
            "{start} – {end} not covered; where a feed can search by date, tingfeng crawl --from may read it",
        ),
        "more_gaps": Both("另有 {count} 处缺口", "and {count} more gaps"),
        "too_few": Both("新帖 {new} 条，少于预期的 {minimum} 条", "{new} new posts of at least {minimum} a day"),
        "dark": Both("暗数：估计存在多少", "Dark figures: how many there are"),
        "no_posts": Both("这一天没有提及。", "No mention of this day."),
        "seen": Both("采到", "Seen"),
        "recaught": Both("两条以上途径采到", "By two routes or more"),
        "exist": Both("估计存在", "Exist"),
        "interval": Both("95% 区间", "95 % interval"),
        "refused": Both("不作估计", "No estimate"),
        "few_routes": Both("采到其帖子的途径不足两条", "fewer than two routes come upon its posts"),
        "small_overlap": Both("两条途径都采到的帖子太少", "too few posts were come upon by two routes"),
        "wide_interval": Both("区间会比数值本身还宽", "the interval would be wider than the figure"),
        "left_out": Both("{count} 小时未计：没有途径可用", "{count} hours left out: no route was open"),
    }
)
