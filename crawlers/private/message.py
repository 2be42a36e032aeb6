"""The value of this room: one private message between a customer and a company. It is never a Post or a Mention."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as its platform gave it, after consent was checked."""

    source: str
    """`wecom_service` or `wecom_archive`."""
    id: str
    sent_at: datetime
    sender: str
    """The platform's id of who wrote it: an external contact, or a member of the staff."""
    people: tuple[str, ...]
    """The customers who take part; each of them has consented."""
    staff: tuple[str, ...] = ()
    conversation: str
    """What the messages of one talk have in common: the service account and the customer, or the room."""
    kind: str
    """The platform's word: text, image, voice, event …"""
    text: str = ""
    """The words of a text; of other kinds what people would read of them, such as a file's name."""
    recalls: str | None = None
    """The id of the message that this one takes back."""
