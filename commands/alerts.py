"""`tingfeng alerts`: evaluate the rules now, and show what is firing and why."""

import typer
from rich.text import Text

from commands.screen import console

app = typer.Typer(no_args_is_help=True, help="Evaluate rules, list alerts, try channels.")


@app.command()
def run() -> None:
    """Evaluate every rule on the index as it is now, and deliver what fires or is still undelivered."""
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import check_config, raise_alerts

    fired = raise_alerts(open_store(), check_config())
    for alert in fired:
        console.print(Text(f"{alert.severity}  {alert.reason_zh}\n  {alert.reason_en}\n  {alert.id}"))
    console.print(f"{len(fired)} alerts firing")
