"""The shop's customers, the accounts that its lists state to be theirs, and what those accounts say."""

from indexing.customers.customer_link import CustomerLink
from indexing.customers.importer import ImportReport, import_customers
from indexing.customers.linking import NOTHING_NEW, LinkReport, link, link_new, revoke

__all__ = [
    "NOTHING_NEW", "CustomerLink", "ImportReport", "LinkReport", "import_customers", "link", "link_new", "revoke",
]  # fmt: skip
