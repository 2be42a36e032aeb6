"""Channel kind `apprise`: any of the services that Apprise knows, by its address, such as `mailtos://…` or `slack://…`."""

from config.channel import Channel
from indexing.alerts.channels import NotDelivered, address
from indexing.alerts.message import Message
from indexing.alerts.posting import pace

__all__ = ["send"]


def send(message: Message, channel: Channel) -> None:
    """Return when Apprise reports success; it tells no reason that could be passed on without its address."""
    import apprise

    pace(channel)
    service = apprise.Apprise()
    if not service.add(address(channel)):
        reason = f"{channel.url_variable} holds no address that Apprise can read: mend it"
        raise NotDelivered(reason, unsure=False, retry=False)
    accepted = service.notify(
        title=message.title,
        body=message.whole,
        body_format=apprise.NotifyFormat.TEXT,
        timeout=channel.timeout,
    )
    if not accepted:
        raise NotDelivered("Apprise reports a failure", unsure=True, retry=True)
