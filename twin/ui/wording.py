"""How numbers, intervals and times are said: value, uncertainty, unit, in that order of weight."""

from __future__ import annotations

import math
from datetime import datetime

from twin.ui.i18n import t

UNKNOWN = "–"
MINUS = "−"


def decimals(half: float | None, value: float | None = None) -> int:
    """Return how many decimals are meant: no finer than the interval's half width.

    >>> decimals(0.8), decimals(0.11), decimals(23.0), decimals(None, 58.234)
    (1, 2, 0, 1)
    """
    if half and math.isfinite(half) and half > 0:
        power = math.floor(math.log10(half))
        fine = 1 if half / 10**power < 3 else 0
        return max(0, min(6, fine - power))
    if not value or not math.isfinite(value):
        return 0
    return max(0, min(6, 2 - math.floor(math.log10(abs(value)))))


def nice(value: float) -> float:
    """Return the round number (1, 2 or 5 times a power of ten) at or below ``value``.

    >>> nice(1.35), nice(0.0042), nice(70)
    (1.0, 0.002, 50.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    share = value / power
    return float(f"{(5 if share >= 5 else 2 if share >= 2 else 1) * power:.6g}")


def number(value: float | None, places: int | None = None) -> str:
    """Return a number with a real minus sign and thin spaces between thousands.

    >>> number(1234.5, 1), number(-0.42, 2), number(None)
    ('1 234.5', '−0.42', '–')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    places = decimals(None, value) if places is None else places
    shown = f"{abs(value):,.{places}f}".replace(",", " ")
    negative = value < 0 and float(shown.replace(" ", "")) != 0
    return (MINUS if negative else "") + shown


def trimmed(value: float | None) -> str:
    """Return a number as a person would write it, without needless zeros.

    >>> trimmed(180.0), trimmed(0.150), trimmed(1e-4)
    ('180', '0.15', '0.0001')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    shown = f"{value:.6g}"
    if "e" in shown:
        shown = f"{value:.10f}".rstrip("0").rstrip(".")
    return shown.replace("-", MINUS)


ROUNDING = 1e-6
"""An interval this narrow beside its value is of a figure without chance [1]."""


def half_width(low: float | None, high: float | None) -> float | None:
    """Return half of an interval, or None when there is none."""
    return None if low is None or high is None else (high - low) / 2


def with_band(value: float | None, low: float | None, high: float | None) -> str:
    """Return ``58.2 ± 0.8``; without an interval, or with one of rounding alone, the value.

    >>> with_band(58.23, 57.43, 59.03), with_band(3, None, None)
    ('58.2 ± 0.8', '3.00')
    >>> with_band(20 / 3, 20 / 3 - 1e-15, 20 / 3 + 1e-15)
    '6.67'
    """
    half = half_width(low, high)
    if not half or half <= ROUNDING * abs(value or 0.0):
        return number(value, 0 if value == 0 else None)
    places = decimals(half)
    return f"{number(value, places)} ± {number(half, places)}"


PREFIXES = ((1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def prefixed(value: float | None, unit: str) -> str:
    """Return an SI quantity with three digits and the prefix that fits it.

    >>> prefixed(4.28e-5, "J"), prefixed(0.0123, "J"), prefixed(0.9999, "J"), prefixed(0.0, "J")
    ('42.8 µJ', '12.3 mJ', '1.00 J', '0 J')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value == 0.0:
        return f"0 {unit}"
    fitting = [pair for pair in PREFIXES if abs(value) >= 0.9995 * pair[0]]
    factor, prefix = fitting[0] if fitting else PREFIXES[-1]
    scaled = float(f"{value / factor:.3g}")
    return f"{number(scaled)} {prefix}{unit}"


def signed(value: float | None, places: int) -> str:
    """Return a number with its sign.

    >>> signed(0.42, 2), signed(-1.0, 1), signed(0.0, 1)
    ('+0.42', '−1.0', '0.0')
    """
    shown = number(value, places)
    return (
        f"+{shown}" if value is not None and value > 0 and float(shown.replace(" ", "")) else shown
    )


def span(low: float | None, high: float | None, places: int) -> str:
    """Return an interval in words: ``0.31 to 0.53``."""
    if low is None or high is None:
        return UNKNOWN
    return t("shell.span", low=number(low, places), high=number(high, places))


def unit(text: str) -> str:
    """Return a unit to stand behind a number; a pure number has none."""
    shown = text.replace("*", "·").replace("^2", "²").replace("^3", "³")
    return "" if text in {"", "1"} else f" {shown}"


def duration(seconds: float) -> str:
    """Return a time span as people say it.

    >>> duration(95), duration(7500), duration(200000)
    ('95 s', '2 h 05 min', '2 d 7 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def day_or_hour(epoch: float) -> str:
    """Return a moment as ``14:02``, with its day in front when that is not today."""
    at, today = datetime.fromtimestamp(epoch).astimezone(), datetime.now().astimezone()
    return at.strftime("%H:%M" if at.date() == today.date() else "%Y-%m-%d %H:%M")


def clock(seconds: float) -> str:
    """Return a simulated time as ``04:20``, with the day in front from the second day on.

    >>> clock(15600), clock(100000)
    ('04:20', 'day 2, 03:46')
    """
    days, rest = divmod(int(seconds), 86_400)
    shown = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return t("shell.day_clock", day=days + 1, clock=shown) if days else shown
