"""The one family of errors that a person can mend."""

__all__ = ["UserError"]


class UserError(Exception):
    """Something is wrong that a person can mend; the message says what, where and how, and needs no traceback."""
