"""Channel kind `email`: a mail by SMTP; what follows on an alert joins its thread.

The address is `smtps://user:password@host:465/?from=alerts@example.org&to=duty@example.org,boss@example.org`, or
`smtp://…:587/…` with `&starttls=1`; user and password may be left out. User and password are percent-encoded.
"""

import hashlib
import logging
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from config.channel import Channel
from indexing.alerts.delivery import NotDelivered, address
from indexing.alerts.message import Message
from indexing.alerts.posting import pace

__all__ = ["send"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    url: SplitResult
    sender: str
    receivers: tuple[str, ...]
    starttls: bool


def send(message: Message, channel: Channel) -> None:
    """Return when the server has taken the mail for at least one receiver."""
    way = _way(channel)
    pace(channel)
    began = False
    try:
        with _connection(way, channel.timeout) as server:
            began = True
            refused = server.send_message(_mail(message, way), way.sender, way.receivers)
    except smtplib.SMTPAuthenticationError:
        reason = f"the mail server refuses the user or password in {channel.url_variable}: mend it"
        raise NotDelivered(reason, unsure=False, retry=False) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        reason = f"the mail server refuses every receiver (SMTP {', '.join(map(str, sorted(codes)))})"
        raise NotDelivered(reason, unsure=False, retry=all(code < 500 for code in codes)) from None
    except smtplib.SMTPResponseException as error:
        reason = f"the mail server answered SMTP {error.smtp_code}"
        raise NotDelivered(reason, unsure=False, retry=error.smtp_code < 500) from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(f"no answer ({type(error).__name__})", unsure=began, retry=True) from None
    if refused:
        _log.warning("channel %s: the mail server refused %d of the receivers", channel.id, len(refused))


def _way(channel: Channel) -> _Way:
    try:
        url = urlsplit(address(channel))
        options = {name: values[0] for name, values in parse_qs(url.query).items()}
        receivers = tuple(filter(None, (one.strip() for one in options["to"].split(","))))
        if url.scheme not in ("smtp", "smtps") or not url.hostname or not receivers or url.port == 0:
            raise ValueError
        return _Way(url=url, sender=options["from"], receivers=receivers, starttls=options.get("starttls") == "1")
    except (ValueError, KeyError):
        reason = f"{channel.url_variable} is no smtp(s) address with from and to: mend it (docs/channels.md)"
        raise NotDelivered(reason, unsure=False, retry=False) from None


def _connection(way: _Way, timeout: float) -> smtplib.SMTP:
    secure = way.url.scheme == "smtps"
    made = smtplib.SMTP_SSL if secure else smtplib.SMTP
    server = made(way.url.hostname or "", way.url.port or (465 if secure else 587), timeout=timeout)
    try:
        if way.starttls:
            server.starttls()
        if way.url.username:
            server.login(unquote(way.url.username), unquote(way.url.password or ""))
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _mail(message: Message, way: _Way) -> EmailMessage:
    """Return the mail; the same message has the same id, and what follows refers to the alert's first one."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(message.title.split())
    mail["From"], mail["To"] = way.sender, ", ".join(way.receivers)
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = _id(message.key)
    thread = _id(message.thread)
    if thread != mail["Message-ID"]:
        mail["In-Reply-To"] = mail["References"] = thread
    mail.set_content(message.whole)
    return mail


def _id(key: str) -> str:
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@tingfeng.invalid>"
