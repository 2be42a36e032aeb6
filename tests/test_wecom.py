"""WeCom's customers, 微信客服 and 会话存档: asked as its documentation says, kept sealed, and only of who agreed."""

import base64
import json
import logging
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

import tingfeng
from crawlers.errors import Blocked, CrawlError, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.private import consent, conversations
from crawlers.private.consent import Consent
from crawlers.private.seal import SealBroken, open_sealed, seal
from crawlers.replay.failures import Failures
from crawlers.replay.server import Server
from crawlers.replay.wecom import WeCom, made_contacts
from crawlers.wecom import archive as archives
from crawlers.wecom import service
from crawlers.wecom.account import NotSetUp, Use, use
from crawlers.wecom.api import Api, Reply
from crawlers.wecom.archive import Keys, archive_of, keys_of, sync_archive
from crawlers.wecom.contact import ContactType
from crawlers.wecom.contacts import contact, read_contacts, sync_contacts
from crawlers.wecom.rekey import rekey
from indexing.customers.sources import SourceError
from indexing.customers.sources.wecom import read as customer_rows
from indexing.privacy.places import private_talk
from indexing.privacy.sought import Sought
from tests.customer_files import source

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
AGREED = Consent(given=True, at=NOW - timedelta(days=30), how="form 12")


@pytest.fixture(autouse=True)
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    monkeypatch.setenv("TINGFENG_WECOM_CORP_ID", WeCom().corp_id)
    monkeypatch.setenv("TINGFENG_WECOM_SECRET", WeCom().secret)
    return tmp_path


@contextmanager
def serving(company: WeCom, failures: Failures | None = None) -> Iterator[Api]:
    server = Server([company], failures or Failures(), 0)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with Api(Use(corp_id=company.corp_id, secret=WeCom().secret, url=server.url), pause=0.001) as api:
            yield api
    finally:
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()


def customers_at(stages: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setenv("TINGFENG_CONFIG", str(stages / "config"))
    fields = {"customer": "external_userid", "tags": "tags"}
    stated = source(stages / "config", "wecom", "customer", {"kind": "wecom"}, fields, namespace="wecom")
    return [dict(row.values) for row in customer_rows(stated, None) if row.values]


def test_a_list_that_nobody_has_fetched_is_no_list_of_nobody(stages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="run `tingfeng wecom contacts`"):
        customers_at(stages, monkeypatch)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and "keys" not in path.parts)


def test_all_contacts_come_once_with_all_who_follow_them(stages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company = WeCom(contacts=made_contacts(60), tags={"et1": "老客户"}, page=7, calls=5)
    with serving(company) as api:
        report = sync_contacts(api, NOW)
        assert (report.members, report.entries, report.contacts, report.dead) == (2, 80, 60, 0)
        assert company.tokens > 2, "tokens that expired in between were renewed"
        found = {one.external_userid: one for one in read_contacts()}
        assert len(found) == 60
        first, other = found["wm000000"], found["wm000004"]
        assert [follow.user_id for follow in first.follows] == ["zhang", "li"]
        assert (first.type, first.unionid, first.follows[0].remark) == (ContactType.WECHAT, "oUnion000000", "备注0")
        assert (first.follows[0].tags, first.follows[0].tag_ids) == (("老客户",), ("et1",))
        assert (other.type, other.unionid, other.company) == (ContactType.WECOM, None, "公司4")
        alone = contact(api, "wm000000", NOW)
        assert alone == first, "the interface for one contact writes tags otherwise, and means the same"
        assert contact(api, "wm999999", NOW) is None
        company.contacts = made_contacts(3)
        sync_contacts(api, NOW + timedelta(hours=1))
    assert len(list(read_contacts())) == 3
    rows = customers_at(stages, monkeypatch)
    assert [row["external_userid"] for row in rows] == ["wm000000", "wm000001", "wm000002"]
    assert (rows[0]["mobile"], rows[0]["tags"], rows[0]["unionid"]) == ("13800000000", ["老客户"], "oUnion000000")
    assert rows[0]["follow_user"] == ["li", "zhang"]
    assert len(list(stages.glob("contacts/**/*.manifest"))) == 1, "no list of who is gone stays behind"
    assert "客户1".encode() not in everything_in(stages)
    assert b"13800000001" not in everything_in(stages)


def test_a_contact_of_another_shape_is_set_aside_and_a_failed_sync_leaves_the_last_list(stages: Path) -> None:
    odd = made_contacts(4)
    odd[1]["external_contact"] = {**odd[1]["external_contact"], "external_userid": 7}
    company = WeCom(contacts=odd)
    with serving(company) as api:
        assert sync_contacts(api, NOW).dead == 1
        before = list(read_contacts())
        company.refuse = deque([0, 0, 48002])
        with pytest.raises(LoginRequired, match="give it the right"):
            sync_contacts(api, NOW + timedelta(days=1))
    assert list(read_contacts()) == before


@pytest.mark.parametrize(
    ("codes", "raised", "said"),
    [
        ([-1, -1], None, ""),
        ([40014], None, ""),
        ([42001, -1, 45033], None, ""),
        ([40014, 40014], LoginRequired, "refused even when new"),
        ([45009] * 4, RateLimited, "asked too often"),
        ([-1] * 4, Unreachable, "busy"),
        ([60020], Blocked, "企业可信IP"),
        ([48002], LoginRequired, "管理后台"),
        ([90001], SchemaChanged, "90001"),
    ],
)
def test_each_errcode_is_told_for_what_it_is(
    codes: list[int], raised: type[CrawlError] | None, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    company = WeCom(refuse=deque(codes))
    with serving(company) as api:
        if raised is None:
            assert api.get("externalcontact/get_follow_user_list", Reply).errcode == 0
        else:
            with pytest.raises(raised, match=said) as told:
                api.get("externalcontact/get_follow_user_list", Reply)
            assert WeCom().secret not in str(told.value)
            assert "access_token=" not in str(told.value)
    ours = "".join(record.getMessage() for record in caplog.records if record.name != "crawlers.replay.server")
    assert WeCom().secret not in ours
    assert "access_token=" not in ours


def test_a_wrong_secret_a_cut_answer_and_a_silent_server_are_told_apart() -> None:
    with serving(WeCom(secret="another")) as api, pytest.raises(LoginRequired, match="secret is wrong"):
        api.get("externalcontact/get_follow_user_list", Reply)
    with serving(WeCom(), Failures(every_nth_cut=1)) as api, pytest.raises(Unreachable) as told:
        api.get("externalcontact/get_follow_user_list", Reply)
    assert WeCom().secret not in str(told.value)
    quiet = Api(Use(corp_id="c", secret="s3cret-s3cret", url="http://127.0.0.1:9"), pause=0.001)
    with quiet, pytest.raises(Unreachable, match="ConnectError") as told:
        quiet.get("x", Reply)
    assert "s3cret" not in str(told.value)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_WECOM_URL", "http://example.org")
    with pytest.raises(NotSetUp, match="not https"):
        use("contacts")
    monkeypatch.setenv("TINGFENG_WECOM_URL", "http://127.0.0.1:1/")
    assert use("contacts").url == "http://127.0.0.1:1"
    monkeypatch.delenv("TINGFENG_WECOM_SECRET")
    for part in ("contacts", "service"):
        with pytest.raises(NotSetUp, match=f"TINGFENG_WECOM_{part.upper()}_SECRET"):
            use(part)
    with pytest.raises(NotSetUp, match=r"needs WeCom's own library.*path/91774"):
        archive_of()
    with pytest.raises(NotSetUp, match="TINGFENG_WECOM_ARCHIVE_KEY_1_FILE"):
        keys_of()
    monkeypatch.setenv("TINGFENG_WECOM_ARCHIVE", "no_such_module:Archive")
    with pytest.raises(NotSetUp, match="cannot be made"):
        archive_of()


def said(number: int, person: str, text: str, **fields: Any) -> dict[str, Any]:
    at = int((NOW - timedelta(hours=2)).timestamp()) + number
    common = {"msgid": f"m{number}", "open_kfid": "wk1", "external_userid": person, "send_time": at, "origin": 3}
    return {**common, "msgtype": "text", "text": {"content": text}, **fields}


def talk() -> list[dict[str, Any]]:
    recall = {"event_type": "user_recall_msg", "recall_msgid": "m1", "external_userid": "wmA", "open_kfid": "wk1"}
    entered = {"event_type": "enter_session", "external_userid": "wmA", "open_kfid": "wk1"}
    return [
        said(0, "wmA", "手机闪退了"),
        said(1, "wmA", "发错了"),
        said(2, "wmB", "我没有同意"),
        said(3, "wmA", "好的", origin=5, servicer_userid="zhang"),
        said(4, "", "", msgtype="event", event=entered, origin=4, external_userid=""),
        said(5, "wmA", "", msgtype="link", link={"title": "订单", "url": "https://example.org/1"}),
        said(6, "", "", msgtype="event", event=recall, origin=4, external_userid=""),
        said(7, "wmA", "x", send_time="yesterday"),
        said(8, "wmA", "", msgtype="image", image={"media_id": "x"}),
    ]


def test_of_customer_service_only_what_people_agreed_to_is_kept_and_sealed(stages: Path) -> None:
    consent.record(service.SOURCE, "wmA", AGREED)
    company = WeCom(talks={"wk1": talk(), "wk2": []}, page=4)
    with serving(company) as api:
        assert service.accounts(api) == ["wk1", "wk2"]
        report = service.sync_service(api, "wk1", now=NOW)
        assert report.pages == 3
        counts = report.books.counts()
        assert counts == {"messages": 9, "kept": 6, "without_consent": 1, "events": 1, "dead": 1}
        company.talks = {"wk1": [*talk(), said(9, "wmA", "还有")]}
        assert service.sync_service(api, "wk1", now=NOW).books.messages == 1, "it goes on where it stopped"
    kept = list(conversations.messages(service.SOURCE))
    assert [message.text for message in kept] == ["手机闪退了", "好的", "订单 https://example.org/1", "", "还有"]
    assert [message.sender for message in kept][:2] == ["wmA", "zhang"]
    for hidden in ("手机闪退了", "我没有同意", "发错了", "wmA"):
        assert hidden.encode() not in everything_in(stages)
    assert not list(stages.glob("posts/**")), "private talk is no post"


def test_a_withdrawal_removes_what_was_kept_and_age_does_as_well() -> None:
    for person in ("wmA", "wmB"):
        consent.record(service.SOURCE, person, AGREED)
    with serving(WeCom(talks={"wk1": talk()})) as api:
        service.sync_service(api, "wk1", now=NOW)
    assert len(list(conversations.messages(service.SOURCE))) == 5
    runner = CliRunner()
    withdrawn = ["wecom", "consent", "wmA", "--withdrawn", "--how", "a call"]
    result = runner.invoke(tingfeng.app, withdrawn, catch_exceptions=False)
    assert "6 messages removed" in result.output
    assert [message.people for message in conversations.messages(service.SOURCE)] == [("wmB",)]
    assert conversations.expire(NOW, dry_run=True) == 0
    assert conversations.expire(NOW + timedelta(days=2), dry_run=True) == 1
    assert conversations.expire(NOW + timedelta(days=2)) == 1
    assert list(conversations.messages(service.SOURCE)) == []
    assert [one.given for one in consent.history(service.SOURCE, "wmA")] == [True, False]


def test_consent_counts_from_its_time_until_it_is_taken_back() -> None:
    assert not consent.given("s", "p", NOW)
    consent.record("s", "p", AGREED)
    consent.record("s", "p", AGREED)
    assert consent.given("s", "p", NOW)
    assert not consent.given("s", "p", AGREED.at - timedelta(seconds=1)), "what was said before it is not covered"
    assert not consent.given("other", "p", NOW)
    consent.record("s", "p", replace(AGREED, given=False, at=NOW))
    assert not consent.given("s", "p", NOW - timedelta(hours=1)), "a withdrawal holds for what was said before, too"
    assert len(consent.history("s", "p")) == 2


def test_an_erased_person_is_in_no_consent_and_agrees_to_nothing(stages: Path) -> None:
    for person in ("wmErased0001", "wmOther00002"):
        consent.record("wecom_service", person, Consent(given=True, at=NOW, how="form"))
    sought = Sought(plain={"wmErased0001"})
    store: Any = None  # no index is asked
    assert len(list(private_talk.look(store, sought))) == 1
    assert private_talk.erase(store, sought) == 1
    assert list(private_talk.look(store, sought)) == []
    assert not consent.given("wecom_service", "wmErased0001", NOW)
    assert consent.given("wecom_service", "wmOther00002", NOW)


def test_a_sync_that_is_killed_between_page_and_cursor_reads_the_page_again_and_keeps_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consent.record(service.SOURCE, "wmA", AGREED)
    company = WeCom(talks={"wk1": talk()}, page=4)
    with serving(company) as api:
        with monkeypatch.context() as patch:
            patch.setattr(conversations, "save_cursor", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                service.sync_service(api, "wk1", now=NOW)
        service.sync_service(api, "wk1", now=NOW)
    kept = [message.id for message in conversations.messages(service.SOURCE)]
    assert kept == ["m0", "m3", "m5", "m8"]


class FakeArchive:
    """GetChatData and DecryptData with a cipher of our own in the place of the library's closed one."""

    def __init__(
        self, plain: Sequence[Mapping[str, Any]], keys: Mapping[int, rsa.RSAPrivateKey], page: int = 3
    ) -> None:
        self.entries, self.page, self.fails = [], page, 0
        for number, message in enumerate(plain, 1):
            version = 1 if number % 2 else max(keys)
            sealed = keys[version].public_key().encrypt(f"random{number}".encode(), PKCS1v15())
            self.entries.append(
                {
                    "seq": number,
                    "msgid": message.get("msgid", ""),
                    "publickey_ver": version,
                    "encrypt_random_key": base64.b64encode(sealed).decode(),
                    "encrypt_chat_msg": base64.b64encode(
                        f"random{number}".encode() + json.dumps(message).encode()
                    ).decode(),
                }
            )

    def chat_data(self, seq: int, limit: int) -> bytes:
        if self.fails:
            return json.dumps({"errcode": self.fails, "errmsg": "x", "chatdata": []}).encode()
        shown = [one for one in self.entries if one["seq"] > seq][: min(limit, self.page)]
        return json.dumps({"errcode": 0, "errmsg": "ok", "chatdata": shown}).encode()

    def decrypt(self, random_key: str, encrypted: str) -> bytes:
        plain = base64.b64decode(encrypted)
        if not plain.startswith(random_key.encode()):
            raise ValueError("wrong key")
        return plain.removeprefix(random_key.encode())


KEYS = {version: rsa.generate_private_key(public_exponent=65537, key_size=2048) for version in (1, 2)}


def pem(version: int) -> bytes:
    return KEYS[version].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def chat(number: int, sender: str, to: list[str], **fields: Any) -> dict[str, Any]:
    at = int((NOW - timedelta(hours=1)).timestamp() * 1000) + number
    common = {
        "msgid": f"a{number}_external",
        "action": "send",
        "from": sender,
        "tolist": to,
        "roomid": "",
        "msgtime": at,
    }
    return {**common, "msgtype": "text", "text": {"content": f"话{number}"}, **fields}


def archived() -> list[dict[str, Any]]:
    agreed_at = int((NOW - timedelta(hours=3)).timestamp() * 1000)
    return [
        chat(0, "wmB", ["zhang"]),
        chat(1, "wmA", ["zhang"], msgtype="agree", agree={"userid": "wmA", "agree_time": agreed_at}),
        chat(2, "wmA", ["zhang"]),
        chat(3, "zhang", ["wmA"]),
        chat(4, "zhang", ["li"]),
        {"msgid": "a5", "action": "switch", "time": agreed_at, "user": "zhang"},
        chat(6, "wmA", ["zhang", "wmB"], roomid="r1"),
        chat(7, "wmA", ["zhang"], action="recall", msgtype="revoke", revoke={"pre_msgid": "a2_external"}),
        chat(8, "wmA", ["zhang"], msgtime="x"),
    ]


def test_of_the_archive_only_talk_between_staff_and_agreeing_customers_is_kept(stages: Path) -> None:
    behind = FakeArchive(archived(), KEYS)
    keys = Keys({1: pem(1), 2: pem(2)})
    report = sync_archive(behind, keys, now=NOW)
    assert report.books.counts() == {"messages": 9, "kept": 3, "without_consent": 2, "events": 3, "dead": 1}
    assert (report.pages, report.seq, report.consents) == (3, 9, 1)
    assert [message.text for message in conversations.messages(archives.SOURCE)] == ["话3"], "话2 was taken back"
    assert sync_archive(behind, keys, now=NOW).pages == 0
    assert "话3".encode() not in everything_in(stages)
    said_no = chat(10, "wmA", ["zhang"], msgtype="disagree", disagree={"userid": "wmA"})
    behind = FakeArchive([*archived(), said_no], KEYS)
    sync_archive(behind, keys, now=NOW)
    assert list(conversations.messages(archives.SOURCE)) == []


def test_a_key_of_another_version_or_another_pair_stops_the_archive_where_it_is() -> None:
    behind = FakeArchive(archived(), KEYS)
    with pytest.raises(NotSetUp, match="ARCHIVE_KEY_2: missing"):
        sync_archive(behind, Keys({1: pem(1)}), now=NOW)
    with pytest.raises(NotSetUp, match="is it the key of that version"):
        sync_archive(behind, Keys({1: pem(2), 2: pem(1)}), now=NOW)
    with pytest.raises(NotSetUp, match="ARCHIVE_KEY_3: no private key"):
        Keys({3: b"-----BEGIN NOTHING-----"})
    assert sync_archive(behind, Keys({1: pem(1), 2: pem(2)}), now=NOW).books.messages == 9, "nothing was passed over"


@pytest.mark.parametrize(("code", "kind"), [(10001, Unreachable), (45009, RateLimited), (301052, SchemaChanged)])
def test_what_the_library_refuses_is_told(code: int, kind: type[CrawlError]) -> None:
    behind = FakeArchive(archived(), KEYS)
    behind.fails = code
    with pytest.raises(kind, match=str(code)):
        sync_archive(behind, Keys({1: pem(1)}), now=NOW)


LIBRARY = r"""
#include <stdlib.h>
#include <string.h>
typedef struct { char *buf; int len; } Slice;
void *NewSdk(void) { return malloc(8); }
void DestroySdk(void *s) { free(s); }
int Init(void *s, const char *corp, const char *secret) { return strcmp(secret, "made-up-secret") ? 40001 : 0; }
void *NewSlice(void) { return calloc(1, sizeof(Slice)); }
void FreeSlice(Slice *s) { free(s->buf); free(s); }
char *GetContentFromSlice(Slice *s) { return s->buf; }
int GetSliceLen(Slice *s) { return s->len; }
static int put(Slice *s, const char *text) { s->buf = strdup(text); s->len = strlen(text); return 0; }
int GetChatData(void *s, unsigned long long seq, unsigned int limit, const char *proxy, const char *passwd,
                int timeout, Slice *out) {
  if (seq == 7) return 10001;
  return put(out, seq < 4294967297ULL && limit == 1000 && timeout == 30
    ? "{\"errcode\":0,\"chatdata\":[{\"seq\":4294967297,\"msgid\":\"m\"}]}" : "{\"errcode\":0,\"chatdata\":[]}");
}
int DecryptData(const char *key, const char *msg, Slice *out) { return strcmp(key, "k") ? 10004 : put(out, msg); }
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_wecoms_own_library_is_called_as_its_header_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, made = tmp_path / "sdk.c", tmp_path / "libWeWorkFinanceSdk_C.so"
    source.write_text(LIBRARY)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(made), str(source)], check=True)
    monkeypatch.setenv("TINGFENG_WECOM_ARCHIVE", str(made))
    behind = archive_of()
    assert json.loads(behind.chat_data(0, 1000))["chatdata"][0]["seq"] == 4294967297
    assert json.loads(behind.chat_data(4294967297, 1000))["chatdata"] == []
    assert behind.decrypt("k", "你好") == "你好".encode()
    with pytest.raises(ValueError, match="10004"):
        behind.decrypt("other", "x")
    with pytest.raises(Unreachable, match="10001"):
        behind.chat_data(7, 1000)
    monkeypatch.setenv("TINGFENG_WECOM_ARCHIVE_SECRET", "wrong")
    with pytest.raises(NotSetUp, match="refuses it"):
        archive_of()
    monkeypatch.setenv("TINGFENG_WECOM_ARCHIVE", str(tmp_path / "nothing.so"))
    with pytest.raises(NotSetUp, match="cannot be loaded"):
        archive_of()


def test_keys_rotate_and_nothing_opens_without_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "an old long random text", "a new long random text"
    monkeypatch.setenv("TINGFENG_PRIVATE_KEY", old)
    consent.record(service.SOURCE, "wmA", AGREED)
    with serving(WeCom(talks={"wk1": talk()}, contacts=made_contacts(5))) as api:
        service.sync_service(api, "wk1", now=NOW)
        sync_contacts(api, NOW)
    told = [message.id for message in conversations.messages(service.SOURCE)]
    monkeypatch.setenv("TINGFENG_PRIVATE_KEY", new)
    with pytest.raises(SealBroken, match="opens no such content"):
        list(conversations.messages(service.SOURCE))
    monkeypatch.setenv("TINGFENG_PRIVATE_KEY", f"{new},{old}")
    assert rekey() > 5
    monkeypatch.setenv("TINGFENG_PRIVATE_KEY", new)
    assert [message.id for message in conversations.messages(service.SOURCE)] == told
    assert len(list(read_contacts())) == 5
    sealed = seal(b"x")
    assert open_sealed(sealed) == b"x"
    with pytest.raises(SealBroken):
        open_sealed(sealed[:-2] + b"A=")


def test_the_command_line_syncs_and_tells_refusals_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    consent.record(service.SOURCE, "wmA", AGREED)
    company = WeCom(contacts=made_contacts(3), talks={"wk1": talk()})
    with serving(company) as api:
        monkeypatch.setenv("TINGFENG_WECOM_URL", api.use.url)
        runner = CliRunner()
        assert "without_consent" in runner.invoke(tingfeng.app, ["wecom", "service"], catch_exceptions=False).output
        assert "contacts" in runner.invoke(tingfeng.app, ["wecom", "contacts"], catch_exceptions=False).output
        monkeypatch.setenv("TINGFENG_WECOM_SECRET", "wrong-wrong-wrong")
        result = runner.invoke(tingfeng.app, ["wecom", "contacts"])
        assert "secret is wrong" in str(result.exception)
        assert "wrong-wrong" not in f"{result.output}{result.exception}"
