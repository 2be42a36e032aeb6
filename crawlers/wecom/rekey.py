"""After a new key was put first: everything sealed is sealed anew, so that the older keys may go."""

from config import settings
from crawlers import files
from crawlers.private import conversations
from crawlers.private.seal import reseal
from crawlers.wecom import contacts, inbox

__all__ = ["rekey"]


def rekey() -> int:
    """Seal messages, consents, contacts and events anew with the first key; return how many that were.

    Killed in the middle it leaves each of them sealed by one of the keys, and again finishes it.
    """
    root = settings.stage_root().rstrip("/")
    folders = [f"{root}/private/consent"]
    folders += [f"{root}/{inbox.STAGE}/{day}" for day in files.folders(f"{root}/{inbox.STAGE}")]
    count = conversations.reseal_all() + conversations.reseal_all(contacts.STAGE)
    for folder in folders:
        for name in files.names(folder):
            if content := files.read(f"{folder}/{name}"):
                files.replace(f"{folder}/{name}", reseal(content))
                count += 1
    return count
