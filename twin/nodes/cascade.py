"""Two stages on one board: a small model looks at every window and decides whether the other runs.

The first stage is a node of its own on the same sensor, with its own features. Where it finds a
window sound, that is the verdict and the second model is not even fetched; else the second model
looks at the window, and both are paid for. With the second model on a gateway or in a cloud, only
what the first lets through goes up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from twin.errors import BadInput, Fault
from twin.nodes.budget import refuse_misfit
from twin.nodes.inspection import is_sound
from twin.nodes.placement import NODE

if TYPE_CHECKING:
    from twin.nodes.node import Node, Verdict
    from twin.nodes.node_settings import NodeSettings
    from twin.signals.base import Sensor

WITHOUT_MODEL = frozenset({"idle", "bad"})
NO_FAULT = WITHOUT_MODEL | {"unsure"}


def first_stage(node: Node, settings: NodeSettings, sensor: Sensor, file: str) -> Node | None:
    """Make the first stage of a node; ``None`` when it has none.

    Raises
    ------
    BadInput
        When there is no such model, it does not suit the sensor, both together do not fit the
        board, or the node wakes on change as well.
    """
    if not settings.gate:
        return None
    where = f"node.{node.name}"
    if settings.wake != "always":
        message = "a node has one first stage: gate, or wake on change; allowed: always"
        raise BadInput(Fault(message, path=f"{where}.wake", file=file, value=repr(settings.wake)))
    own = {"model": settings.gate, "gate": "", "weights": "board", "place": "node"}
    try:
        found = type(node)(node.name, settings.model_copy(update=own), sensor, file=file)
    except BadInput as error:
        raise BadInput([_of_gate(fault, where) for fault in error.faults]) from None
    if settings.place == NODE:
        refuse_misfit(
            node.card, node.board, f"{where}.board", file, first=found.card, plan=node.plan
        )
    return found


def _of_gate(fault: Fault, where: str) -> Fault:
    path = f"{where}.gate" if fault.path == f"{where}.model" else fault.path
    return replace(fault, path=path)


def is_fault(label: str) -> bool:
    """Whether a verdict says that something is wrong with the machine.

    >>> is_fault("worn"), is_fault("normal"), is_fault("unsure")
    (True, False, False)
    """
    return label not in NO_FAULT and not is_sound(label)


def suspicion(scores: Mapping[str, float]) -> float:
    """Probability that a window is not sound, by the scores of a first stage [1].

    >>> round(suspicion({"normal": 0.7, "worn": 0.2, "broken": 0.1}), 6)
    0.3
    """
    return 1.0 - sum(score for word, score in scores.items() if is_sound(word))


def opens(seen: Verdict, least: float) -> bool:
    """Whether the second model looks at a window that the first one judged so."""
    return bool(seen.scores) and suspicion(seen.scores) >= least


def shut(seen: Verdict, node: Node) -> Verdict:
    """Return what a first stage that does not open says of the window, in the words of the node."""
    if seen.label in WITHOUT_MODEL:
        return node.rest(seen, counts=False)
    label = next((word for word in node.card.classes if is_sound(word)), node.healthy)
    score = 1.0 - suspicion(seen.scores)
    said = replace(seen, label=label, score=score, reason="nothing for the second stage")
    return node.rest(said, counts=True)
