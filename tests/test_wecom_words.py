"""Of each kind of message that WeCom's archive and customer service know, the words are read that people saw."""

import json
from typing import Any

import pytest

from crawlers.wecom.words import words_of

SAID = json.dumps({"content": "第一句"})
ITEMS = [
    {"type": "ChatRecordText", "content": SAID},
    {"type": "image", "content": '{"md5sum": "x"}'},
    "odd",
    {"content": 5},
]
MENU = [
    {"type": "click", "click": {"id": "101", "content": "满意"}},
    {"type": "text", "text": {"content": "纯文本", "no_newline": 0}},
]
QUOTED = [{"sender_name": "甲", "msg_content": json.dumps({"msgtype": "text", "text": {"content": "客服答了"}})}]


@pytest.mark.parametrize(
    ("kind", "message", "words"),
    [
        ("text", {"text": {"content": " 屏幕闪 "}}, "屏幕闪"),
        ("file", {"file": {"filename": "发票.pdf", "md5sum": "x", "filesize": 9}}, "发票.pdf"),
        (
            "link",
            {"link": {"title": "订单", "desc": "第 1 号", "url": "https://example.org/1", "pic_url": "x"}},
            "订单 第 1 号 https://example.org/1",
        ),
        (
            "link",
            {"link": {"title": "订单", "description": "第 1 号", "link_url": "https://example.org/1"}},
            "订单 第 1 号 https://example.org/1",
        ),
        ("location", {"location": {"longitude": 1.5, "title": "西湖", "address": "杭州", "zoom": 15}}, "西湖 杭州"),
        (
            "weapp",
            {"weapp": {"title": "点餐", "description": "小程序", "username": "gh_1", "displayname": "店"}},
            "点餐 小程序 店",
        ),
        ("card", {"card": {"corpname": "星河公司", "userid": "wmB"}}, "星河公司 wmB"),
        ("vote", {"vote": {"votetitle": "哪个好", "votetype": 101, "voteid": "1"}}, "哪个好"),
        ("redpacket", {"redpacket": {"type": 1, "wish": "恭喜", "totalcnt": 1}}, "恭喜"),
        (
            "docmsg",
            {"doc": {"title": "报价", "link_url": "https://doc.example.org/1"}},
            "报价 https://doc.example.org/1",
        ),
        ("markdown", {"info": {"content": "**通知**"}}, "**通知**"),
        (
            "news",
            {"info": {"item": [{"title": "活动", "description": "周六", "url": "https://example.org/2"}]}},
            "活动 周六 https://example.org/2",
        ),
        ("chatrecord", {"chatrecord": {"title": "群聊", "item": ITEMS}}, "群聊 第一句"),
        (
            "mixed",
            {"mixed": {"item": [{"type": "text", "content": SAID}, {"type": "text", "content": "不是 JSON"}]}},
            "第一句 不是 JSON",
        ),
        ("merged_msg", {"merged_msg": {"title": "聊天记录", "item": QUOTED}}, "聊天记录 客服答了"),
        ("msgmenu", {"msgmenu": {"head_content": "满意吗", "tail_content": "谢谢", "list": []}}, "满意吗 谢谢"),
        (
            "msgmenu",
            {"msgmenu": {"head_content": "满意吗", "tail_content": "谢谢", "list": MENU}},
            "满意吗 满意 纯文本 谢谢",
        ),
        ("vote", {"vote": {"votetitle": "投票", "voteitem": ["甲", "乙"], "voteid": "x"}}, "投票 甲 乙"),
        (
            "collect",
            {"collect": {"title": "登记", "details": [{"id": 1, "ques": "姓名", "type": "Text"}]}},
            "登记 姓名",
        ),
        ("meeting", {"meeting": {"topic": "会议", "address": "杭州", "remarks": "带电脑"}}, "会议 杭州 带电脑"),
        ("qydiskfile", {"info": {"filename": "报价.pdf"}}, "报价.pdf"),
        ("image", {"image": {"sdkfileid": "x", "md5sum": "y"}}, ""),
        ("voice", {}, ""),
        ("text", {"text": "odd"}, ""),
    ],
)
def test_what_people_read_of_a_message(kind: str, message: dict[str, Any], words: str) -> None:
    assert words_of(kind, message) == words


def test_records_within_records_come_to_an_end() -> None:
    inner: Any = {"content": "底"}
    for _ in range(50):
        inner = {"item": [inner]}
    assert words_of("chatrecord", {"chatrecord": inner}) == ""
