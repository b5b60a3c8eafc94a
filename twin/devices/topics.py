"""Names in the topic tree: ``dt/v1/{site}/{area}/{asset}/{feature}/{channel}[/{id}]``.

At most eight levels. Channels: ``cmd/{id}``, ``ack/{id}``, ``reported``, ``tele``, ``birth``,
``death``.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.devices.plant import Plant

SETPOINTS = "setpoints"
CHANGES = "changes"
PANEL = "panel"
GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one plant."""

    site: str
    area: str

    @classmethod
    def of(cls, plant: Plant) -> Topics:
        """The topics of ``plant``."""
        return cls(plant.site, plant.area)

    def at(self, asset: str, feature: str, channel: str, key: str = "") -> str:
        """One topic.

        >>> Topics("oslo", "cell").at("mill", "setpoints", "cmd", "7")
        'dt/v1/oslo/cell/mill/setpoints/cmd/7'
        """
        parts = ["dt", "v1", self.site, self.area, asset, feature, channel]
        return "/".join([*parts, key] if key else parts)

    def command(self, key: str) -> str:
        """Where the platform gives the gateway a command."""
        return self.at(GATEWAY, CHANGES, "cmd", key)

    def answer(self, key: str) -> str:
        """Where the gateway answers."""
        return self.at(GATEWAY, CHANGES, "ack", key)
