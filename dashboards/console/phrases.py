"""What the console says, in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from dashboards.page.phrases import Both

__all__ = ["PHRASES"]

PHRASES: Mapping[str, Both] = MappingProxyType(
    {
        "console": Both("听风 · 值班台", "tingfeng · on call"),
        "other_language": Both("English", "中文"),
        # signing in
        "login": Both("登录", "Sign in"),
        "login_name": Both("姓名", "Name"),
        "login_password": Both("密码", "Password"),
        "login_wrong": Both("姓名或密码不对。", "Name and password do not fit."),
        "login_waits": Both("尝试次数过多，请半分钟后再试。", "Too many tries: wait half a minute, then try again."),
        "login_nobody": Both(
            "还没有人可以登录：请在这台机器上运行 tingfeng privacy person 姓名 --role service。",
            "Nobody may sign in yet: run `tingfeng privacy person NAME --role service` on this machine.",
        ),
        "not_allowed": Both("您的角色不能做这件事", "Your role may not do this"),
        "not_own_form": Both(
            "这份表单不是本次登录打开的，什么也没有做。请返回后重新打开页面。",
            "This form is not of your session, and nothing was done. Go back and open the page again.",
        ),
        # answering
        "do_ack": Both("认领", "Acknowledge"),
        "do_assign": Both("转交", "Assign"),
        "do_snooze": Both("暂缓", "Snooze"),
        "do_resolve": Both("解除", "Resolve"),
        "do_judge": Both("评价这次提醒", "Judge"),
        "do_merge": Both("并入另一警情", "Merge into another incident"),
        "do_split": Both("移出这个警情", "Split off this incident"),
        "merge_with": Both("并入哪一个", "Into which one"),
        "same_incident": Both("同一警情的另外 {count} 条预警", "{count} more alerts of this incident"),
        "acknowledged_by": Both("{acks} 人中已有 {count} 人认领", "acknowledged by {count} of {acks}"),
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
        "give_to": Both("转交给谁", "Whom to give it to"),
        "choose": Both("请选择", "Choose"),
        "how_long": Both("暂缓多久", "For how long"),
        "why": Both("原因（可不填，会记录在案）", "Reason (may be left out; it stays on record)"),
        "was_it_worth_it": Both("这次提醒值得吗（可不填）", "Was it worth it (may be left out)"),
        "not_said": Both("先不说", "Not said"),
        "who": Both("我是", "I am"),
        "done": Both("已记录：{person} · {action}", "Recorded: {person} · {action}"),
        "recorded": Both("已记录：{action}", "Recorded: {action}"),
        "stands": Both("现在的状态：{state}", "It is now: {state}"),
        "open_alerts": Both("未解除的预警", "Open alerts"),
        "none_open": Both("目前没有未解除的预警。", "No alert is open."),
        "half_hour": Both("30 分钟", "30 minutes"),
        "hour": Both("1 小时", "1 hour"),
        "four_hours": Both("4 小时", "4 hours"),
        "day": Both("1 天", "1 day"),
        # an alert
        "since": Both("发现于", "raised"),
        "window": Both("时段", "Window"),
        "usual": Both("平时 {usual}", "usually {usual}"),
        "words": Both("突出的词", "Words that stand out"),
        "platforms": Both("平台", "Platforms"),
        "quoted_mentions": Both("{count} 条", "{count} mentions"),
        "engagement": Both("互动 {count}", "engagement {count}"),
        "earlier": Both("此前同类预警", "Earlier alerts of this rule and brand"),
        "all_evidence": Both("全部证据与经过", "All evidence and history"),
        "all_evidence_of": Both("全部证据：{count} 条", "All evidence: {count} mentions"),
        "page_of": Both("第 {number} 页，共 {pages} 页", "Page {number} of {pages}"),
        "previous": Both("上一页", "Previous"),
        "next": Both("下一页", "Next"),
        "only_first": Both("索引只给出前 {shown} 条。", "The index gives the first {shown} only."),
        "history": Both("经过（{zone}）", "History ({zone})"),
        "still_possible": Both("现在还能做什么", "What can still be done"),
        "nothing_left": Both(
            "预警已解除，无需再做什么；再次发生时会重新告知。",
            "The alert is over; nothing is left to be done. Should it come back, you will be told.",
        ),
        "other_links": Both(
            "消息里还没用过的链接仍然有效，每个动作一个；也可以用命令行：",
            "The message's other links, one for each action, are still good where nobody used them. Or by command:",
        ),
        "on_this_page": Both("可在预警的页面上处理。", "It can be answered on the alert's page."),
        "reason_given": Both("原因：{reason}", "Reason: {reason}"),
        "owner": Both("负责", "owner"),
        "runbook": Both("处置", "what to do"),
        "looks_after": Both("{person} 处理中", "{person} looks after it"),
        "evidence": Both("证据 {count} 条", "{count} mentions"),
        "told": Both("已告知", "told"),
        "held": Both("未发送", "not sent"),
        "original": Both("原文", "post"),
        # posts
        "posts": Both("帖子", "Posts"),
        "coverage": Both("采集覆盖", "Coverage"),
        "from": Both("自", "From"),
        "to": Both("至（含）", "To, included"),
        "all": Both("全部", "All"),
        "filter": Both("筛选", "Filter"),
        "no_posts": Both("没有符合条件的帖子。", "No post fits."),
        "corrected": Both("人工标注", "set by a person"),
        "customer": Both("客户", "customer"),
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
        "misconfigured": Both(
            "值班表或其他设置有误，改正之后即可使用；链接仍然有效。`tingfeng doctor` 会指出文件和行。",
            "The rota or another setting is wrong; it works again once that is mended, and the link stays good. "
            "`tingfeng doctor` names the file and the line.",
        ),
        "broken": Both(
            "这一页出错了，错误已记入日志；其他页面照常可用。",
            "This page has failed, and the log says why; the other pages work.",
        ),
        "no_alert": Both("没有这条预警", "There is no such alert"),
        "no_page": Both("没有这个页面", "There is no such page"),
        "only_by_link": Both("请从预警消息里的链接进入。", "Please come by a link from an alert's message."),
    }
)
