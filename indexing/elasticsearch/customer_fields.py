"""The fields of the indices of customers and of what the shop records of them."""

from indexing.elasticsearch.field import BOOLEAN, DATE, FLOAT, KEYWORD, LONG, STORED, Field

__all__ = ["CUSTOMER", "CUSTOMER_RECORD", "LINK_EVENT"]

CUSTOMER = (
    Field("@timestamp", DATE, "When a list last said something new of the customer."),
    Field("file", KEYWORD, "The list's name."),
    Field("tier", KEYWORD, "What the shop calls the customer's tier."),
    Field("segment", KEYWORD, "What the shop calls the customer's segment."),
    Field("active", BOOLEAN, "Whether the list still holds the customer."),
    Field("handles.platform", KEYWORD, "Platform of a stated account."),
    Field("handles.kind", KEYWORD, "id or name: what the account is stated by."),
    Field("handles.pseudonym", KEYWORD, "Keyed pseudonym of that id or name."),
    Field("handles.line", LONG, "The list's line that states it."),
    Field("handles.column", KEYWORD, "The list's column that states it."),
    Field("handles.source", KEYWORD, "The file of config/customers that states it; none: the imported list."),
    Field("handles.keep_until", DATE, "The last day on which it may be kept."),
    Field("personal.kind", KEYWORD, "What a personal value is, such as phone."),
    Field("personal.sealed", STORED, "The value, sealed with the key of this installation."),
    Field("personal.token", KEYWORD, "Keyed digest of the value, by which equal ones find each other."),
    Field("personal.purpose", KEYWORD, "What it is kept for."),
    Field("personal.basis", KEYWORD, "On what ground it may be kept."),
    Field("personal.keep_until", DATE, "The last day on which it may be kept."),
    Field("personal.source", KEYWORD, "The file of config/customers that states it."),
    Field("tags", KEYWORD, "What the shop says of the customer, such as 老客."),
    Field("registered_at", DATE, "Since when they are a customer, by the source's own date."),
    Field("stated.source", KEYWORD, "A source that says something of the customer; list: the imported list."),
    Field("stated.rank", LONG, "Where sources say different things, the lower counts."),
    Field("stated.active", BOOLEAN, "Whether that source still holds the customer."),
    Field("stated.tier", KEYWORD, "The tier by that source."),
    Field("stated.segment", KEYWORD, "The segment by that source."),
    Field("stated.tags", KEYWORD, "The tags by that source."),
    Field("stated.registered_at", DATE, "Since when they are a customer, by that source."),
)

CUSTOMER_RECORD = (
    Field("@timestamp", DATE, "When it happened, by the source's own time."),
    Field("kind", KEYWORD, "order, visit, membership, ticket or consent."),
    Field("source", KEYWORD, "The file of config/customers that told of it."),
    Field("customer", KEYWORD, "The customer's id."),
    Field("recorded_at", DATE, "When the source last said something new of it."),
    Field("number", KEYWORD, "Keyed digest of the order's or ticket's number."),
    Field("amount", FLOAT, "Paid; less than nothing for what was given back.", "`currency`"),
    Field("currency", KEYWORD, "Such as CNY."),
    Field("channel", KEYWORD, "Where it was bought."),
    Field("store", KEYWORD, "The shop."),
    Field("items", KEYWORD, "What was bought."),
    Field("status", KEYWORD, "As the source says."),
    Field("tier", KEYWORD, "The membership's tier."),
    Field("points", LONG, "The membership's points (积分).", "points"),
    Field("until", DATE, "The membership's last day."),
    Field("subject", STORED, "What the ticket is about, sealed."),
    Field("keep_until", DATE, "The last day on which the subject may be kept."),
    Field("closed_at", DATE, "When the ticket was closed."),
    Field("purpose", KEYWORD, "What a consent is about."),
    Field("granted", BOOLEAN, "Whether the customer agreed."),
    Field("said_by", KEYWORD, "Where a consent was said."),
)

LINK_EVENT = (
    Field("@timestamp", DATE, "When it happened."),
    Field("op", KEYWORD, "link, unlink, apart, propose, undo or erase."),
    Field("one", KEYWORD, "The first node: an account or a customer."),
    Field("other", KEYWORD, "The second node."),
    Field("kind", KEYWORD, "The kind of evidence."),
    Field("probability", FLOAT, "How sure it is.", "0 to 1"),
    Field("says", STORED, "The evidence in words, without any value."),
    Field("by", KEYWORD, "Who: tingfeng, import, or a person."),
    Field("undoes", KEYWORD, "The event that this one takes back."),
    Field("customers", KEYWORD, "The customers that it is about."),
)
