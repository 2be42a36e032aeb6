"""Who asks: a person with a role, at the command line or signed in at the console."""

import getpass
from dataclasses import dataclass

from config.errors import UserError
from config.privacy import May, Role, load_privacy

__all__ = ["Asker", "NotAllowed", "operator"]


class NotAllowed(UserError):
    """The person's role does not allow it; whoever keeps config/privacy.yaml can change that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A person by the name that stays on record, and what the role allows."""

    name: str
    role: str

    @property
    def rights(self) -> Role:
        """What config/privacy.yaml says of the role now; nothing for one that is there no more."""
        return load_privacy().roles.get(self.role, Role())

    def must(self, action: May) -> None:
        """Raise NotAllowed unless the role allows this."""
        if action not in self.rights.may:
            raise NotAllowed(
                f"{self.name}: the role {self.role!r} may not do this: add `{action}` to its `may` in"
                " config/privacy.yaml, or let somebody do it who may"
            )


def operator() -> Asker:
    """Return who runs this command: the operating system's user, with the role that config/privacy.yaml gives them."""
    return Asker(name=getpass.getuser(), role=load_privacy().operator)
