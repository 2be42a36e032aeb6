"""How the index's own values and fields are called, in Chinese and in English."""

from collections.abc import Mapping

from config.both import Both
from crawlers.spider import called
from indexing.alerts.figure_names import FIGURES

__all__ = ["COLUMNS", "NAMES", "VALUES", "named"]

_PLATFORMS, _FEEDS = called()
NAMES: Mapping[str, Mapping[str, Both]] = {
    "label": {
        "negative": Both("负面", "Negative"),
        "neutral": Both("中性", "Neutral"),
        "positive": Both("正面", "Positive"),
    },
    "platform": _PLATFORMS,
    "feed": {**_FEEDS, "imported": Both("导入", "Imported")},
    "kind": {
        "post": Both("帖文", "Post"),
        "article": Both("文章", "Article"),
        "comment": Both("评论", "Comment"),
        "repost": Both("转发", "Repost"),
        "review": Both("点评", "Review"),
    },
    "speaker": {
        "partner": Both("合作方", "Partner"),
        "pgc": Both("机构与认证账号", "Organisations and verified"),
        "ugc": Both("普通用户", "Everyone else"),
    },
    "verdict": {
        "ok": Both("正常", "Ok"),
        "empty": Both("无结果", "Empty"),
        "short": Both("明显偏少", "Too few posts"),
        "blocked": Both("被拦截", "Blocked"),
        "rate_limited": Both("访问过频", "Asked too often"),
        "login_required": Both("需要登录", "Login required"),
        "schema_changed": Both("页面结构已变", "Page format changed"),
        "unreachable": Both("无法访问", "Unreachable"),
        "cut_short": Both("提前结束", "Cut short"),
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
        "neutral": Both("平静", "Neutral"),
        "angry": Both("愤怒", "Angry"),
        "happy": Both("高兴", "Happy"),
        "sad": Both("悲伤", "Sad"),
        "fear": Both("恐惧", "Fear"),
        "surprise": Both("惊讶", "Surprise"),
    },
    "intent": {
        "complaint": Both("投诉", "Complaint"),
        "question": Both("提问", "Question"),
        "suggestion": Both("建议", "Suggestion"),
        "purchase": Both("购买", "Purchase"),
        "praise": Both("称赞", "Praise"),
        "news": Both("资讯", "News"),
        "other": Both("其他", "Other"),
    },
    "role": {
        "origin": Both("首发", "Origin"),
        "repost": Both("转发", "Repost"),
        "reply": Both("回复", "Reply"),
        "copy": Both("雷同", "Copy"),
    },
    "precision": {
        "second": Both("秒", "Second"),
        "minute": Both("分", "Minute"),
        "hour": Both("时", "Hour"),
        "day": Both("日", "Day"),
        "unknown": Both("未知", "Unknown"),
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
    "speaker": "speaker",
}
"""The names that the values of an index's field go by."""

COLUMNS: Mapping[str, Both] = {
    "@timestamp": Both("时间", "Time"),
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
    "emotion": Both("情绪", "Emotion"),
    "intent": Both("意图", "Intent"),
    "keywords": Both("关键词", "Keywords"),
    "story.role": Both("传播方式", "Role"),
    "time_precision": Both("时间精度", "Time precision"),
    "rule": Both("规则", "Rule"),
    "tier": Both("等级", "Tier"),
    "followers": Both("粉丝", "Followers"),
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
