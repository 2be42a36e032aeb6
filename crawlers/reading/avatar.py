"""The address of an account's picture, as a page names it."""

__all__ = ["avatar"]

_LONGEST = 500


def avatar(said: object) -> str | None:
    """Return the address; None where it is none, or a picture within the page."""
    if not isinstance(said, str) or len(said) > _LONGEST:
        return None
    address = f"https:{said}" if said.startswith("//") else said
    usable = address.startswith(("https://", "http://")) and address.isprintable() and " " not in address
    return address if usable else None
