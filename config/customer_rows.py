"""What a row of a source of customers' data is, and which fields it has."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from config.connectors import Name
from config.duration import duration, written

__all__ = ["ROWS", "WHILE_CUSTOMER", "Column", "Fields", "PersonalColumn", "read_fields"]

WHILE_CUSTOMER = "customer"
"""The retention of what is kept as long as its owner is a customer."""
_EXAMPLE = "purpose: service, basis: contract, retention: 730d"


def _column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _words(value: Any) -> Any:
    """Take numbers, and what YAML reads as yes or no, as the words that a person wrote."""
    if not isinstance(value, dict):
        return value
    said = {True: ("true", "yes"), False: ("false", "no")}
    return {
        said[key][0] if isinstance(key, bool) else str(key): said[meant][1] if isinstance(meant, bool) else str(meant)
        for key, meant in value.items()
    }


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class _Value(_Written):
    column: Name | None = None
    """The source's own name of the column; in JSON a path such as buyer.id, or lines.*.title for all of a list."""
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)] | None = None
    """The same for every row, instead of a column."""
    values: Annotated[
        dict[str, str], BeforeValidator(_words, json_schema_input_type=dict[str | int | bool, str | int | bool])
    ] = Field(default_factory=dict)
    """What the source's own words mean, such as {手机: phone}; others stay as they are."""
    keyed: bool = False
    """Only a keyed digest of the value is kept: for a customer's number that is a telephone number."""

    @model_validator(mode="after")
    def _one(self) -> "_Value":
        if (self.column is None) == (self.value is None):
            raise ValueError("say where it stands or what it is: write `column: …` or `value: …`")
        return self


Column = Annotated[_Value, BeforeValidator(_column, json_schema_input_type=str | _Value)]
"""Where a field stands: the column's name, or a mapping that says more."""


def _retention(value: Any) -> timedelta | None:
    return None if value in (None, WHILE_CUSTOMER) else duration(value)


class _PersonalValue(_Value):
    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    """What the value is kept for, in a word, such as service, delivery or care."""
    basis: Literal["consent", "contract", "legal_duty", "public"]
    """On what ground it may be kept (PIPL, article 13); of `consent`, a withdrawal takes it back."""
    retention: Annotated[
        timedelta | None,
        BeforeValidator(_retention),
        PlainSerializer(lambda age: WHILE_CUSTOMER if age is None else written(age)),
        WithJsonSchema({"type": "string", "pattern": r"^([0-9]{1,9}\s*[smhdw]|customer)$", "examples": ["730d"]}),
    ]
    """How long after the row's last change it may be kept; `customer`: while the row's owner is one."""


def _personal(value: Any) -> Any:
    stated = _column(value)
    if not isinstance(stated, dict):
        return stated
    if lacking := [name for name in ("purpose", "basis", "retention") if name not in stated]:
        where = f"value: {stated['value']}" if "value" in stated else f"column: {stated.get('column', '…')}"
        raise ValueError(
            f"is personal and does not say its {' or '.join(lacking)}: write {{{where}, {_EXAMPLE}}}"
            " (basis: consent, contract, legal_duty or public; retention: a time, or customer)"
        )
    return stated


PersonalColumn = Annotated[_PersonalValue, BeforeValidator(_personal)]
"""Where a personal field stands, what it is kept for, on what ground, and how long."""


class Fields(_Written):
    """The fields of every kind of row."""

    ROWS: ClassVar[str]

    customer: Column
    """The customer's number."""
    updated_at: Column | None = None
    """When the row was last changed: of two that differ, the newer counts; retention runs from here."""

    @model_validator(mode="after")
    def _can_expire(self) -> "Fields":
        for name, one in read_fields(self):
            if isinstance(one, _PersonalValue) and one.retention is not None and not self.dated():
                raise ValueError(
                    f"{name}: a retention of {written(one.retention)} runs from the row's last change, and no column"
                    " says when that was: map updated_at, or write `retention: customer`"
                )
        return self

    def dated(self) -> bool:
        """Whether a row says when it is of."""
        return any(getattr(self, name, None) is not None for name in ("updated_at", "at", "registered_at"))


class CustomerFields(Fields):
    """A row is a customer."""

    ROWS = "customer"

    name: PersonalColumn | None = None
    phone: PersonalColumn | None = None
    email: PersonalColumn | None = None
    address: PersonalColumn | None = None
    birthday: PersonalColumn | None = None
    gender: PersonalColumn | None = None
    unionid: PersonalColumn | None = None
    external_userid: PersonalColumn | None = None
    remark: PersonalColumn | None = None
    handles: dict[Name, PersonalColumn] = Field(default_factory=dict)
    """By platform (`weibo`: the account's name) or platform and id (`weibo_id`)."""
    tier: Column | None = None
    segment: Column | None = None
    tags: Column | None = None
    registered_at: Column | None = None
    deleted: Column | None = None
    """Says yes, true or 1 of whom the source has deleted."""


class ContactFields(Fields):
    """A row is one contact of a customer."""

    ROWS = "contact"

    type: Column
    """phone, email, unionid …, or a platform such as weibo or weibo_id."""
    value: PersonalColumn
    deleted: Column | None = None


class _Event(Fields):
    key: Column | None = None
    """The source's own key of the row; without one, its number or its customer and time make one."""
    at: Column


class OrderFields(_Event):
    """A row is an order."""

    ROWS = "order"

    number: Column
    """As it may stand in a post; only a keyed digest of it is kept."""
    amount: Column | None = None
    currency: Column | None = None
    channel: Column | None = None
    store: Column | None = None
    items: Column | None = None
    status: Column | None = None


class SaleFields(OrderFields):
    """A row is a sale at a shop's till; its channel is `till` unless it says another."""

    ROWS = "sale"


class VisitFields(_Event):
    """A row is a visit to a shop."""

    ROWS = "visit"

    store: Column | None = None


class MembershipFields(_Event):
    """A row is the state of a membership from a time on."""

    ROWS = "membership"

    tier: Column | None = None
    points: Column | None = None
    until: Column | None = None


class TicketFields(_Event):
    """A row is a case at the service desk."""

    ROWS = "ticket"

    number: Column
    subject: PersonalColumn | None = None
    status: Column | None = None
    closed_at: Column | None = None


class ConsentFields(_Event):
    """A row is a customer's word on a purpose."""

    ROWS = "consent"

    purpose: Column
    granted: Column
    """yes, true, 1 or 同意, or no, false, 0 or 撤回; for others write `values`."""
    said_by: Column | None = None


ROWS: Mapping[str, type[Fields]] = MappingProxyType(
    {
        one.ROWS: one
        for one in (
            CustomerFields,
            ContactFields,
            OrderFields,
            SaleFields,
            VisitFields,
            MembershipFields,
            TicketFields,
            ConsentFields,
        )
    }
)


def read_fields(fields: Fields) -> Iterator[tuple[str, _Value]]:
    """Yield every field that is mapped, with where it stands; a handle as `handles.weibo`."""
    for name in type(fields).model_fields:
        stated = getattr(fields, name)
        if isinstance(stated, _Value):
            yield name, stated
        elif isinstance(stated, dict):
            yield from ((f"{name}.{inner}", one) for inner, one in stated.items())
