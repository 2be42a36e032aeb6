"""`tingfeng es`: the embedded Elasticsearch, started and stopped by hand."""

import typer

from commands.screen import bars, console

app = typer.Typer(no_args_is_help=True, help="Start, stop and look at the embedded Elasticsearch.")


@app.command()
def start() -> None:
    """Start the node, or find the one that runs; the first start downloads 44 MB of jars and checks each."""
    from indexing.elasticsearch import embedded

    with bars() as show:
        running = embedded.start(progress=lambda what, share: show(what, round(share * 100), 100))
    console.print(f"Elasticsearch answers at [bold]{running.url}[/bold] (pid {running.pid}); data in {running.home}")


@app.command()
def stop() -> None:
    """Stop the node cleanly; its data stays."""
    from indexing.elasticsearch import embedded

    console.print("Elasticsearch stopped." if embedded.stop() else "Elasticsearch was not running.")


@app.command()
def status() -> None:
    """Say whether the node runs and where; exit code 1 when it does not."""
    from indexing.elasticsearch import embedded

    running = embedded.status()
    if running is None:
        console.print("Elasticsearch is not running: start it with `tingfeng es start`")
        raise typer.Exit(1)
    console.print(f"Elasticsearch answers at [bold]{running.url}[/bold] (pid {running.pid}); data in {running.home}")


@app.command()
def logs(lines: int = typer.Option(50, "--lines", "-n", min=1, help="How many of the last lines.")) -> None:
    """Print the last lines of the node's log."""
    from indexing.elasticsearch import embedded

    console.print(embedded.logs(lines), markup=False, soft_wrap=True)
