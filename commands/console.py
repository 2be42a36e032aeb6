"""`tingfeng console`: the pages on which alerts are answered."""

import typer

from commands.ports import HIGHEST, LOWEST, check_free
from commands.screen import console as screen


def console(
    port: int = typer.Option(8090, min=LOWEST, max=HIGHEST, help="Where it answers, on 127.0.0.1 only."),
) -> None:
    """Serve alerts, their links, posts and cases as pages; TINGFENG_PUBLIC_URL is the address that leads here."""
    from datetime import UTC, datetime

    from config import settings
    from dashboards.console import ADDRESS, serve
    from indexing.alerts.links import listing_address

    check_free(port)
    screen.print(f"The console answers at http://{ADDRESS}:{port}; Ctrl-C ends it.")
    if settings.public_url():
        screen.print(f"Open alerts, for the next hours: {listing_address(datetime.now(UTC))}", soft_wrap=True)
    else:
        screen.print("TINGFENG_PUBLIC_URL is not set: messages carry no links, and only this machine sees the alerts.")
    serve(port)
