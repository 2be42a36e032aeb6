"""Every word of the page's own, in Chinese and in English; the template asks for them by name."""

from collections.abc import Mapping

from config.both import Both
from dashboards.names import NAMES, named

__all__ = ["NAMES", "PHRASES", "Both", "named"]


PHRASES: Mapping[str, Both] = {
    "product": Both("听风", "Tingfeng"),
    "title": Both("品牌口碑简报", "Brand reputation brief"),
    "period": Both("{since} 至 {until}", "{since} to {until}"),
    "zone": Both("最近 {days} 天，北京时间", "last {days} days, Beijing time"),
    "made": Both("截至 {at}", "As of {at}"),
    "from": Both("共 {count} 条提及", "Mentions: {count}"),
    "sources": Both("{count} 个采集来源", "Crawled sources: {count}"),
    # empty
    "empty": Both("这里还没有数据", "Nothing here yet"),
    "empty_why": Both(
        "索引里没有这段时间的提及。请按顺序运行：",
        "The index holds no mention of this period. Run, in this order:",
    ),
    "empty_demo": Both(
        "想先看看样子，运行 make demo；检查环境，运行 tingfeng doctor。",
        "To see it with sample posts, run make demo; to check the set-up, run tingfeng doctor.",
    ),
    # coverage banner
    "blind": Both("采集不完整", "Coverage is incomplete"),
    "blind_why": Both(
        "{count} 个来源的最近一次采集没有取全，下面的数字只是下限。",
        "Sources whose last crawl did not see everything: {count}. The figures below are lower bounds.",
    ),
    "unknown_coverage": Both("覆盖范围未知", "Coverage is unknown"),
    "unknown_coverage_why": Both(
        "这段时间没有采集记录，无法判断数据是否取全。",
        "No crawl run is on record for this period, so nothing says whether the data is whole.",
    ),
    "changed": Both("分析口径变过", "Analysed in two ways"),
    "changed_why": Both(
        "品牌、词表或模型在 {at} 变过：更早的提及仍按旧的分析，前后不宜直接比较。运行 tingfeng backfill 重新分析。",
        "Brands, words or models changed at {at}: earlier mentions are still analysed the old way, so the two do not "
        "compare. Run tingfeng backfill to analyse them anew.",
    ),
    "replayed": Both("含回放数据", "Replayed data"),
    "replayed_why": Both(
        "至少 {count} 条提及含有由回放生成、并非平台给出的字段：{fields}。",
        "At least {count} mentions carry fields that a replay made up and no platform gave: {fields}.",
    ),
    # alerts
    "alerts": Both("预警", "Alerts"),
    "alerts_more": Both(
        "本期共 {count} 条预警，此处为其中 {shown} 条", "{count} alerts in the period, {shown} of them here"
    ),
    "no_alerts": Both("本期没有触发预警。", "No alert was raised in this period."),
    "evidence": Both(
        "证据：共 {count} 条提及，引用其中 {shown} 条", "Evidence: {count} mentions, {shown} of them quoted"
    ),
    "evidence_list": Both("列出证据的帖子", "List the posts of the evidence"),
    "outstanding_words": Both("突出的词", "Words that stand out"),
    "earlier_alerts": Both("此前同类预警（{count}）", "Earlier alerts of this rule and brand ({count})"),
    "evidence_ids": Both("证据编号（{count}）", "Evidence ids ({count})"),
    "rule": Both("规则", "Rule"),
    "owner": Both("负责人", "Owner"),
    "runbook": Both("处置", "What to do"),
    # overview
    "overview": Both("概览", "Overview"),
    "brand": Both("品牌", "Brand"),
    "mentions": Both("声量", "Mentions"),
    "sentiment": Both("情感分布", "Sentiment"),
    "negative_share": Both("负面占比", "Negative share"),
    "nsr": Both("净情感值", "Net sentiment"),
    "authors": Both("发声账号", "Authors"),
    "engagement": Both("互动量", "Engagement"),
    "customers": Both("客户提及", "From customers"),
    "customers_of": Both("{count} 位客户", "Customers: {count}"),
    "interval": Both("95% 区间", "95% interval"),
    "interval_note": Both(
        "小字为 95% 区间，条数越少越宽。", "Small print: 95% interval, the wider the fewer the mentions."
    ),
    "range": Both("{low} 至 {high}", "{low} to {high}"),
    # a brand's panels
    "over_time": Both("情感走势", "Sentiment over time"),
    "by_day": Both("每日提及数", "mentions a day"),
    "by_hour": Both("每小时提及数", "mentions an hour"),
    "whole_period": Both("全期", "Whole period"),
    "partial": Both("最后一栏截至 {at}，尚未结束", "the last column ends at {at} and is not over"),
    "platforms": Both("平台分布", "By platform"),
    "of_authors": Both("{count} 个账号", "Authors: {count}"),
    "of_negative": Both("负面 {share}", "{share} negative"),
    "words": Both("特征词", "Telling words"),
    "words_negative": Both("负面中更常见", "Commoner in negative mentions"),
    "words_positive": Both("正面中更常见", "Commoner in positive mentions"),
    "words_how": Both("条数 · 与该品牌全部提及相比的倍数", "mentions · times as common as in all of the brand's"),
    "no_words": Both("提及太少，没有突出的词", "Too few mentions for any word to stand out"),
    "topics": Both("热点话题", "Hot topics"),
    "topics_how": Both("{day}，超出品牌自身过去 28 天", "on {day}, beyond the brand's own last 28 days"),
    "topic_figures": Both(
        "条，平日约 {usual}，显著性 {significance}，负面 {negative}，始于 {since}",
        "mentions, usually {usual}; significance {significance}; {negative} negative; since {since}",
    ),
    "table": Both("数据表", "As a table"),
    "time": Both("时间", "Time"),
    "platform": Both("平台", "Platform"),
    "total": Both("合计", "Total"),
    "share": Both("占比", "Share"),
    # latest mentions
    "latest": Both("最新提及", "Latest mentions"),
    "latest_how": Both("最新的 {count} 条", "the newest {count}"),
    "all": Both("全部", "All"),
    # the posts behind a figure
    "posts": Both("帖子", "Posts"),
    "posts_filter": Both("筛选全部 {count} 条帖子", "Filter all {count} posts"),
    "click_hint": Both(
        "点选任何数字、图形或词，看它背后的帖子。", "Click any figure, bar or word to see the posts behind it."
    ),
    "posts_close": Both("关闭", "Close"),
    "posts_from": Both("自", "From"),
    "posts_to": Both("至（含）", "To, included"),
    "posts_sentiment": Both("情感", "Sentiment"),
    "posts_more": Both("显示更多", "Show more"),
    "posts_remove": Both("去掉此条件", "Remove this condition"),
    "posts_all": Both("共 {found} 条", "Posts: {found}"),
    "posts_some": Both("最新 {held} 条中有 {found} 条", "{found} among the newest {held}"),
    "posts_none": Both("没有符合条件的帖子", "No post fits"),
    "posts_left": Both(
        "本页收录了 {total} 条中最新的 {held} 条，更早的不在其中。",
        "This page holds the newest {held} of {total}; older ones are not among them.",
    ),
    "posts_console": Both(
        "在值班台查看全部（需运行 tingfeng console）", "All of them, in the console (tingfeng console)"
    ),
    "posts_customer": Both("客户", "customer"),
    "author": Both("账号", "Author"),
    "text": Both("内容", "Text"),
    "open": Both("查看原文", "Open the post"),
    "no_link": Both("无可用链接", "no usable link"),
    "customer": Both("客户", "customer"),
    "corrected": Both("人工标注", "set by a person"),
    # sources
    "coverage": Both("来源与覆盖", "Sources and coverage"),
    "source": Both("来源", "Source"),
    "runs": Both("采集次数", "Runs"),
    "incomplete_runs": Both("其中不完整", "Incomplete"),
    "new_posts": Both("新帖", "New posts"),
    "last_run": Both("最近一次", "Last run"),
    "verdict": Both("结果", "Verdict"),
    "whole": Both("完整", "complete"),
    "not_whole": Both("不完整", "incomplete"),
    "imprecise": Both(
        "{count} 条提及的平台只给出日期或没有给出时间，按日期或抓取时间计。",
        "{count} mentions carry only a date, or no time at all, and count at that date or at their fetch.",
    ),
    "human_labels": Both(
        "{count} 条提及的情感由人工标注，优先于模型。", "A person set the sentiment of {count} mentions."
    ),
    "model": Both("情感模型：{name}，{count} 条。", "Sentiment model: {name}, {count} mentions."),
    "indexed_at": Both("最近一次写入索引：{at}。", "The index was last written at {at}."),
    "books": Both("账目", "Books"),
    "books_why": Both("本期各次采集的去处", "where every post of the period's runs went"),
    "books_wrong": Both("账目不平，请运行 tingfeng doctor。", "The books do not balance: run tingfeng doctor."),
    "books_own": Both("未命中中含品牌自有账号 {count} 条", "of the unmatched, {count} by the brands' own accounts"),
    # method
    "method": Both("口径与查询", "Definitions and queries"),
    "method_why": Both(
        "每个数字的提示里写明它来自哪条查询的哪个位置；查询可以原样重发。",
        "Each figure's tooltip names its query and its place in the answer; the queries can be sent again as they are.",
    ),
    "defined": Both("{name}：{meaning}", "{name}: {meaning}"),
    "define_interval": Both(
        "95% 区间：Wilson 区间，只反映条数多少带来的偶然性，不包含模型误判与采集遗漏。",
        "95% interval: Wilson's; it covers the chance that comes with few mentions, "
        "not the model's errors nor what the crawl missed.",
    ),
    "define_authors": Both(
        "发声账号：各平台不同账号数之和；未给出账号的帖子不计。超过 40,000 时为近似值。",
        "Authors: distinct accounts, added up over the platforms; posts without an account do not count. "
        "Approximate above 40,000.",
    ),
    "define_words": Both(
        "特征词：与该品牌全部提及相比，在负面（或正面）提及中明显更常见的词，至少 3 条（significant_terms）。",
        "Telling words: markedly commoner in the negative (or positive) mentions than in all of the brand's, "
        "in 3 mentions or more (significant_terms).",
    ),
    "define_topics": Both(
        "热点话题：当日比此前 28 天明显更常见、又一起出现的关键词（对数似然比，10.8 以上由偶然造成的机会为千分之一）；"
        "点开列出当日含首词的帖子。",
        "Hot topics: keywords markedly commoner on the day than in the 28 days before, that stand together "
        "(log-likelihood ratio; chance makes 10.8 once in a thousand); a topic leads to the day's posts with its "
        "first word.",
    ),
    "define_risk": Both(
        "品牌按风险排列：负面占比 95% 区间的下限 × 声量，即偶然性之外的负面条数。",
        "Brands stand by risk: the low end of the negative share's 95% interval times the mentions, "
        "that is, the negative ones that chance does not explain.",
    ),
    "define_root": Both(
        "证据链 {day} 的根，连同核对的命令：留存本页，此后改动当日或更早的评估与预警记录都会被点名。",
        "Root of the evidence chain of {day}, and the command that checks it. Keep this page: what is changed later "
        "in the evaluations and alerts up to that day is then named.",
    ),
    "define_names": Both(
        "认证、机构或粉丝 1 万以上的账号显示名称，其余显示化名；原文链接保留。",
        "Verified, organisation and 10,000-follower accounts appear by name, everyone else under a pseudonym; "
        "the link to the public post stays.",
    ),
    # questions
    "ask_figures": Both(
        "各品牌的声量、情感、互动量与客户", "Each brand's mentions, sentiment, engagement and customers"
    ),
    "ask_timeline": Both("情感走势", "Sentiment over time"),
    "ask_platforms": Both("平台与账号", "Platforms and authors"),
    "ask_words": Both("特征词", "Telling words"),
    "ask_topics": Both("热点话题", "Hot topics"),
    "ask_posts": Both("最新的帖子", "The newest posts"),
    "ask_alerts": Both("预警", "Alerts"),
    "ask_runs": Both("采集记录", "Crawl runs"),
    "ask_data": Both("数据说明", "About the data"),
    "ask_evidence": Both("预警的证据", "The alerts' evidence"),
    # all dashboards
    "boards": Both("听风看板", "Tingfeng dashboards"),
    "brief": Both("口碑简报", "The brief"),
    "to_boards": Both("全部看板", "All dashboards"),
    "nothing": Both("此期间没有数据。", "Nothing in this time."),
    "listed": Both("共 {count} 条，此处 {shown} 条", "{count} in all, {shown} of them here"),
    "comma": Both("、", ", "),
    "list_all": Both("查看全部", "show all"),
    "asked": Both("查询", "Query"),
    "not_crawled_before": Both(
        "前期还没有开始采集，不作比较。", "Nothing was crawled in the period before, so there is no comparison."
    ),
    "events": Both("期间的预警与备注（{count}）", "Alerts and notes meanwhile ({count})"),
    "footer": Both(
        "由听风根据 Elasticsearch 索引生成；页面不含任何外部请求。",
        "Made by Tingfeng from its Elasticsearch index; the page makes no request of any kind.",
    ),
}
