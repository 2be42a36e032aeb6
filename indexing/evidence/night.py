"""What becomes of the chain every night: days that are over get their root, are compressed, and kept to retention."""

import logging
from datetime import datetime, timedelta

from config.both import Both
from config.errors import UserError
from config.retention import EvidenceRetention
from config.settings import DAY_ZONE
from indexing.alerts import operations
from indexing.evidence.erasure import expire
from indexing.evidence.prove import prove
from indexing.evidence.roots import latest_root, seal
from indexing.evidence.seen import seal_pages
from indexing.evidence.segments import compact

__all__ = ["published", "put_away", "seal_days"]

_log = logging.getLogger(__name__)


def put_away(retention: EvidenceRetention, *, now: datetime, dry_run: bool = False) -> int:
    """Seal pages and days, prove, compress and expire; return how many contents went. `dry_run` only counts those.

    What is not as it was written is logged and told to `operations`; nothing is mended here.
    """
    if not dry_run:
        seal_pages(now)
        seal_days(now)
        compact((now.astimezone(DAY_ZONE) - timedelta(days=1)).date().isoformat())
    return expire(retention, now=now, dry_run=dry_run)


def published(now: datetime) -> Both | None:
    """Return the sentence that takes the last day's root out of our disks; None where there is no chain yet."""
    try:
        seal_days(now)
        root = latest_root()
    except (UserError, OSError) as error:
        _log.error("the chain could not be sealed: %s", error)
        return Both(f"证据链无法封存：{error}", f"The evidence chain cannot be sealed: {error}")
    if root is None:
        return None
    return Both(f"证据链 {root.day} 的根：{root.root}", f"Root of the evidence chain of {root.day}, as above.")


def seal_days(now: datetime) -> None:
    """Seal the days that are over, and prove each of them, whoever comes first: the night, the sign of life, a pack."""
    for root in seal(now):
        if wrong := prove(root.day).wrong:
            _log.error("the chain of %s is not as it was written: %s", root.day, "; ".join(wrong))
            operations.notify("evidence", f"tingfeng prove {root.day}: {len(wrong)} wrong: {wrong[0]}")
