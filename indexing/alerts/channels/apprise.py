"""Channel kind `apprise`: any of the services that Apprise knows, by its address, such as `mailtos://…` or `slack://…`.

A service that has a kind of its own here is refused. What a service says in the body of its answer is read where its
words are known; docs/channels.md has the list.
"""

from typing import Any

from config.channel import Channel
from indexing.alerts.apprise_services import OWN_KINDS, heard, refusal, service_of, taken_at_status
from indexing.alerts.delivery import NotDelivered, address
from indexing.alerts.message import Message
from indexing.alerts.posting import pace, redacted

__all__ = ["send"]


def send(message: Message, channel: Channel) -> str | None:
    """Return when every service has taken the message, with what of it cannot be known; otherwise NotDelivered.

    Apprise tells no reason that could be passed on without its address.
    """
    import apprise

    notifier = apprise.Apprise()
    if not notifier.add(address(channel)) or not len(notifier):
        reason = f"{channel.url_variable} holds no address that Apprise can read: mend it"
        raise NotDelivered(reason, unsure=False, retry=False)
    plugins = list(notifier)
    _refuse_own_kinds(plugins, channel)
    pace(channel)
    with heard(plugins) as answers:
        accepted = notifier.notify(
            title=message.title,
            body=message.whole,
            body_format=apprise.NotifyFormat.TEXT,
            timeout=channel.timeout,
        )
    if no := refusal(answers):
        reason = f"{no.service} answered: {redacted(no.words, channel)}"
        raise NotDelivered(reason, unsure=not no.clear, retry=False)
    if not accepted:
        raise NotDelivered("Apprise reports a failure", unsure=True, retry=True)
    unread = ", ".join(taken_at_status(plugins, answers))
    return f"by HTTP status alone: {unread} may have refused it in words that nobody reads" if unread else None


def _refuse_own_kinds(plugins: list[Any], channel: Channel) -> None:
    for plugin in plugins:
        if kind := OWN_KINDS.get(service_of(plugin)):
            reason = f"Apprise takes {service_of(plugin)}'s refusals for deliveries: write `kind: {kind}`, and put the"
            reason += f" bot's own https address in {channel.url_variable} (docs/channels.md)"
            raise NotDelivered(reason, unsure=False, retry=False)
