"""What every kind of channel has in common: where it leads, and that a message was not confirmed."""

from config.channel import Channel

__all__ = ["NotDelivered", "address"]


class NotDelivered(Exception):
    """The receiver has not confirmed the message; the reason holds no secret.

    `unsure` says that it may have arrived all the same, `retry` that trying again soon makes sense, `after` in how many
    seconds a receiver that was told too much will listen again; `parts` of a long message are confirmed.
    """

    def __init__(self, reason: str, *, unsure: bool, retry: bool, after: float | None = None) -> None:
        super().__init__(reason)
        self.unsure, self.retry, self.after = unsure, retry, after
        self.parts = 0


def address(channel: Channel) -> str:
    """Return the channel's address; NotDelivered names the variable that should hold it."""
    try:
        url = channel.url
    except OSError as error:
        reason = f"the file that {channel.url_variable}_FILE names cannot be read: {error.strerror}"
        raise NotDelivered(reason, unsure=False, retry=False) from error
    if not url:
        raise NotDelivered(f"{channel.url_variable} is not set: put the address there", unsure=False, retry=False)
    return url
