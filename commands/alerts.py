"""`tingfeng alerts`: evaluate the rules now, and show what is firing and why."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import console

if TYPE_CHECKING:
    from indexing.alerts import Alert

app = typer.Typer(no_args_is_help=True, help="Evaluate the rules, and list what is firing, with its reason.")


@app.command()
def run() -> None:
    """Evaluate every rule on the index as it is now, and deliver what fires or is still undelivered."""
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import check_config, raise_alerts

    show(raise_alerts(open_store(), check_config()))


@app.command("list")
def list_() -> None:
    """List what is firing, as the last evaluation left it, and which channels were told."""
    from indexing.alerts.records import firing
    from indexing.elasticsearch.store import open_store

    show(firing(open_store()))


def show(alerts: "Iterable[Alert]") -> None:
    """Print alerts with their figures, their evidence and their delivery."""
    count = 0
    for count, alert in enumerate(alerts, 1):  # noqa: B007 -- counted while they are shown
        told = ", ".join(f"{delivery.channel} {delivery.state}" for delivery in alert.delivery) or "no channel"
        console.print(Text(f"{alert.severity.upper()}  {alert.id}", style="bold"))
        console.print(Text(f"  {alert.reason_zh}\n  {alert.reason_en}"))
        console.print(Text(f"  evidence: {len(alert.evidence.ids)} of {alert.evidence.total} mentions · told: {told}"))
    console.print(f"{count} firing")
