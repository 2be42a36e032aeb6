"""WeCom's interfaces as a wire of the replay server: made-up staff and customers, tokens that expire, refusals.

It checks what WeCom checks (company, secret, token, the bounds of a page), so that a client that does otherwise fails.
"""

import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["WeCom", "made_contacts"]

_TOKEN_CALLS = 10_000
_OK = {"errcode": 0, "errmsg": "ok"}


@dataclass(slots=True, kw_only=True)
class WeCom:
    """One company; `contacts` are batch/get_by_user's entries, `talks` kf/sync_msg's messages by account.

    `refuse` holds errcodes that the next calls get in their turn, 0 for an answer. A token serves `calls` calls.
    """

    corp_id: str = "ww0123456789abcdef"
    secret: str = "made-up-secret"  # noqa: S105
    members: Sequence[str] = ("zhang", "li")
    contacts: Sequence[Mapping[str, Any]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    talks: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    page: int = 100
    calls: int = _TOKEN_CALLS
    refuse: deque[int] = field(default_factory=deque)
    tokens: int = 0
    _token: str = ""
    _left: int = 0

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        """Answer one call."""
        name = path.removeprefix("/cgi-bin/")
        if name == path:
            return None
        if name == "gettoken":
            return self._gettoken(query)
        if not self._token or query.get("access_token") != self._token:
            return _refusal(40014, "invalid access_token")
        if self._left <= 0:
            return _refusal(42001, "access_token expired")
        self._left -= 1
        if self.refuse and (code := self.refuse.popleft()):
            return _refusal(code, "on purpose")
        answer = {
            "externalcontact/get_follow_user_list": self._members,
            "externalcontact/get_corp_tag_list": self._tags,
            "externalcontact/batch/get_by_user": self._batch,
            "externalcontact/get": self._one,
            "kf/account/list": self._accounts,
            "kf/sync_msg": self._sync,
        }.get(name)
        return answer(query) if answer else _refusal(40001, "no such interface")

    def login_wanted(self) -> Response:
        """Return what a token that is none gets."""
        return _refusal(40014, "invalid access_token")

    def targets(self, url: str) -> "list[Target]":
        """Return nothing: no feed crawls this."""
        return []

    def _gettoken(self, query: Mapping[str, str]) -> Response:
        if query.get("corpid") != self.corp_id:
            return _refusal(40013, "invalid corpid")
        if query.get("corpsecret") != self.secret:
            return _refusal(40001, "invalid credential")
        self._token, self._left, self.tokens = secrets.token_urlsafe(32), self.calls, self.tokens + 1
        return json_response({**_OK, "access_token": self._token, "expires_in": 7200})

    def _members(self, query: Mapping[str, str]) -> Response:
        return json_response({**_OK, "follow_user": list(self.members)})

    def _tags(self, query: Mapping[str, str]) -> Response:
        tags = [{"id": number, "name": name} for number, name in self.tags.items()]
        return json_response({**_OK, "tag_group": [{"group_id": "g", "group_name": "等级", "tag": tags}]})

    def _batch(self, query: Mapping[str, str]) -> Response:
        members = query.get("userid_list", "").split(",")
        if not 1 <= len(members) <= 100 or int(query.get("limit", "50")) > 100:
            return _refusal(40058, "userid_list or limit out of bounds")
        own = [one for one in self.contacts if one["follow_info"]["userid"] in members]
        shown, cursor = self._cut(own, query.get("cursor", ""), min(self.page, int(query.get("limit", "50"))))
        return json_response({**_OK, "external_contact_list": shown, "next_cursor": cursor})

    def _one(self, query: Mapping[str, str]) -> Response:
        wanted = query.get("external_userid")
        own = [one for one in self.contacts if one["external_contact"]["external_userid"] == wanted]
        if not own:
            return _refusal(84061, "not external contact")
        shown, cursor = self._cut(own, query.get("cursor", ""), self.page)
        follows = [_with_tags(dict(one["follow_info"]), self.tags) for one in shown]
        found = {**_OK, "external_contact": own[0]["external_contact"], "follow_user": follows}
        return json_response({**found, "next_cursor": cursor} if cursor else found)

    def _accounts(self, query: Mapping[str, str]) -> Response:
        first, limit = int(query.get("offset", "0")), int(query.get("limit", "100"))
        found = [{"open_kfid": name, "name": name} for name in self.talks]
        return json_response({**_OK, "account_list": found[first : first + limit]})

    def _sync(self, query: Mapping[str, str]) -> Response:
        talk = list(self.talks.get(query.get("open_kfid", ""), ()))
        begin = int(query.get("cursor", "").removeprefix("c") or 0)
        shown = talk[begin : begin + min(self.page, int(query.get("limit", "1000")))]
        end = begin + len(shown)
        more = {"has_more": int(end < len(talk)), "next_cursor": f"c{end}"}
        return json_response({**_OK, **more, "msg_list": shown})

    @staticmethod
    def _cut(own: Sequence[Any], cursor: str, size: int) -> tuple[list[Any], str]:
        begin = int(cursor.removeprefix("c") or 0)
        end = begin + size
        return list(own[begin:end]), f"c{end}" if end < len(own) else ""


def made_contacts(count: int, members: Sequence[str] = ("zhang", "li")) -> list[dict[str, Any]]:
    """Return made-up entries: every third contact is known to two members, every fifth is of another company."""
    found: list[dict[str, Any]] = []
    for number in range(count):
        other = number % 5 == 4
        one: dict[str, Any] = {"external_userid": f"wm{number:06}", "name": f"客户{number}", "type": 2 if other else 1}
        one |= {"corp_name": f"公司{number}", "position": "采购"} if other else {"unionid": f"oUnion{number:06}"}
        for place, member in enumerate(members[: 2 if number % 3 == 0 else 1]):
            noted = {"userid": member, "remark": f"备注{number}", "createtime": 1_700_000_000 + number, "add_way": 1}
            noted |= {"tag_id": ["et1"] if place == 0 else [], "remark_mobiles": [f"1380000{number:04}"]}
            found.append({"external_contact": one, "follow_info": noted})
    return found


def _with_tags(follow: dict[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Return a follow as `get` writes it: tags whole, where the batch has their ids."""
    ids = follow.pop("tag_id", [])
    return {**follow, "tags": [{"tag_id": one, "tag_name": tags.get(one, one), "type": 1} for one in ids]}


def _refusal(code: int, message: str) -> Response:
    return json_response({"errcode": code, "errmsg": f"{message}, hint: [1700000000_1], from ip: 192.0.2.1"})
