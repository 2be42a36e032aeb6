"""`file`: a table that another system leaves in a folder: CSV, Excel or JSON Lines."""

from typing import Literal

from config.connectors import Connector, Name

__all__ = ["Read"]


class Read(Connector):
    """The fields of a `file`."""

    kind: Literal["file"]
    path: Name
    """Where it lies; below the configuration's folder unless it begins with /. With a * the newest of several is read,
    the last by name."""
