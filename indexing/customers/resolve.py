"""Whose an account is, when exactly one customer states it; what stands against the others, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from indexing.customers.accounts import Account
from indexing.customers.claims import Claim, Claims
from indexing.customers.customer import HandleKind
from indexing.customers.customer_link import StatedHandle

__all__ = ["Contested", "Wanted", "resolve"]

Wanted: TypeAlias = dict[tuple[str, str], tuple[str, StatedHandle]]
"""By platform and account key: the customer, and where the list says so."""
Contested: TypeAlias = dict[tuple[str, str], Mapping[str, StatedHandle]]
"""By platform and account key: the customers none of whom it is while more than one states it, and where."""


def resolve(claims: Claims, accounts: Sequence[Account]) -> tuple[Wanted, Contested, list[str]]:
    """Return whose each account is, which are contested, and the conflicts in words, names of several accounts too.

    A stated id decides alone. A name counts only while one account bears it and one customer states it.
    """
    bearers = Counter(claim for account in accounts for claim in _names(account))
    wanted, contested = Wanted(), Contested()
    for account in accounts:
        by_id = claims.get(Claim(account.platform, HandleKind.ID, account.key))
        by_name = [claims[name] for name in _names(account) if name in claims and bearers[name] == 1]
        stated = [by_id] if by_id else by_name
        customers = {customer: where for one in reversed(stated) for customer, where in one.items()}
        if len(customers) == 1:
            [wanted[account.platform, account.key]] = customers.items()
        elif customers:
            contested[account.platform, account.key] = customers
    return wanted, contested, [*_contested(claims), *_ambiguous(claims, bearers), *_crossed(claims, accounts)]


def _contested(claims: Claims) -> Iterator[str]:
    for claim, stated in claims.items():
        if len(stated) > 1:
            yield f"{claim.platform} {claim.kind}: {_places(stated)} state the same account"


def _ambiguous(claims: Claims, bearers: Mapping[Claim, int]) -> Iterator[str]:
    for claim, stated in claims.items():
        if bearers.get(claim, 0) > 1:
            yield f"{claim.platform} name: {bearers[claim]} accounts bear what {_places(stated)} states: state the id"


def _crossed(claims: Claims, accounts: Sequence[Account]) -> Iterator[str]:
    for account in accounts:
        of_account = [Claim(account.platform, HandleKind.ID, account.key), *_names(account)]
        stated = [claims[claim] for claim in of_account if claim in claims]
        together = {customer: where for one in stated for customer, where in one.items()}
        if all(len(one) == 1 for one in stated) and len(together) > 1:
            yield f"{account.platform}: {_places(together)} state one account, by its id or by different names"


def _places(stated: Mapping[str, StatedHandle]) -> str:
    return " and ".join(f"{customer} ({at.file}:{at.line} {at.column})" for customer, at in sorted(stated.items()))


def _names(account: Account) -> Iterator[Claim]:
    for name in sorted(account.names):
        yield Claim(account.platform, HandleKind.NAME, name)
