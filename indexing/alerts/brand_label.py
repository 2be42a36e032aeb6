"""What people see where an alert names its brand."""

__all__ = ["brand_label"]


def brand_label(id: str) -> str:
    """Return how a brand is called to people, in messages, on the console and in the terminal."""
    return id
