"""The address of an account's picture, as a page names it."""

__all__ = ["avatar"]

_LONGEST = 500


def avatar(said: object) -> str | None:
    """Return the address; None where it is none, or a picture within the page."""
    address = f"https:{said}" if isinstance(said, str) and said.startswith("//") else said
    usable = isinstance(address, str) and address.startswith(("https://", "http://")) and len(address) <= _LONGEST
    return address if usable and address.isprintable() and " " not in address else None
