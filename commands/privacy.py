"""`tingfeng privacy`: a person's rights over what is kept of them, and who may see what."""

from pathlib import Path

import typer

from commands.screen import bars, clock, console, table

app = typer.Typer(
    no_args_is_help=True,
    help="Erase, hand out and correct what is kept of a person; note consents and objections; say who may sign in.",
)
_CUSTOMER = typer.Argument(help="The customer's id, as the index has it.")
_REASON = typer.Option(..., "--reason", help="Why; it stays on the receipt: name nobody in it.")


@app.command()
def erase(
    customer: str = _CUSTOMER,
    reason: str = _REASON,
    whole_person: bool = typer.Option(
        False, "--whole-person/--this-customer", help="With all customers who are held to be the same person, or not."
    ),
    yes: bool = typer.Option(False, "--yes", help="Do it without asking; there is no way back."),
) -> None:
    """Remove a customer and their linked accounts everywhere, and write a receipt that proves it without naming them.

    Customers whom links hold to be the same person are named first, and go too with `--whole-person`.

    Raw posts, mentions, pages, index, links, alerts, queues, dead letters, logs and reports are searched before and
    after; backups obey the receipt when they are restored. A killed one is finished by `tingfeng privacy finish`.
    """
    from config.privacy import May
    from indexing.customers.asker import operator
    from indexing.elasticsearch.store import open_store
    from indexing.privacy.erase import erase as erase_everywhere
    from indexing.privacy.erase import same_person

    asker, store = operator(), open_store()
    asker.must(May.ERASE)
    if others := same_person(store, customer):
        told = "go with them" if whole_person else "stay: `--whole-person` erases them too"
        console.print(f"Held to be the same person: {', '.join(others)}. They {told}.", markup=False)
    if not yes:
        whom = ", ".join([customer, *(others if whole_person else ())])
        typer.confirm(f"Erase {whom} and their accounts everywhere, for good?", abort=True)
    with bars() as progress:
        receipt = erase_everywhere(
            store, customer, by=asker.name, reason=reason, whole_person=whole_person, progress=progress
        )
    _show(receipt)


@app.command()
def finish() -> None:
    """Finish erasures that were killed, or that left something behind."""
    from indexing.elasticsearch.store import open_store
    from indexing.privacy.erase import finish_all

    receipts = finish_all(open_store())
    for receipt in receipts:
        _show(receipt)
    if not receipts:
        console.print("No erasure is under way.")


@app.command()
def no(
    platform: str = typer.Argument(help="Where the account is, such as weibo."),
    account: str = typer.Argument(help="The account's id there, as the platform gives it."),
    reason: str = _REASON,
    withdraw: bool = typer.Option(False, "--withdraw", help="They want it no more: keep what they post from now on."),
) -> None:
    """Note that a public author wants nothing kept: no crawl keeps their posts, and what is there is erased."""
    from config.errors import UserError
    from crawlers.spider import platforms
    from crawlers.storage import objections
    from indexing.customers.asker import operator
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import values
    from indexing.people.pseudonyms import pseudonyms
    from indexing.privacy.erase import object_to

    store = open_store()
    if platform not in (known := sorted({*platforms(), *values(store, "platform")})):
        raise UserError(f"platform {platform}: nothing is read from there: write one of {', '.join(known)}")
    if withdraw:
        objections.withdraw(pseudonyms().of(platform, account))
        console.print("Their posts are kept from now on.")
        return
    _show(object_to(store, platform, account, by=operator().name, reason=reason))


@app.command()
def export(
    customer: str = _CUSTOMER,
    to: Path = typer.Option(..., "--to", help="The file to write, as JSON; for its owner's eyes alone."),
    purpose: str = typer.Option(..., "--for", help="What for, such as: the customer has asked for a copy."),
) -> None:
    """Write a copy of all that is kept of a customer, personal values opened; the look is on record."""
    import msgspec

    from config.errors import UserError
    from config.output import write_whole
    from indexing.customers.asker import operator
    from indexing.elasticsearch.store import open_store
    from indexing.privacy.access import everything_about

    if to.exists():
        raise UserError(f"{to}: is there already: name another --to, for a copy is written over nothing")
    found = everything_about(open_store(), customer, operator(), purpose)
    write_whole(to, msgspec.json.format(msgspec.json.encode(found), indent=1), private=True)
    console.print(f"Written to {to}: remove it once it is handed over; an erasure cannot reach it there.")


@app.command()
def correct(
    customer: str = _CUSTOMER,
    kind: str = typer.Argument(help="name, phone, email, address, birthday, gender …"),
    value: str = typer.Option(..., prompt=True, hide_input=True, help="What is right; asked for where left out."),
) -> None:
    """Mend a personal value at the person's own word; no list or source takes it back."""
    from config.errors import UserError
    from indexing.customers.asker import operator
    from indexing.elasticsearch.store import open_store
    from indexing.people.personal import PersonalKind
    from indexing.privacy.access import correct as mend

    if kind not in list(PersonalKind):
        raise UserError(f"{kind!r} is no kind of personal value: write one of {', '.join(PersonalKind)}")
    mend(open_store(), customer, PersonalKind(kind), value, operator())
    console.print(f"{kind} of {customer} is what they say now.")


@app.command()
def consent(
    customer: str = _CUSTOMER,
    purpose: str = typer.Argument(help="What for, such as marketing, care, profiling."),
    granted: bool = typer.Option(..., "--granted/--withdrawn", help="They agree, or do so no more."),
    where: str = typer.Option(None, "--said-at", help="Where they said so: a form, a call, a shop."),
) -> None:
    """Note what a customer agrees to, or withdraws; it holds from now on."""
    from config.privacy import May
    from indexing.customers.asker import operator
    from indexing.elasticsearch.store import open_store
    from indexing.privacy.access import customer_of
    from indexing.privacy.consent import say

    store, asker = open_store(), operator()
    asker.must(May.CONSENT)
    customer_of(store, customer)
    say(store, customer, purpose, granted=granted, asker=asker, where=where)
    console.print(f"{customer} {'agrees to' if granted else 'has withdrawn'} {purpose}.")


@app.command()
def receipts() -> None:
    """List the receipts of what was erased, after checking that none was changed or is missing."""
    from indexing.people.erased import receipts as every

    for receipt in every():
        _show(receipt)


@app.command()
def reseal() -> None:
    """Seal personal values anew with the newest key of TINGFENG_PERSONAL_KEYS; then the older ones can go."""
    from indexing.elasticsearch.store import open_store
    from indexing.privacy.keeping import reseal as seal_anew

    console.print(f"{seal_anew(open_store()):,} values are sealed with the newest key.")


@app.command()
def person(
    name: str = typer.Argument(help="Who signs in, as it stays on record."),
    role: str = typer.Option("service", help="A role of config/privacy.yaml; without one: operator, service, reader."),
    password: str = typer.Option(
        ...,
        prompt=True,
        hide_input=True,
        confirmation_prompt=True,
        envvar="TINGFENG_PASSWORD",
        help="What they sign in with, in TINGFENG_PASSWORD; asked for where it is not set.",
    ),
) -> None:
    """Let somebody sign in at the console, or give them another role or password."""
    from indexing.privacy.passwords import put

    put(name, role, password)
    console.print(f"{name} signs in as {role}.")


@app.command()
def people(forget: str = typer.Option(None, help="Let this one sign in no more.")) -> None:
    """List who may sign in at the console, and what their roles may see and do."""
    from config.privacy import load_privacy
    from indexing.privacy import passwords

    if forget:
        passwords.forget(forget)
    roles, known = load_privacy().roles, passwords.people()
    for one in known:
        rights = roles.get(one.role)
        sees, may = (", ".join(part) or "nothing" for part in (rights.sees, rights.may)) if rights else ("nothing", "")
        console.print(f"{one.name} · {one.role} · sees {sees} · may {may or 'nothing'}", markup=False)
    if not known:
        console.print("Nobody signs in here yet: `tingfeng privacy person NAME` lets somebody.")


def _show(receipt: object) -> None:
    from indexing.people.erased import Receipt

    assert isinstance(receipt, Receipt)  # noqa: S101 -- for the type
    rows = {name: f"{count:,} found, {receipt.after[name]:,} left" for name, count in receipt.before.items()}
    console.print(table(f"receipt {receipt.id}, {clock(receipt.done_at)}, by {receipt.by}", rows))
