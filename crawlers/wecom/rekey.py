"""After a new key was put first: everything sealed is sealed anew, so that the older keys may go."""

from crawlers.private import consent, conversations
from crawlers.private.seal import reseal
from crawlers.storage import files
from crawlers.wecom import contacts, inbox

__all__ = ["rekey"]


def rekey() -> int:
    """Seal messages, consents, contacts and events anew with the first key; return how many that were.

    Killed in the middle it leaves each of them sealed by one of the keys, and again finishes it.
    """
    count = conversations.reseal_all() + conversations.reseal_all(contacts.STAGE)
    for path in (*consent.files_of_consents(), *inbox.files_of_events()):
        if content := files.read(path):
            files.replace(path, reseal(content))
            count += 1
    return count
