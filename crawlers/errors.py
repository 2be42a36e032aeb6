"""What can go wrong while crawling, named by what the caller does next.

CrawlError
├── MalformedPost      set this post aside as a dead letter, go on
├── SchemaChanged      stop the feed, save the page, tell a developer
├── Blocked            stop the feed, wait, look at the cookie or the address
│   └── RateLimited    stop the feed, wait, ask less often
├── LoginRequired      stop the feed, give a credential, or renew the one that expired
├── Gone               go on without it: what was asked for is not there, or not any more
└── Unreachable        try again later; the watermark stays
"""

__all__ = [
    "Blocked",
    "CrawlError",
    "Gone",
    "LoginRequired",
    "MalformedPost",
    "RateLimited",
    "SchemaChanged",
    "Unreachable",
]


class CrawlError(Exception):
    """Anything that ends a page, a post or a crawl early."""


class MalformedPost(CrawlError):
    """One post does not keep the contract; set it aside with this reason."""


class SchemaChanged(CrawlError):
    """The page is not what this crawler reads; it needs a developer."""


class Blocked(CrawlError):
    """The platform refuses us for now: address, account or captcha."""


class RateLimited(Blocked):
    """We asked too often, and the platform says so."""


class LoginRequired(CrawlError):
    """The platform wants a (new) credential."""


class Gone(CrawlError):
    """What was asked for is not there, or not any more: nothing is to be read, and nothing is wrong."""


class Unreachable(CrawlError):
    """The platform did not answer, or with a server error."""
