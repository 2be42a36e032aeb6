"""What is personal about a customer: each value sealed, with what it is kept for, on what ground, and until when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.seal import Keyring

__all__ = ["PERSON", "Basis", "Personal", "PersonalKind", "about", "opened"]


PERSON = "person"
"""`Personal.source` of a value that a person has mended: no list or system takes it back."""


class PersonalKind(StrEnum):
    """What a personal value is."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    BIRTHDAY = "birthday"
    GENDER = "gender"
    UNIONID = "unionid"
    EXTERNAL_USERID = "external_userid"
    REMARK = "remark"


class Basis(StrEnum):
    """On what ground a value may be kept (PIPL, article 13)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_DUTY = "legal_duty"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """One personal value of a customer."""

    kind: PersonalKind
    sealed: str
    """By `config.seal`, about `about(customer, kind)`."""
    token: str | None = None
    """Keyed digest of the normalised value (`Pseudonyms.of("contact:<kind>", …)`), which equal values share."""
    purpose: str
    basis: Basis
    keep_until: date | None = None
    """The last day on which it may be kept; None while the customer is one."""
    source: str | None = None
    """The file of config/customers that states it."""


def about(customer: str, kind: PersonalKind) -> str:
    """Return what a customer's value is sealed about, so that no other's can be put in its place."""
    return f"customers:{customer}:{kind}"


def opened(customer: str, value: Personal, keys: Keyring) -> str:
    """Return the value itself. Only `indexing.customers.reveal` shows it to a person, and keeps a record of that."""
    return keys.open(value.sealed, about=about(customer, value.kind))
