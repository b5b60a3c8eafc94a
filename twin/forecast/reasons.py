"""What a planner should know about a forecast, in plain sentences."""

from __future__ import annotations

from twin.forecast.fitting import WearLaw
from twin.forecast.table import ToolRecord

FEW_TOOLS = 4
UNLIKE = 1.25  # wear this many times the usual is worth a sentence


def reasons(
    r: ToolRecord,
    law: WearLaw,
    *,
    p_over: float,
    usual_mm: float,
    now_mm: float,
    time_unit: str = "min",
    change_pays: bool = True,
) -> tuple[str, ...]:
    """Sentences about one tool.

    Parameters
    ----------
    r : ToolRecord
        The tool.
    law : WearLaw
        The law that the forecast uses.
    p_over : float
        Probability that it is beyond its limit now [1].
    usual_mm, now_mm : float
        Wear that is usual for its age and conditions, and its own [mm].
    time_unit : str
        What the time axis counts.
    change_pays : bool
        Some planned change is cheaper than running on until it fails.
    """
    said: list[str] = []
    if r.broken:
        said.append("broken")
    elif p_over > 0.5:
        said.append("beyond its limit already")
    elif p_over > 0.1:
        said.append("may be beyond its limit already")
    if r.n == 0:
        said.append("no reading: from its conditions alone, the band is wide")
    elif r.n == 1:
        said.append("one reading only: the band is wide")
    if r.n and r.now_min > r.time_min[-1]:
        said.append(f"{r.now_min - r.time_min[-1]:g} {time_unit} cut since its last reading")
    said += _unlike(now_mm, usual_mm, law.scale.vb_mm) if r.n > 1 else []
    if not change_pays:
        said.append("its life is too uncertain for a planned change to pay: measure it again")
    said += law.scale.settings.unknown(r)
    if law.n_tools < FEW_TOOLS:
        said.append(f"learnt from {law.n_tools} tool{'s' if law.n_tools > 1 else ''} only")
    return tuple(said)


def _unlike(now_mm: float, usual_mm: float, reference_mm: float) -> list[str]:
    """Whether a tool wears unlike others; a new tool's few hundredths say nothing."""
    if min(now_mm, usual_mm) < 0.1 * reference_mm:
        return []
    if now_mm > UNLIKE * usual_mm:
        return [f"worn {now_mm / usual_mm:.1f} times as much as is usual for its conditions"]
    if UNLIKE * now_mm < usual_mm:
        return [f"worn only {now_mm / usual_mm:.1f} times as much as is usual for its conditions"]
    return []
