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
    console.print(f"Elasticsearch answers at {running.url} (pid {running.pid}); data in {running.home}")


@app.command()
def stop() -> None:
    """Stop every node of this checkout cleanly, the demonstration's too; their data stays."""
    from indexing.elasticsearch import embedded

    found = embedded.all_running()
    for running in found:
        embedded.stop(path=running.home)
        console.print(f"Elasticsearch stopped (pid {running.pid}); its data stays in {running.home}", soft_wrap=True)
    if embedded.stop():  # one that was still starting
        console.print("Elasticsearch stopped.")
    elif not found:
        console.print("Elasticsearch was not running.")


@app.command()
def status() -> None:
    """Name every node of this checkout that runs, and where; exit code 1 when this data folder's does not."""
    from indexing.elasticsearch import embedded

    own, found = embedded.status(), embedded.all_running()
    if own is None:
        others = " for this data folder" if found else ""
        console.print(f"Elasticsearch is not running{others}: start it with `tingfeng es start`")
    for running in found:
        address = f"{running.url} (pid {running.pid})"
        console.print(f"Elasticsearch answers at {address}; data in {running.home}", soft_wrap=True)
    if own is None:
        raise typer.Exit(1)


@app.command()
def logs(lines: int = typer.Option(50, "--lines", "-n", min=1, help="How many of the last lines.")) -> None:
    """Print the last lines of the node's log."""
    from indexing.elasticsearch import embedded

    console.print(embedded.logs(lines), markup=False, soft_wrap=True)
