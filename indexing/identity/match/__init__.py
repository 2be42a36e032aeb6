"""Two tables, or one, whose rows may speak of the same person: linked, candidates, and conflicts, each explained."""

from indexing.identity.match.decide import Outcome, Thresholds
from indexing.identity.match.fields import Field, FieldKind, UnusableFields, guess_fields
from indexing.identity.match.link import Linked, Pair, Part, link_records
from indexing.identity.match.model import Model

__all__ = [
    "Field",
    "FieldKind",
    "Linked",
    "Model",
    "Outcome",
    "Pair",
    "Part",
    "Thresholds",
    "UnusableFields",
    "guess_fields",
    "link_records",
]
