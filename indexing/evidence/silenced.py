"""The silences that held at a time of the past."""

from datetime import datetime

import msgspec

from indexing.alerts.silence import Silence
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["silences_at"]


def silences_at(store: Store, at: datetime) -> list[Silence]:
    """Return them, oldest first; one that was ended early held until then."""
    index = store.alias("silences")
    held = [{"range": {"@timestamp": {"lte": at.isoformat()}}}, {"range": {"until": {"gt": at.isoformat()}}}]
    with store_errors():
        hits = list(scan(store.client, index=index, query={"query": {"bool": {"filter": held}}}))
    found = [
        msgspec.convert({**hit["_source"], "id": hit["_id"], "made_at": hit["_source"]["@timestamp"]}, Silence)
        for hit in hits
    ]
    return sorted(found, key=lambda silence: (silence.made_at, silence.id))
