"""`wecom`: the external contacts that `tingfeng` keeps of a company's WeCom (企业微信客户)."""

from typing import Literal

from config.connectors import Connector, Name

__all__ = ["Read"]


class Read(Connector):
    """The fields of a `wecom`."""

    kind: Literal["wecom"]
    path: Name | None = None
    """A JSON Lines file of contacts, instead of the newest list that was fetched."""
