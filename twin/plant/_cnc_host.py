"""What a CNC machine tells and asks the station of a line that it is."""

from __future__ import annotations

from typing import Protocol


class Host(Protocol):
    """The station of a line that a machine is."""

    def entered(self) -> None:
        """The machine has gone into another state."""

    def broke_down(self, duration: float) -> None:
        """The machine has broken down; its repair takes ``duration`` [s]."""

    def at_rest(self) -> str:
        """Return the state of the machine while it has no part."""
