"""The parameters of a node, and what is measured of it."""

from __future__ import annotations

from typing import Literal

from twin.measures import Count, Inferences, Measure, Quantile, Ratio, Sum, Total
from twin.nodes.boards import BoardName
from twin.nodes.segments import SegmentSettings
from twin.params import choice, count, model_name, quantity, text

MEASURES = (
    Measure("windows", "1", "Windows looked at.", "more", Inferences("count")),
    Measure("alarms", "1", "Alarms raised.", "less", Inferences("alarms"), headline=True),
    Measure("energy", "J", "Energy for computing.", "less", Inferences("energy"), headline=True),
    Measure("latency", "ms", "Longest time for a window.", "less", Inferences("latency_max")),
    Measure("uplink", "B", "Bytes sent, framing included.", "less", Inferences("bytes")),
    Measure("sending", "J", "Energy of the node's radio.", "less", Total("sent")),
    Measure("delay", "s", "Longest time until the plant had a verdict.", "less",
            Quantile("judged", 1.0)),
    Measure("rightly", "%", "Windows of a running machine that were judged rightly, in time.",
            "more", Ratio(Count("right"), Count("due"))),
    Measure("known", "%", "The same, and known to the plant in time.", "more",
            Ratio(Count("known"), Count("due"))),
    Measure("unseen", "1", "Windows that nobody looked at: they could not be sent.", "less",
            Count("lost")),
    Measure("left_plant", "B", "Raw data and features that left the plant.", "less",
            Total("left_plant")),
    Measure("bad", "1", "Windows that could not be judged.", "less", Count("bad")),
    Measure("recall", "%", "Windows with a fault that the node called faulty.", "more",
            Ratio(Count("caught"), Count("faulty"))),
)  # fmt: skip
OF_GATES = (
    Measure("gate_energy", "J", "Energy of the first stage.", "less", Total("gated")),
    Measure("gate_latency", "ms", "Longest time of the first stage for a window.", "less",
            Quantile("gate_took", 1.0)),
    Measure("gate_passed", "%", "Windows that the first stage let through.", "less",
            Ratio(Sum((Count("passed_faulty"), Count("passed_sound"))), Count("gated"))),
    Measure("gate_recall", "%", "Windows with a fault that the first stage let through.", "more",
            Ratio(Count("passed_faulty"), Count("faulty"))),
)  # fmt: skip
OF_SEGMENTS = (
    Measure("load_time", "ms", "Time to load the weights of an inference.", "less",
            Quantile("load_took", 1.0)),
    Measure("load_energy", "J", "Energy for loading weights, of board and external flash.", "less",
            Total("loaded")),
)  # fmt: skip


class NodeSettings(SegmentSettings):
    """A node: which sensor, which board, which model, and when it raises an alarm."""

    sensor: str = text(None, "Name of the sensor that the node reads.")
    board: BoardName = choice("stm32u575", "Board that the model runs on.")
    model: str = model_name(
        "bearing", "Model that the node runs; a shipped name, a file or a folder."
    )
    alarm_after: int = count(3, 1, 1000, "Abnormal windows in a row before an alarm.")
    threshold: float = quantity(
        60, "%", 0, 100, "Score that an abnormal window needs.", assumption=True, live=True
    )
    report: Literal["always", "change", "alarm"] = choice(
        "change", "When the node sends its verdict: every window, when it changes, on alarm."
    )
    wake: Literal["always", "change"] = choice(
        "always",
        "When the model runs: every window, or when the bearing's lines are not as they were.",
    )
    wake_change: float = quantity(
        0.3,
        "1",
        0,
        10,
        "Rise of the bearing's lines, as a logarithm, that wakes the model.",
        assumption=True,
    )
    gate: str = model_name(
        "",
        "Model of a first stage, which decides whether the node's model looks at a window; none by "
        "default.",
    )
    gate_score: float = quantity(
        50, "%", 0, 100, "Probability that something is wrong from which on it lets a window pass.",
        assumption=True,
    )  # fmt: skip
    wake_at_least: int = count(240, 2, 1_000_000, "Windows after which the model runs anyway.")


def measures_of(settings: NodeSettings) -> tuple[Measure, ...]:
    """KPIs of a node: those of all, of its first stage, of loaded weights."""
    gates = OF_GATES if settings.gate else ()
    return (*MEASURES, *gates, *(OF_SEGMENTS if settings.weights == "external" else ()))
