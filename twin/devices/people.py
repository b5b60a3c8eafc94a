"""People, their roles, and what each role may do.

``people.toml`` in the home folder is written with the embedded defaults at first use and is the
owner's to edit. The check is here, below the web app and the command line, which only hide what
a person may not do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from twin.devices.signing import Keyring, write_once
from twin.errors import BadInput, Fault, did_you_mean

PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "viewer": frozenset({"read"}),
        "operator": frozenset({"read", "draft", "push", "rollback"}),
        "approver": frozenset({"read", "draft", "approve", "push", "rollback"}),
    }
)
NEEDS: Mapping[str, str] = MappingProxyType(
    {"approve": "approve", "push": "push", "ask": "push", "rollback": "rollback",
     "withdraw": "draft"}
)  # fmt: skip
"""What is done with a change → the permission that it takes."""
RESERVED = frozenset({"platform", "gateway"})

DEFAULTS = """\
# Who may do what. A role is viewer, operator (draft, push, roll back) or approver (all of this,
# and approve). Nobody approves a change of his own when its risk is 2 or more.

[operator]
role = "operator"
name = "Operator"

[approver]
role = "approver"
name = "Approver"

[supervisor]
role = "approver"
name = "Supervisor"
"""

_NAME = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")


class Forbidden(BadInput):
    """A person may not do this."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the twin."""

    id: str
    role: str
    name: str

    def may(self, permission: str) -> bool:
        """Whether the role of this person has ``permission``."""
        return permission in PERMISSIONS.get(self.role, frozenset())


class People:
    """The people of one home folder and their keys."""

    def __init__(self, home: Path) -> None:
        self.file = home / "people.toml"
        self.keys = Keyring(home / "keys")

    def all(self) -> dict[str, Person]:
        """Everybody, by id; read anew each time, so that a person removed is removed at once."""
        text = write_once(self.file, DEFAULTS.encode(), 0o644).decode("utf-8")
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(Fault(f"is not TOML ({error})", file=str(self.file))) from None
        return {key: self._person(key, entry) for key, entry in tables.items()}

    def _person(self, key: str, entry: object) -> Person:
        if not isinstance(entry, dict) or not _NAME.match(key) or key in RESERVED:
            message = "a person is a table [name] with a role; platform and gateway are reserved"
            raise BadInput(Fault(message, path=key, file=str(self.file)))
        role = str(entry.get("role", ""))
        if role not in PERMISSIONS:
            message = "no such role" + did_you_mean(role, PERMISSIONS)
            raise BadInput(Fault(message, f"{key}.role", str(self.file), repr(role)))
        return Person(key, role, str(entry.get("name", key)))

    def require(self, person: str, permission: str) -> Person:
        """Return the person, or refuse.

        Raises
        ------
        Forbidden
            When nobody has this name or the role lacks the permission.
        """
        everybody = self.all()
        if person not in everybody:
            message = f"nobody is called {person!r}" + did_you_mean(person, everybody)
            raise Forbidden(Fault(message, file=str(self.file)))
        found = everybody[person]
        if not found.may(permission):
            able = ", ".join(p.id for p in everybody.values() if p.may(permission)) or "nobody"
            raise Forbidden(f"{person} ({found.role}) may not {permission}; may: {able}")
        return found
