"""The fields of the index of who looked at whose personal values."""

from indexing.elasticsearch.field import DATE, KEYWORD, Field

__all__ = ["LOOK"]

LOOK = (
    Field("@timestamp", DATE, "When it was shown."),
    Field("who", KEYWORD, "Who looked."),
    Field("role", KEYWORD, "With which role."),
    Field("customer", KEYWORD, "At which customer."),
    Field("fields", KEYWORD, "At which personal values, such as phone."),
    Field("purpose", KEYWORD, "What for, as they said."),
)
