"""What the console says, in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from dashboards.page.phrases import Both

__all__ = ["PHRASES"]

PHRASES: Mapping[str, Both] = MappingProxyType(
    {
        "console": Both("听风 · 值班台", "tingfeng · on call"),
        "other_language": Both("English", "中文"),
        # answering
        "do_ack": Both("认领", "Acknowledge"),
        "do_assign": Both("转交", "Assign"),
        "do_snooze": Both("暂缓", "Snooze"),
        "do_resolve": Both("解除", "Resolve"),
        "will_ack": Both(
            "{person} 将认领这条预警：提醒和升级随即停止。",
            "{person} will look after this alert: reminders and escalation stop.",
        ),
        "will_assign": Both("{person} 将把这条预警转交给：", "{person} will give this alert to:"),
        "will_snooze": Both("{person} 将暂缓这条预警，时长：", "{person} will put this alert off for:"),
        "will_resolve": Both("{person} 将解除这条预警。", "{person} will call this alert over."),
        "confirm": Both("确认{action}", "{action}: confirm"),
        "not_yet": Both(
            "打开本页不会改变任何东西；按下按钮才会。链接只能使用一次，{expires} 前有效。",
            "Opening this page changes nothing; the button does. The link works once, until {expires}.",
        ),
        "not_you": Both("不是 {person}？请不要代按。", "Not {person}? Please leave it to them."),
        "done": Both("已记录：{person} · {action}", "Recorded: {person} · {action}"),
        "stands": Both("现在的状态：{state}", "It is now: {state}"),
        "open_alerts": Both("未解除的预警", "Open alerts"),
        "none_open": Both("目前没有未解除的预警。", "No alert is open."),
        "half_hour": Both("30 分钟", "30 minutes"),
        "hour": Both("1 小时", "1 hour"),
        "four_hours": Both("4 小时", "4 hours"),
        "day": Both("1 天", "1 day"),
        # an alert
        "since": Both("发现于", "raised"),
        "owner": Both("负责", "owner"),
        "runbook": Both("处置", "what to do"),
        "looks_after": Both("{person} 处理中", "{person} looks after it"),
        "evidence": Both("证据 {count} 条", "{count} mentions"),
        "told": Both("已告知", "told"),
        "held": Both("未发送", "not sent"),
        "original": Both("原文", "post"),
        # posts
        "posts": Both("帖子", "Posts"),
        "from": Both("自", "From"),
        "to": Both("至（含）", "To, included"),
        "all": Both("全部", "All"),
        "filter": Both("筛选", "Filter"),
        "no_posts": Both("没有符合条件的帖子。", "No post fits."),
        "corrected": Both("人工标注", "set by a person"),
        "customer": Both("客户", "customer"),
        "engagement": Both("互动量", "engagement"),
        "older": Both("更早的", "older"),
        "newest": Both("最新的", "newest"),
        "not_a_choice": Both("地址里的筛选条件无法识别", "The address chooses by what is not known"),
        # what cannot be done
        "refused": Both("这个链接不能用了", "This link cannot be used"),
        "impossible": Both("现在做不到", "This cannot be done now"),
        "unavailable": Both(
            "索引暂时无法访问，请几分钟后再试；链接仍然有效。",
            "The index cannot be reached just now. Try again in some minutes; the link stays good.",
        ),
        "no_page": Both("没有这个页面", "There is no such page"),
        "only_by_link": Both("请从预警消息里的链接进入。", "Please come by a link from an alert's message."),
    }
)
