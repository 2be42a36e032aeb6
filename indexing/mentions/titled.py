"""A post's title beside its text: many platforms give the text's own beginning as the title."""

import re

__all__ = ["own_title", "titled"]

_CUT = re.compile(r"(?:\s|…|\.{2,}|。{2,})+$")


def own_title(title: str | None, text: str | None) -> str | None:
    """Return the title where the text does not begin with it, be it cut off with dots; else None."""
    head = " ".join(_CUT.sub("", title or "").split())
    if not head or " ".join((text or "").split()).casefold().startswith(head.casefold()):
        return None
    return title


def titled(title: str | None, text: str | None) -> str:
    """Return title and text as one, the title only where it adds something."""
    return " ".join(filter(None, (own_title(title, text) if text else title, text)))
