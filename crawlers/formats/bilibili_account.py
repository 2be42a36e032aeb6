"""What B站 vouches for of an account, as it stands beside its comments and its videos."""

from typing import Any, NamedTuple

__all__ = ["Vouched", "vouched"]

_PERSON, _COMPANY = 0, 1


class Vouched(NamedTuple):
    """Whether the account is verified, as what, and whether it is an organisation; None where nothing is said."""

    verified: bool | None = None
    verification: str | None = None
    organisation: bool | None = None


def vouched(said: Any) -> Vouched:
    """Read `official_verify`, or `Official`, whose `type` is -1 for nobody, 0 for a person, 1 for a company."""
    if not isinstance(said, dict):
        return Vouched()
    kind, words = str(said.get("type")), said.get("title") or said.get("desc")
    known = kind in (str(_PERSON), str(_COMPANY))
    return Vouched(
        verified=known if known or kind.removeprefix("-").isdecimal() else None,
        verification=words if isinstance(words, str) and words else None,
        organisation=kind == str(_COMPANY) if known else None,
    )
