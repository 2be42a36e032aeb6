"""`tingfeng wecom`: customers and private talk at 企业微信, by its official interfaces."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import typer
from rich.console import Group
from rich.text import Text

from commands.ports import HIGHEST, LOWEST, check_free
from commands.screen import clock, console, table

if TYPE_CHECKING:
    from crawlers.wecom.api import Api

Found = TypeVar("Found")

app = typer.Typer(no_args_is_help=True, help="企业微信: customers, callbacks, 微信客服 and 会话存档 (docs/wecom.md).")


@app.command()
def serve(port: int = typer.Option(8091, min=LOWEST, max=HIGHEST, help="Where it answers, on 127.0.0.1 only.")) -> None:
    """Receive WeCom's callbacks; let a proxy with TLS lead the address that WeCom knows here."""
    from crawlers.wecom.account import receiver
    from crawlers.wecom.callback import ADDRESS, PATH
    from crawlers.wecom.callback import serve as receive

    receiver()
    check_free(port)
    console.print(f"Callbacks are received at http://{ADDRESS}:{port}{PATH}; Ctrl-C ends it.")
    receive(port)


@app.command()
def contacts() -> None:
    """Fetch the company's customers, with who follows them, into the stage `contacts`."""
    from crawlers.wecom.contacts import sync_contacts

    with _api("contacts") as api:
        report = _mendable(lambda: sync_contacts(api, datetime.now(UTC)))
    found = {"members": report.members, "entries": report.entries, "contacts": report.contacts, "dead": report.dead}
    console.print(_shown("企业微信: customers", found))


@app.command()
def service(
    account: list[str] = typer.Option(None, help="An account's open_kfid; without it, all that may be read."),
) -> None:
    """Read what customers wrote to 微信客服 on from last time; only who has consented is kept."""
    from crawlers.wecom.service import accounts, sync_service

    with _api("service") as api:
        for one in account or _mendable(lambda: accounts(api)):
            report = _mendable(partial(sync_service, api, one, now=datetime.now(UTC)))
            console.print(_shown(f"微信客服 {one}", {"pages": report.pages, **report.books.counts()}))


@app.command()
def archive() -> None:
    """Read 会话存档 on from last time, through WeCom's own library; only who has consented is kept."""
    from crawlers.wecom.archive import archive_of, keys_of, sync_archive

    behind, keys = archive_of(), keys_of()
    report = _mendable(lambda: sync_archive(behind, keys, now=datetime.now(UTC)))
    found = {"pages": report.pages, "consents": report.consents, **report.books.counts()}
    console.print(_shown("会话存档", found))


@app.command()
def consent(
    person: str = typer.Argument(help="The customer's external_userid."),
    given: bool = typer.Option(..., "--given/--withdrawn", help="Whether their talk may be kept."),
    how: str = typer.Option(..., help="How it is known: a form and its number, a call and who took it."),
    source: str = typer.Option("wecom_service", help="wecom_service or wecom_archive."),
) -> None:
    """Record a customer's consent, or its withdrawal, which removes what was kept."""
    from config.errors import UserError
    from crawlers.private import conversations
    from crawlers.private.consent import Consent, history, record
    from crawlers.wecom import archive, service

    known = (service.SOURCE, archive.SOURCE)
    if source not in known:
        raise UserError(f"--source: {source}: no such source: use one of {', '.join(known)}")
    record(source, person, Consent(given=given, at=datetime.now(UTC), how=how))
    if not given:
        console.print(f"{conversations.erase(source, person):,} messages removed")
    for said in history(source, person):
        word = "given" if said.given else "withdrawn"
        console.print(Text(f"{clock(said.at)}  {word}  {said.how}"))


@app.command()
def reseal() -> None:
    """Seal all that is sealed anew with the first key of TINGFENG_PRIVATE_KEY; afterwards older keys may go."""
    from crawlers.wecom.rekey import rekey

    console.print(f"{rekey():,} things sealed anew")


def _api(part: str) -> "Api":
    from crawlers.wecom.account import use
    from crawlers.wecom.api import Api

    return Api(use(part))


def _shown(title: str, counts: Mapping[str, int]) -> Group:
    return table(title, {name: f"{count:,}" for name, count in counts.items()})


def _mendable(work: Callable[[], Found]) -> Found:
    """Return what the work gives; what WeCom refuses is told without a traceback."""
    from config.errors import UserError
    from crawlers.errors import CrawlError

    try:
        return work()
    except CrawlError as error:
        raise UserError(f"企业微信: {error}") from error
