"""What a platform's accounts are known by: the form of their ids, and the addresses of their pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["FORMS", "AccountForm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountForm:
    """How ids look, and how the addresses of accounts' pages do: the group `id` or `name` is the account's."""

    id: re.Pattern[str]
    page: re.Pattern[str]


FORMS: Mapping[str, AccountForm] = MappingProxyType(
    {
        "weibo": AccountForm(
            id=re.compile(r"[0-9]+"),
            page=re.compile(
                r"(?:https?://)?(?:www\.|m\.)?weibo\.(?:com|cn)"
                r"/(?:(?:u/|profile/)?(?P<id>[0-9]{5,})|n/(?P<name>[^/?#]+))(?:[/?#].*)?",
                re.IGNORECASE,
            ),
        )
    }
)
"""By platform; one that is not here takes any id, and no address for an account."""
