"""The one way by which a personal value is shown to a person: with the right to see it, and on record before it is."""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime

from config.seal import keyring
from indexing.customers.asker import Asker, NotAllowed
from indexing.customers.customer import Customer
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from indexing.people.personal import PersonalKind, opened

__all__ = ["note_look", "reveal"]


def reveal(
    store: Store,
    customer: Customer,
    asker: Asker,
    purpose: str,
    kinds: Collection[PersonalKind] | None = None,
) -> dict[PersonalKind, tuple[str, ...]]:
    """Return the customer's personal values that the asker may see, of all kinds or these, each kind with its values.

    The look is on record before anything is opened. NotAllowed where a kind was asked for that the role may not see,
    or where no purpose is given; SealBroken where a value cannot be opened.
    """
    if not purpose.strip():
        raise NotAllowed(f"{asker.name}: say what for: a look at personal values is put on record with its purpose")
    rights = asker.rights
    wanted = {one.kind for one in customer.personal if kinds is None or one.kind in kinds}
    if kinds is not None and (hidden := sorted(kind for kind in wanted if not rights.may_see(kind))):
        raise NotAllowed(f"{asker.name}: the role {asker.role!r} may not see {', '.join(hidden)}")
    seen = {kind for kind in wanted if rights.may_see(kind)}
    if not seen:
        return {}
    note_look(store, asker, customer.id, sorted(seen), purpose)
    keys, found = keyring(), dict[PersonalKind, tuple[str, ...]]()
    for value in customer.personal:
        if value.kind in seen:
            found[value.kind] = (*found.get(value.kind, ()), opened(customer.id, value, keys))
    return found


def note_look(store: Store, asker: Asker, customer: str, fields: Collection[str], purpose: str) -> None:
    """Put on record who looked at what of whom and what for; StoreError where that cannot be written."""
    look = {
        "@timestamp": timestamp(datetime.now(UTC)),
        "who": asker.name,
        "role": asker.role,
        "customer": customer,
        "fields": list(fields),
        "purpose": purpose,
    }
    index = store.alias("looks")
    [answer] = send(store.client, [Action(operation="create", index=index, id=uuid.uuid4().hex, source=look)])
    if not answer.done:
        raise StoreError(f"{index}: the look is refused ({answer.reason}), so that nothing was shown")
