"""Personal values are shown to who may see them, on record; people sign in, and only their own forms write."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from config.errors import UserError
from config.load import ConfigError
from config.privacy import May, load_privacy
from config.seal import Keyring, keyring
from dashboards.console.session import Throttle, form_token, own_form, signed_in
from indexing.customers.asker import Asker, NotAllowed
from indexing.customers.consents import allowed, come_due
from indexing.customers.customer import Customer, Handle, HandleKind, from_document, to_document
from indexing.customers.record import Consent, Ticket
from indexing.customers.records import read_records, write_records
from indexing.customers.reveal import reveal
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.store import Store
from indexing.people.personal import Basis, Personal, PersonalKind, about
from indexing.privacy import passwords
from indexing.privacy.access import correct, customer_of, everything_about
from indexing.privacy.consent import say
from indexing.privacy.keeping import expire_personal, reseal
from indexing.privacy.receipt import UnderWay, begin, new_id, under_way
from indexing.profiles.consents import consented
from tests.console_server import serving_console

OPERATOR, SERVICE, READER = (Asker(name="li", role=role) for role in ("operator", "service", "reader"))
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
VALUES = {PersonalKind.NAME: "周某", PersonalKind.PHONE: "13312309876", PersonalKind.BIRTHDAY: "1990-02-03"}


@pytest.fixture
def store(emptied_store: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    return emptied_store


@pytest.fixture
def customer(store: Store) -> Customer:
    """Give a customer with personal values, as the index has them."""
    keys = keyring()
    personal = tuple(
        Personal(
            kind=kind, sealed=keys.seal(value, about=about("C1", kind)), purpose="售后", basis=Basis.CONTRACT,
            keep_until=date(2026, 12, 31) if kind is PersonalKind.PHONE else None,
        )
        for kind, value in VALUES.items()
    )  # fmt: skip
    return write_customer(store, Customer(id="C1", imported_at=NOW, file="crm", personal=personal))


def write_customer(store: Store, one: Customer) -> Customer:
    index = store.alias("customers")
    send(store.client, [Action(operation="index", index=index, id=one.id, source=to_document(one))])
    store.refresh("customers")
    return one


def looks(store: Store) -> list[dict[str, object]]:
    store.refresh("looks")
    return [hit["_source"] for hit in store.client.search(index=store.alias("looks"))["hits"]["hits"]]


def test_each_role_sees_its_own_and_every_look_is_on_record(store: Store, customer: Customer) -> None:
    assert reveal(store, customer, OPERATOR, "a call") == {kind: (value,) for kind, value in VALUES.items()}
    assert set(reveal(store, customer, SERVICE, "a call")) == {PersonalKind.NAME, PersonalKind.PHONE}
    assert reveal(store, customer, READER, "a call") == {}
    with pytest.raises(NotAllowed, match="may not see birthday"):
        reveal(store, customer, SERVICE, "a call", [PersonalKind.BIRTHDAY])
    with pytest.raises(NotAllowed, match="say what for"):
        reveal(store, customer, OPERATOR, " ")
    assert {(one["who"], one["role"], one["customer"], one["purpose"]) for one in looks(store)} == {
        ("li", "operator", "C1", "a call"), ("li", "service", "C1", "a call"),
    }  # fmt: skip
    assert not any(value in str(looks(store)) for value in VALUES.values())


def test_roles_are_what_people_write(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data))
    (data / "privacy.yaml").write_text(
        "roles:\n  desk: {sees: [name], may: [cases]}\noperator: desk\n", encoding="utf-8"
    )
    assert load_privacy().roles["desk"].may == (May.CASES,)
    with pytest.raises(NotAllowed, match="add `erase`"):
        Asker(name="li", role="desk").must(May.ERASE)
    assert not Asker(name="li", role="operator").rights.may, "a role that is there no more may do nothing"
    (data / "privacy.yaml").write_text("roles:\n  desk: {may: [fly]}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"privacy\.yaml:2: roles\.desk\.may\.0"):
        load_privacy()
    (data / "privacy.yaml").write_text("roles:\n  desk: {}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="'operator' is no role here: write one of desk"):
        load_privacy()


def test_a_copy_a_correction_and_an_end(store: Store, customer: Customer) -> None:
    copy = everything_about(store, "C1", OPERATOR, "asked for a copy")
    assert {one["kind"]: one["value"] for one in copy["personal"]} == {
        str(kind): value for kind, value in VALUES.items()
    }
    assert copy["documents"]["customers"][0]["id"] == "C1"
    with pytest.raises(NotAllowed):
        everything_about(store, "C1", SERVICE, "curious")
    correct(store, "C1", PersonalKind.PHONE, "13312300000", SERVICE)
    now = customer_of(store, "C1")
    assert reveal(store, now, OPERATOR, "a call")[PersonalKind.PHONE] == ("13312300000",)
    assert expire_personal(store, date(2026, 12, 31)) == 0, "its last day"
    assert expire_personal(store, date(2027, 1, 1), dry_run=True) == 1
    assert expire_personal(store, date(2027, 1, 1)) == 1
    assert PersonalKind.PHONE not in {one.kind for one in customer_of(store, "C1").personal}


def test_keys_change_and_old_ones_go(
    store: Store, customer: Customer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (data / "keys" / "personal.key").read_text(encoding="ascii").strip()
    new = "b2:" + "5" * 64
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", f"{new},own:{old}")
    topic = "tickets:desk:ticket:1"
    sealed = Keyring({"own": bytes.fromhex(old)}).seal("漏水", about=topic)
    told = {"source": "desk", "customer": "C1", "at": NOW, "recorded_at": NOW}
    write_records(store, [Ticket(id="desk:ticket:1", subject=sealed, **told)])  # type: ignore[arg-type]
    export = {"@timestamp": NOW, "by": "li", "purpose": "care", "segment": "care", "customers": ["C1", "C9"]}
    store.client.index(index=store.alias("exports"), id="e1", document=export)
    assert reseal(store) == len(VALUES) + 1
    assert reseal(store) == 0
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", new)
    found = from_document("C1", store.client.get(index=store.alias("customers"), id="C1")["_source"])
    assert reveal(store, found, OPERATOR, "a call")[PersonalKind.NAME] == ("周某",)
    copy = everything_about(store, "C1", OPERATOR, "asked for a copy")["documents"]
    assert copy["customer-records"][0]["subject"] == "漏水", "a copy can be read, and no old key is needed"
    assert copy["exports"][0]["customers"] == ["C1"], "a list says nothing of the others who are in it"


def test_the_newest_word_stands_from_when_it_was_said(store: Store) -> None:
    assert allowed(store, ["C1", "C2"], "marketing") == set(), "silence is no agreement"
    yes = say(store, "C1", "marketing", granted=True, asker=SERVICE, where="a form")
    assert allowed(store, ["C1", "C2"], "marketing") == {"C1"}
    assert allowed(store, ["C1"], "profiling") == set()
    no = say(store, "C1", "marketing", granted=False, asker=SERVICE)
    assert allowed(store, ["C1"], "marketing") == set()
    assert allowed(store, ["C1"], "marketing", at=yes.at) == {"C1"}, "as it was then"
    assert no.at >= yes.at
    assert allowed(store, ["C1"], "marketing", at=yes.at - timedelta(seconds=1)) == set()


def test_a_withdrawal_takes_back_what_was_kept_on_it_and_a_word_of_tomorrow_waits(
    store: Store, customer: Customer
) -> None:
    on_consent = replace(customer.personal[0], basis=Basis.CONSENT, purpose="marketing")
    write_customer(store, replace(customer, personal=(on_consent, *customer.personal[1:])))
    say(store, "C1", "marketing", granted=True, asker=SERVICE)
    assert len(customer_of(store, "C1").personal) == len(VALUES)
    say(store, "C1", "marketing", granted=False, asker=SERVICE)
    assert {one.kind for one in customer_of(store, "C1").personal} == set(VALUES) - {on_consent.kind}
    later = Consent(
        id="crm:consent:1", source="crm", customer="C1", at=datetime.now(UTC) + timedelta(days=1), recorded_at=NOW,
        purpose="marketing", granted=True,
    )  # fmt: skip
    write_records(store, [later])
    assert consented(store, ["C1"], ["marketing"]).refused == ("C1",), "lists go by the same word as everything"


def test_a_withdrawal_told_beforehand_holds_on_its_day(store: Store, customer: Customer) -> None:
    on_consent = replace(customer.personal[0], basis=Basis.CONSENT, purpose="marketing")
    write_customer(store, replace(customer, personal=(on_consent, *customer.personal[1:])))
    day = NOW + timedelta(days=3)
    words = [("1", NOW - timedelta(days=9), True), ("2", day, False)]
    write_records(store, [
        Consent(id=f"crm:consent:{id}", source="crm", customer="C1", at=at, recorded_at=NOW, purpose="marketing",
                granted=yes)
        for id, at, yes in words
    ])  # fmt: skip
    store.refresh("customer-records")
    assert come_due(store, day - timedelta(seconds=1)) == set()
    assert come_due(store, day, dry_run=True) == {"C1"}
    assert len(customer_of(store, "C1").personal) == len(VALUES)
    assert come_due(store, day + timedelta(hours=1)) == {"C1"}
    assert {one.kind for one in customer_of(store, "C1").personal} == set(VALUES) - {on_consent.kind}
    assert come_due(store, day + timedelta(days=1)) == set()


def test_whom_a_waiting_erasure_is_about_is_sealed_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "a1:" + "4" * 64, "b2:" + "5" * 64
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", old)
    erasure = UnderWay(id=new_id(), asked_at=NOW, by="li", reason="asked", customers=("C1",), accounts=())
    begin(erasure)
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", f"{new},{old}")
    assert (reseal(store), reseal(store)) == (1, 0)
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", new)
    assert under_way() == [erasure], "the old key is needed no more"


def test_handles_and_what_tickets_are_about_are_kept_no_longer_than_stated(store: Store, customer: Customer) -> None:
    last = date(2026, 12, 1)
    handles = tuple(
        Handle(platform="weibo", kind=HandleKind.ID, pseudonym=key, line=2, column="weibo_id", keep_until=until)
        for key, until in (("old", last), ("new", None))
    )
    write_customer(store, replace(customer, handles=handles))
    told = {"source": "desk", "customer": "C1", "at": NOW, "recorded_at": NOW, "keep_until": last, "number": "n"}
    write_records(store, [Ticket(id="desk:ticket:1", subject="a:sealed", **told)])  # type: ignore[arg-type]
    assert expire_personal(store, last) == 0, "its last day"
    assert expire_personal(store, last + timedelta(days=1), dry_run=True) == 2
    assert expire_personal(store, last + timedelta(days=1)) == 2
    assert expire_personal(store, last + timedelta(days=1)) == 0
    assert [one.pseudonym for one in customer_of(store, "C1").handles] == ["new"]
    [ticket] = [one for one in read_records(store) if isinstance(one, Ticket)]
    assert (ticket.number, ticket.subject, ticket.keep_until) == ("n", None, None)


router = APIRouter()


@router.get("/secret")
def secret(asker: Annotated[Asker, Depends(signed_in)], request: Request) -> PlainTextResponse:
    """Show something that only a signed-in person sees, and the token of their forms."""
    return PlainTextResponse(f"{asker.name} {asker.role} {form_token(request)}")


@router.post("/secret")
def write(asker: Annotated[Asker, Depends(own_form)]) -> PlainTextResponse:
    """Write something."""
    asker.must(May.CASES)
    return PlainTextResponse(f"written by {asker.name}")


@pytest.fixture
def console(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """Give a browser in front of the console, which also has the page above."""
    from dashboards.console import app

    made = app.create

    def with_ours(*arguments: object) -> object:
        application = made(*arguments)  # type: ignore[arg-type]
        application.include_router(router)
        return application

    monkeypatch.setattr("dashboards.console.create", with_ours)
    with serving_console(store) as address, httpx.Client(base_url=address) as client:
        yield client


def test_signing_in(console: httpx.Client, data: Path) -> None:
    assert "Nobody may sign in" in console.get("/login?lang=en").text
    passwords.put("li", "service", "four words of mine")
    gone = console.get("/secret")
    assert (gone.status_code, gone.headers["location"]) == (303, "/login?next=/secret")
    form = {"name": "li", "password": "four words of mine", "next": "/secret"}
    assert console.post("/login", data={**form, "password": "something else"}).status_code == 401
    done = console.post("/login", data=form)
    assert done.headers["location"] == "/secret"
    cookie = done.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    name, role, token = console.get("/secret").text.split()
    assert (name, role) == ("li", "service")
    assert console.post("/secret", data={"token": "x"}).status_code == 403, "another site's form"
    assert console.post("/secret").status_code == 403
    assert console.post("/secret", data={"token": token}).text == "written by li"
    passwords.put("li", "reader", "four words of mine")
    assert console.get("/secret").status_code == 303, "a new digest ends the sessions"
    console.post("/login", data=form)
    token = console.get("/secret").text.split()[2]
    refused = console.post("/secret?lang=en", data={"token": token})
    assert refused.status_code == 403 and "cases" in refused.text
    assert console.post("/logout", data={"token": token}).headers["location"] == "/login"
    assert console.get("/secret").status_code == 303
    content = (data / "keys" / "people.json").read_text(encoding="utf-8")
    assert "four words" not in content and "argon2id" in content
    assert (data / "keys" / "people.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_signing_in_leads_nowhere_else(console: httpx.Client, target: str) -> None:
    passwords.put("li", "service", "four words of mine")
    form = {"name": "li", "password": "four words of mine", "next": target}
    assert console.post("/login", data=form).headers["location"] == "/"


def test_whoever_guesses_waits() -> None:
    clock = [1_000.0]
    throttle = Throttle(lambda: clock[0])
    for _ in range(5):
        assert not throttle.waits("li")
        throttle.note("li", right=False)
    assert throttle.waits("li") and not throttle.waits("wang")
    clock[0] += 31
    assert not throttle.waits("li")
    throttle.note("li", right=True)
    assert not throttle.waits("li")


def test_weak_passwords_and_open_files_are_refused(data: Path) -> None:
    with pytest.raises(UserError, match="shorter than 12"):
        passwords.put("li", "service", "short")
    with pytest.raises(UserError, match="is no role"):
        passwords.put("li", "king", "four words of mine")
    passwords.put("li", "service", "four words of mine")
    (data / "keys" / "people.json").chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        passwords.people()
    (data / "keys" / "people.json").chmod(0o600)
    with pytest.raises(UserError, match="nobody of this name"):
        passwords.forget("wang")
    passwords.forget("li")
    assert passwords.find("li") is None
