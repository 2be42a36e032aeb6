"""`tingfeng channels`: where alerts go, and whether they arrive."""

import typer

from commands.screen import console, table
from config.errors import UserError

app = typer.Typer(no_args_is_help=True, help="List the channels, and send one a test message.")


class _NotConfirmed(UserError):
    """The channel did not take the test message; the message says why."""


@app.command("list")
def list_() -> None:
    """List every channel of config/channels, its kind, and whether its address is set; no secret is shown."""
    from config.channel import load_channels

    rows = {
        channel.id: f"{channel.kind}  {channel.url_variable} {'is set' if channel.url else 'is NOT set'}, "
        f"{'signed' if channel.secret else 'unsigned'}" + (f"; else {channel.instead}" if channel.instead else "")
        for channel in load_channels()
    }
    if rows:
        console.print(table("channels", rows))
    console.print(f"{len(rows)} channels")


@app.command()
def test(name: str = typer.Argument(help="The channel's id.")) -> None:
    """Send a channel a test message, and say whether its receiver confirmed it, and if not, why."""
    from config.channel import load_channels
    from indexing.alerts.channels import send
    from indexing.alerts.delivery import NotDelivered
    from indexing.alerts.sample import sample_message

    channel = next((channel for channel in load_channels() if channel.id == name), None)
    if channel is None:
        known = ", ".join(channel.id for channel in load_channels()) or "none yet"
        raise _NotConfirmed(f"{name}: no such channel (known: {known}): write config/channels/{name}.yaml")
    try:
        remark = send(sample_message(channel.id), channel)
    except NotDelivered as error:
        raise _NotConfirmed(f"{name}: not confirmed: {error}") from error
    console.print(f"{name}: the receiver confirmed the message" + (f" {remark}: look there" if remark else ""))
