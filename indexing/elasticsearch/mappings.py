"""Every index's strict mapping and its template, made from one list of fields a kind of index.

    tingfeng-mentions             alias of all months, for readers
    tingfeng-mentions-YYYY.MM     alias of one month, for writers
    tingfeng-v3-mentions-YYYY.MM  the month's index in generation 3, to which both lead
    tingfeng-runs → tingfeng-v3-runs, and so for the other kinds

All aliases lead to one generation. `tingfeng rebuild` and `restore` fill the next one and then exchange them at once.
"""

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from config import settings
from indexing.elasticsearch.alert_fields import ALERT, ALERT_EVENT, OVERRIDE, SILENCE
from indexing.elasticsearch.case_fields import CASE
from indexing.elasticsearch.customer_fields import CUSTOMER, CUSTOMER_RECORD, LINK_EVENT
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.field import Field, properties
from indexing.elasticsearch.labelling_fields import QUALITY, SAMPLED
from indexing.elasticsearch.mention_fields import MENTION
from indexing.elasticsearch.privacy_fields import LOOK
from indexing.elasticsearch.profile_fields import EXPORT, HEARD, PROFILE, SCALES
from indexing.elasticsearch.record_fields import DARK, ENGAGEMENT, LEVEL, LINK, NAMED, NOTE, RUN, STATE
from indexing.elasticsearch.story_fields import ACCOUNT, ANSWER, COUNTED, REACHED, RETRACTED, STORY
from indexing.elasticsearch.topic_fields import TOPIC

__all__ = ["KINDS", "MONTHLY", "STANDING", "VERSION", "copies", "mapping", "template"]

MONTHLY = "mentions"
STANDING: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "engagement": ENGAGEMENT,
        "runs": RUN,
        "customers": CUSTOMER,
        "customer-records": CUSTOMER_RECORD,
        "looks": LOOK,
        "links": LINK,
        "link-events": LINK_EVENT,
        "profiles": PROFILE,
        "scales": SCALES,
        "heard": HEARD,
        "exports": EXPORT,
        "cases": CASE,
        "named": NAMED,
        "stories": STORY,
        "accounts": ACCOUNT,
        "counted": COUNTED,
        "answers": ANSWER,
        "retracted": RETRACTED,
        "reached": REACHED,
        "alerts": ALERT,
        "alert-events": ALERT_EVENT,
        "silences": SILENCE,
        "notes": NOTE,
        "levels": LEVEL,
        "overrides": OVERRIDE,
        "dark": DARK,
        "labelling": SAMPLED,
        "quality": QUALITY,
        "topics": TOPIC,
    }
)
"""The kinds that have one index each, whatever the month."""
KINDS: Mapping[str, tuple[Field, ...]] = MappingProxyType({MONTHLY: MENTION, **STANDING, "state": STATE})
_PRIORITY = 300  # templates of one priority must not overlap, even where no index could ever match both


def _version() -> str:
    content = msgspec.json.encode({kind: properties(fields) for kind, fields in KINDS.items()}, order="sorted")
    return hashlib.sha256(content).hexdigest()[:12]


VERSION = _version()
"""Differs whenever any mapping does."""


def mapping(kind: str) -> dict[str, Any]:
    """Return the strict mapping of a kind of index."""
    return {"dynamic": "strict", "_meta": {"version": VERSION}, "properties": properties(KINDS[kind])}


def copies(wish: str) -> dict[str, Any]:
    """Return an index's settings for so many further copies, or for one where there are nodes enough (`auto`)."""
    if wish == "auto":
        return {"auto_expand_replicas": "0-1"}
    if not re.fullmatch(r"\d", wish):
        raise StoreError(f"TINGFENG_ES_REPLICAS={wish}: write auto, or how many, as 1")
    return {"auto_expand_replicas": False, "number_of_replicas": int(wish)}


def template(prefix: str, kind: str) -> dict[str, Any]:
    """Return the composable index template of a kind, as the arguments of `put_index_template`."""
    pattern = {MONTHLY: f"{prefix}-v*-{kind}-*", "state": f"{prefix}-{kind}"}.get(kind, f"{prefix}-v*-{kind}")
    return {
        "name": f"{prefix}-{kind}",
        "index_patterns": [pattern],
        "priority": _PRIORITY + list(KINDS).index(kind),
        "template": {
            "settings": {"index": {"number_of_shards": 1, **copies(settings.replicas())}},
            "mappings": mapping(kind),
        },
        "meta": {"version": VERSION, "replicas": settings.replicas()},
    }
