"""WeCom's callbacks over HTTP: its published vectors pass; what is not WeCom's is refused and nothing written."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UserError
from crawlers.replay.wecom_callbacks import Callback, callback, event_xml, verification
from crawlers.wecom import inbox
from crawlers.wecom.account import Receiver
from crawlers.wecom.callback import FRESH, MOST_BYTES
from crawlers.wecom.crypto import Envelope, EnvelopeRefused, WrongReceiver
from crawlers.wecom.event import Event
from tests.s3_server import free_port
from tests.wecom_server import receiving

PUBLISHED = Receiver(
    corp_id="wx5823bf96d3bd56c7", token="QDG6eK", aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)
"""The company, token and key with which WeCom's documentation and its libraries' samples show how it is done."""
ECHO = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}
HELLO = {
    "msg_signature": "477715d11cdb4164915debcba66cb864d751f3e6",
    "timestamp": "1409659813",
    "nonce": "1372623149",
}
ENCRYPTED = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
THEN = datetime.fromtimestamp(1409659813, UTC)
CHANGED = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "ExternalUserID": "wm1"}


@pytest.fixture(autouse=True)
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def address() -> Iterator[str]:
    with receiving(PUBLISHED) as url:
        yield url


CLIENT = httpx.Client(timeout=30, trust_env=False)


@pytest.fixture(scope="module", autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    CLIENT.close()


def post(url: str, made: Callback) -> httpx.Response:
    return CLIENT.post(f"{url}?{made.query}", content=made.body)


def told() -> list[Event]:
    return list(inbox.events())


def changed(fields: Mapping[str, str] = CHANGED) -> bytes:
    return event_xml(PUBLISHED.corp_id, fields, at=datetime.now(UTC))


def test_the_published_vectors_pass(stages: Path) -> None:
    body = (
        f"<xml><ToUserName><![CDATA[{PUBLISHED.corp_id}]]></ToUserName><Encrypt><![CDATA[{ENCRYPTED}]]></Encrypt></xml>"
    )
    with receiving(PUBLISHED, now=lambda: THEN) as url:
        echo = CLIENT.get(f"{url}?{urlencode(ECHO)}")
        assert (echo.status_code, echo.content) == (200, b"1616140317555161061")
        answer = CLIENT.post(f"{url}?{urlencode(HELLO)}", content=body)
    assert (answer.status_code, answer.text) == (200, "success")
    [event] = told()
    assert (event.name, event.fields["Content"], event.fields["MsgId"]) == ("text", "hello", "4561255354251345929")
    kept = b"".join(path.read_bytes() for path in stages.rglob("*") if path.is_file() and "keys" not in path.parts)
    assert kept
    assert b"hello" not in kept, "it lies sealed"


def test_an_event_is_kept_before_it_is_acknowledged_and_once(address: str) -> None:
    message = changed()
    first = post(address, callback(PUBLISHED, message))
    again = post(address, callback(PUBLISHED, message))  # WeCom's own repetition: another nonce, the same event
    assert (first.text, again.text) == ("success", "success")
    assert [event.fields["ExternalUserID"] for event in told()] == ["wm1"]
    verified = verification(PUBLISHED, "12345")
    assert CLIENT.get(f"{address}?{verified.query}").text == "12345"


def test_what_was_not_written_is_not_acknowledged() -> None:
    def full(event: Event) -> bool:
        raise OSError(28, "No space left on device")

    made = callback(PUBLISHED, changed())
    with receiving(PUBLISHED, keep=full) as url:
        assert post(url, made).status_code == 503
    with receiving(PUBLISHED) as url:  # and WeCom's next try, even of the very same request, is taken
        assert post(url, made).status_code == 200
    assert len(told()) == 1


def odd_requests() -> Iterator[tuple[str, Callback, int]]:
    good = callback(PUBLISHED, changed())
    now = datetime.now(UTC)
    other = replace(PUBLISHED, corp_id="ww9999999999999999")
    stranger = replace(PUBLISHED, token="guessed")
    yield "wrong signature", replace(good, fields={**good.fields, "msg_signature": "0" * 40}), 403
    yield "another token", callback(stranger, changed()), 403
    yield "another body", replace(good, body=callback(PUBLISHED, changed()).body), 403
    yield "another nonce", replace(good, fields={**good.fields, "nonce": "1"}), 403
    yield "stale", callback(PUBLISHED, changed(), at=now - FRESH - timedelta(seconds=30)), 403
    yield "from the future", callback(PUBLISHED, changed(), at=now + FRESH + timedelta(seconds=30)), 403
    yield "another receiver", callback(other, changed()), 403
    yield "no signature", replace(good, fields={}), 400
    yield "no number", replace(good, fields={**good.fields, "timestamp": "now"}), 400
    yield "no ciphertext", replace(good, body=b"<xml><ToUserName>a</ToUserName></xml>"), 400
    yield "no XML", replace(good, body=b"{}"), 403
    yield "oversize", replace(good, body=good.body + b" " * MOST_BYTES), 413
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">%s]><xml><Encrypt>&z;</Encrypt></xml>'
    layers = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(24)) + '<!ENTITY z "&y;">'
    yield "entity expansion", replace(good, body=bomb % layers.encode()), 403
    yield "entity expansion in UTF-16", replace(good, body=(bomb % layers.encode()).decode().encode("utf-16")), 403
    outside = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Encrypt>&f;</Encrypt></xml>'
    yield "external entity", replace(good, body=outside), 403
    yield "entity expansion within", callback(PUBLISHED, bomb % layers.encode()), 403
    yield "no event", callback(PUBLISHED, b"<xml><A>1</A></xml>"), 403
    yield "too many fields", callback(PUBLISHED, b"<xml>" + b"<A>1</A>" * 500 + b"</xml>"), 403


def test_whatever_is_not_wecoms_is_refused_and_nothing_is_written(address: str, stages: Path) -> None:
    for name, made, status in odd_requests():
        answer = post(address, made)
        assert (name, answer.status_code, answer.text) == (name, status, "refused")
    assert told() == []
    assert not (stages / "callbacks").exists()


def test_a_body_without_its_length_is_cut_off_at_the_limit(address: str) -> None:
    good = callback(PUBLISHED, changed())
    parts = (b" " * 4096 for _ in range(MOST_BYTES // 4096 + 2))
    assert CLIENT.post(f"{address}?{good.query}", content=parts).status_code == 413


def test_a_replayed_request_is_refused_also_after_a_restart(address: str) -> None:
    made = callback(PUBLISHED, changed())
    assert post(address, made).status_code == 200
    assert post(address, made).status_code == 403
    with receiving(PUBLISHED) as restarted:
        assert post(restarted, made).status_code == 403
    assert len(told()) == 1


def test_many_at_once_are_each_kept_once(address: str) -> None:
    messages = [changed({**CHANGED, "ExternalUserID": f"wm{number}"}) for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda message: post(address, callback(PUBLISHED, message)), messages * 2))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(event.fields["ExternalUserID"] for event in told()) == sorted(f"wm{n}" for n in range(20))


SERVER = """
import sys, uvicorn
from crawlers.wecom.account import receiver
from crawlers.wecom.callback import create
uvicorn.run(create(receiver()), port=int(sys.argv[1]), log_level="error")
"""


def test_what_was_acknowledged_survives_a_kill(stages: Path) -> None:
    port = free_port()
    told_env = {
        "TINGFENG_WECOM_CORP_ID": PUBLISHED.corp_id,
        "TINGFENG_WECOM_TOKEN": PUBLISHED.token,
        "TINGFENG_WECOM_AES_KEY": PUBLISHED.aes_key,
    }
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env={**os.environ, **told_env})
    url, sent = f"http://127.0.0.1:{port}/wecom/callback", []
    try:
        for number in range(200):
            made = callback(PUBLISHED, changed({**CHANGED, "ExternalUserID": f"wm{number}"}))
            try:
                if post(url, made).status_code == 200:
                    sent.append(f"wm{number}")
            except httpx.HTTPError:
                if sent:
                    break
                time.sleep(0.1)
            if len(sent) == 5:
                process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert len(sent) >= 5
    assert set(sent) <= {event.fields["ExternalUserID"] for event in told()}


@given(st.binary(max_size=300))
def test_what_is_closed_opens_and_no_bit_of_it_can_be_changed_unseen(message: bytes) -> None:
    envelope = Envelope(PUBLISHED.token, PUBLISHED.aes_key, PUBLISHED.corp_id)
    encrypted = envelope.close(message)
    assert envelope.open(encrypted) == message
    with pytest.raises(WrongReceiver):
        Envelope(PUBLISHED.token, PUBLISHED.aes_key, "ww0").open(encrypted)
    signature = envelope.signature("1", "2", encrypted)
    envelope.check(signature, "1", "2", encrypted)
    with pytest.raises(EnvelopeRefused):
        envelope.check(signature, "1", "2", encrypted[:-8] + "AAAAAAA=")


@given(st.text(max_size=200) | st.binary(max_size=96).map(lambda raw: base64.b64encode(raw).decode()))
def test_any_ciphertext_is_opened_or_refused(encrypted: str) -> None:
    with pytest.raises(EnvelopeRefused):
        Envelope(PUBLISHED.token, PUBLISHED.aes_key, PUBLISHED.corp_id).open(encrypted)


def test_a_key_that_is_none_is_refused_and_not_shown() -> None:
    for key in ("", "short", "!" * 43, "a" * 44):
        with pytest.raises(UserError, match="TINGFENG_WECOM_AES_KEY") as raised:
            Envelope("t", key, "c")
        assert not key or key not in str(raised.value)
    assert PUBLISHED.token not in repr(PUBLISHED)
    assert PUBLISHED.aes_key not in repr(PUBLISHED)


def test_events_and_notes_of_requests_go_after_their_time(address: str) -> None:
    made = callback(PUBLISHED, changed())
    post(address, made)
    now = datetime.now(UTC)
    inbox.forget(now)
    assert inbox.was_taken(made.fields["msg_signature"], now)
    inbox.forget(now + timedelta(hours=5))
    assert not inbox.was_taken(made.fields["msg_signature"], now)
    assert inbox.expire(now, dry_run=True) == inbox.expire(now) == 0
    assert inbox.expire(now + timedelta(days=2), dry_run=True) == inbox.expire(now + timedelta(days=2)) == 1
    assert told() == []
