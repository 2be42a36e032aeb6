"""How a crawl ended: verdict, reason and remedy, and what that means for the watermark."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from crawlers.errors import Blocked, CrawlError, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.network.fetch import Forbidden
from crawlers.network.report import Verdict

__all__ = ["EXPIRED", "Ending", "capped", "ended_by", "ending"]

EXPIRED = {
    "cookie_env": "the cookie in {variable} has expired: log in again in a browser, and export the new one",
    "token_env": "the token in {variable} has expired or may not do this: make another one there, and export it",
}
"""By the setting that names the credential."""

_REMEDIES = {
    Verdict.SHORT: "look at the query, or lower `minimum` in config/platforms/{feed}.yaml",
    Verdict.BLOCKED: "wait, then raise `delay` in config/platforms/{feed}.yaml, or renew the cookie",
    Verdict.RATE_LIMITED: "wait, then raise `delay` in config/platforms/{feed}.yaml, or crawl less often",
    Verdict.LOGIN_REQUIRED: "put a cookie or a token into an environment variable that config/platforms/{feed}.yaml "
    "names as `{needs}`",
    Verdict.SCHEMA_CHANGED: "check the query; if it is right, crawlers/platforms/{feed}.py must learn this page",
    Verdict.UNREACHABLE: "the next crawl reads this stretch again",
    Verdict.CUT_SHORT: "raise `max_pages` in config/platforms/{feed}.yaml, or crawl more often",
}
_OBEY = "leave it alone, or set `robots: false` in config/platforms/{feed}.yaml if its owner agrees"
_VERDICTS: dict[type[CrawlError], Verdict] = {
    RateLimited: Verdict.RATE_LIMITED,
    Blocked: Verdict.BLOCKED,
    LoginRequired: Verdict.LOGIN_REQUIRED,
    SchemaChanged: Verdict.SCHEMA_CHANGED,
    Unreachable: Verdict.UNREACHABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The verdict with its reason; `newest` is the newest entry that was listed.

    `refused`: the host refused or did not answer, which may hold for all that is asked of it. `complete`: nothing since
    the watermark is missing. `advance`: the watermark may move to `newest`, once all posts are safely written; it may
    not while what is missing can still be read. `reached`: nothing newer than this was passed over. `capped`: there is
    more than the platform shows. `not_before`: when the host is asked again, where it is left alone.
    """

    verdict: Verdict
    message: str = ""
    remedy: str = ""
    refused: bool = False
    complete: bool = False
    advance: bool = False
    newest: datetime | None = None
    reached: datetime | None = None
    capped: bool = False
    not_before: datetime | None = None
    validators: dict[str, str] = field(default_factory=dict)


def ending(verdict: Verdict, message: str = "", *, lost: bool = False) -> Ending:
    """Return the ending for a verdict; `lost`: something is missing, and no later crawl could read it."""
    complete = verdict in (Verdict.OK, Verdict.EMPTY, Verdict.SHORT)
    return Ending(
        verdict=verdict,
        message=message,
        remedy=_REMEDIES.get(verdict, ""),
        complete=complete,
        advance=complete or lost,
    )


def capped(message: str, *, by_date: bool, part: bool) -> Ending:
    """Return the ending of a listing that holds more than the platform shows; `part`: of a part of a time."""
    end = ending(Verdict.CUT_SHORT, message, lost=True)
    remedy = "crawl more often"
    if by_date:
        remedy = "" if part else "what is older can be read with `tingfeng crawl {feed} --from 2026-11-01`"
    return replace(end, remedy=remedy, capped=True)


def ended_by(error: CrawlError) -> Ending:
    """Return the ending that a refusal or a failure makes."""
    verdicts = (verdict for kind, verdict in _VERDICTS.items() if isinstance(error, kind))
    end = ending(next(verdicts, Verdict.SCHEMA_CHANGED), str(error))
    if isinstance(error, Forbidden):
        return replace(end, remedy=_OBEY)
    return replace(end, refused=isinstance(error, Blocked | Unreachable))
