"""What the page of links says, in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from config.both import Both

__all__ = ["PHRASES"]

PHRASES: Mapping[str, Both] = MappingProxyType(
    {
        "waiting": Both("待确认的关联", "Links that wait for a word"),
        "none": Both("目前没有待确认的关联。", "Nothing waits."),
        "only_first": Both("共 {total} 对，显示 {shown} 对。", "{total} pairs in all, {shown} shown."),
        "candidate": Both("候选", "candidate"),
        "conflict": Both("冲突", "conflict"),
        "customer": Both("客户", "Customer"),
        "account": Both("账号", "Account"),
        "evidence": Both("证据", "Evidence"),
        "why": Both("理由（会留档；请勿写姓名电话）", "Why (stays on record; no names or numbers)"),
        "do_accept": Both("是同一个人", "They are one person"),
        "do_reject": Both("不是同一个人", "They are two people"),
        "do_undo": Both("撤回", "Take back"),
        "do_split": Both("拆分", "Split"),
        "split": Both("把一个人拆成两个", "Split a person in two"),
        "some": Both("这些（客户编号或 weibo:1001，逗号分隔）", "These (ids, or weibo:1001; commas between)"),
        "others": Both("与这些不是同一个人", "are not one person with these"),
    }
)
