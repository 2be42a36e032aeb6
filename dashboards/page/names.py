"""How the index's own values and fields are called, in Chinese and in English."""

from collections.abc import Mapping

from config.both import Both
from indexing.alerts.figure_names import FIGURES

__all__ = ["COLUMNS", "NAMES", "VALUES", "named"]

NAMES: Mapping[str, Mapping[str, Both]] = {
    "label": {
        "negative": Both("负面", "Negative"),
        "neutral": Both("中性", "Neutral"),
        "positive": Both("正面", "Positive"),
    },
    "platform": {
        "weibo": Both("微博", "Weibo"),
        "rss": Both("网站订阅", "Web feeds"),
        "forum": Both("论坛", "Forums"),
    },
    "feed": {
        "weibo_search": Both("微博搜索", "Weibo search"),
        "rss": Both("网站订阅", "Web feed"),
        "nodebb": Both("论坛", "Forum"),
    },
    "kind": {
        "post": Both("帖文", "post"),
        "article": Both("文章", "article"),
        "comment": Both("评论", "comment"),
        "repost": Both("转发", "repost"),
        "review": Both("点评", "review"),
    },
    "verdict": {
        "ok": Both("正常", "ok"),
        "empty": Both("无结果", "empty"),
        "short": Both("明显偏少", "too few posts"),
        "blocked": Both("被拦截", "blocked"),
        "login_required": Both("需要登录", "login required"),
        "schema_changed": Both("页面结构已变", "page format changed"),
        "unreachable": Both("无法访问", "unreachable"),
        "cut_short": Both("提前结束", "cut short"),
    },
    "severity": {
        "notice": Both("提示", "Notice"),
        "warning": Both("警告", "Warning"),
        "serious": Both("严重", "Serious"),
        "crisis": Both("危机", "Crisis"),
    },
    "figure": FIGURES,
    "state": {
        "firing": Both("进行中", "Firing"),
        "acknowledged": Both("已认领", "Acknowledged"),
        "assigned": Both("已指派", "Assigned"),
        "snoozed": Both("已暂缓", "Snoozed"),
        "resolved": Both("已解除", "Resolved"),
    },
    "emotion": {
        "neutral": Both("平静", "neutral"),
        "angry": Both("愤怒", "angry"),
        "happy": Both("高兴", "happy"),
        "sad": Both("悲伤", "sad"),
        "fear": Both("恐惧", "fear"),
        "surprise": Both("惊讶", "surprise"),
    },
    "intent": {
        "complaint": Both("投诉", "complaint"),
        "question": Both("提问", "question"),
        "suggestion": Both("建议", "suggestion"),
        "purchase": Both("购买", "purchase"),
        "praise": Both("称赞", "praise"),
        "news": Both("资讯", "news"),
        "other": Both("其他", "other"),
    },
    "role": {
        "origin": Both("首发", "origin"),
        "repost": Both("转发", "repost"),
        "reply": Both("回复", "reply"),
        "copy": Both("雷同", "copy"),
    },
    "precision": {
        "second": Both("秒", "second"),
        "minute": Both("分", "minute"),
        "hour": Both("时", "hour"),
        "day": Both("日", "day"),
        "unknown": Both("未知", "unknown"),
    },
    "book": {
        "posts": Both("采集的帖子", "posts"),
        "matched": Both("命中品牌", "matched"),
        "unmatched": Both("未命中", "unmatched"),
        "dead": Both("搁置", "set aside"),
        "mentions": Both("提及", "mentions"),
        "held": Both("入索引", "in the index"),
    },
}

VALUES: Mapping[str, str] = {
    "sentiment.label": "label",
    "platform": "platform",
    "platforms": "platform",
    "origin.platform": "platform",
    "feed": "feed",
    "kind": "kind",
    "verdict": "verdict",
    "severity": "severity",
    "state": "state",
    "emotion": "emotion",
    "intent": "intent",
    "story.role": "role",
    "time_precision": "precision",
}
"""The names that the values of an index's field go by."""

COLUMNS: Mapping[str, Both] = {
    "brand": Both("品牌", "Brand"),
    "platform": Both("平台", "Platform"),
    "platforms": Both("平台", "Platforms"),
    "author.name": Both("账号", "Author"),
    "name": Both("账号", "Account"),
    "title": Both("标题", "Title"),
    "text": Both("内容", "Text"),
    "sentiment.label": Both("情感", "Sentiment"),
    "engagement.total": Both("互动量", "Engagement"),
    "engagement": Both("互动量", "Engagement"),
    "url.full": Both("原文", "Post"),
    "mentions": Both("声量", "Mentions"),
    "negative": Both("负面", "Negative"),
    "reach": Both("触达", "Reach"),
    "growth": Both("增速", "Growth"),
    "last_at": Both("最近提及", "Last mention"),
    "origin.author": Both("首发", "Begun by"),
    "first_mover": Both("最先转发", "Passed on first by"),
    "coordination.score": Both("协同得分", "Coordination"),
    "coordination.copies": Both("雷同", "Copies"),
    "coordination.rhythm": Both("节奏", "Rhythm"),
    "severity": Both("级别", "Severity"),
    "state": Both("状态", "State"),
    "reason_zh": Both("原因", "Reason"),
    "evidence.total": Both("证据", "Evidence"),
    "assignee": Both("负责人", "Assignee"),
    "customer.id": Both("客户", "Customer"),
    "feed": Both("来源", "Feed"),
    "query": Both("查询", "Query"),
    "verdict": Both("结果", "Verdict"),
    "complete": Both("取全", "Complete"),
    "posts": Both("帖子", "Posts"),
    "new": Both("新帖", "New"),
    "dead": Both("死信", "Dead letters"),
    "message": Both("说明", "Message"),
}
"""The heads of the lists' columns."""


def named(kind: str, name: str) -> Both:
    """Return the words for a value such as a platform; a value that has none speaks for itself."""
    return NAMES[kind].get(name, Both(name, name))
