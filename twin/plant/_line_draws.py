"""The laws of times on a line, and the luck that draws from them in blocks.

A law has a mean and a coefficient of variation; its other numbers follow from these two.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gammaln

from twin.errors import BadInput, Fault

BLOCK = 256
"""Draws made at once; a block gives the same numbers as one draw at a time."""
MOST_NORMAL = 0.125
"""Coefficient of variation up to which a normal law is negative less often than once in 1e15."""
MOST_TRIES = 1000
ALTERNATIVES = "use gamma, lognormal or weibull"

Block = Callable[[int], npt.NDArray[np.float64]]
Streams = Callable[[str], np.random.Generator]


class Draws:
    """Numbers of one use of chance, one after the other.

    ``used`` counts what was taken, so that a saved run can go on with the same luck.
    """

    __slots__ = ("_drawn", "_values", "block")

    def __init__(self, block: Block) -> None:
        self.block = block
        self._values: list[float] = []
        self._drawn = 0

    def __call__(self) -> float:
        """Return the next number."""
        values = self._values
        if not values:
            self._values = values = self.block(BLOCK)[::-1].tolist()
            self._drawn += BLOCK
        return values.pop()

    @property
    def used(self) -> int:
        """How many numbers were taken so far."""
        return self._drawn - len(self._values)

    def skip(self, number: int) -> None:
        """Take ``number`` of them and forget them."""
        for _ in range(number):
            self()


def rest(draw: Draws | float, elapsed: float) -> float:
    """Return what is left of a time of which ``elapsed`` [s] have passed, drawn from its law.

    The first draw that is longer counts. A constant time that is over ends now; so does one
    that a thousand draws do not reach.
    """
    if isinstance(draw, float):
        return max(0.0, draw - elapsed)
    for _ in range(MOST_TRIES):
        whole = draw()
        if whole > elapsed:
            return whole - elapsed
    return 0.0


def draws(law: str, mean: float, spread: float, name: str, streams: Streams) -> Draws | None:
    """Return the draws of a law from the stream ``name``; None when the time is constant.

    Parameters
    ----------
    law : str
        Its name, such as "gamma".
    mean : float
        Mean [any unit; the draws have it].
    spread : float
        Coefficient of variation [1].
    name : str
        Name of the random stream.
    streams : callable
        Returns the generator of a name.
    """
    if is_constant(law, spread):
        return None
    if law == "hyperexponential":
        return Draws(_hyperexponential(mean, spread, streams(name), streams(f"{name}.branch")))
    return Draws(_block(law, mean, spread, streams(name)))


def block_of(law: str, mean: float, spread: float, name: str, streams: Streams) -> Block:
    """Return what draws many numbers of a law that is not constant at once."""
    drawn = draws(law, mean, spread, name, streams)
    assert drawn is not None
    return drawn.block


def is_constant(law: str, spread: float) -> bool:
    """Whether a law has no luck in it."""
    return law == "constant" or (spread == 0 and law != "exponential")


def _block(  # noqa: PLR0911 - one return a law
    law: str, mean: float, spread: float, rng: np.random.Generator
) -> Block:
    if law in {"gamma", "erlang"}:
        shape = 1.0 / spread**2 if law == "gamma" else round(1.0 / spread**2)
        return lambda n: rng.gamma(shape, mean / shape, n)
    if law == "lognormal":
        variance = math.log1p(spread**2)
        return lambda n: rng.lognormal(math.log(mean) - variance / 2, math.sqrt(variance), n)
    if law == "weibull":
        shape = weibull_shape(spread)
        scale = mean / math.gamma(1.0 + 1.0 / shape)
        return lambda n: scale * rng.weibull(shape, n)
    if law in {"triangular", "uniform"}:
        half = mean * spread * math.sqrt(6.0 if law == "triangular" else 3.0)
        if law == "triangular":
            return lambda n: rng.triangular(mean - half, mean, mean + half, n)
        return lambda n: rng.uniform(mean - half, mean + half, n)
    if law == "normal":
        return lambda n: rng.normal(mean, spread * mean, n)
    return lambda n: rng.exponential(mean, n)


def _hyperexponential(
    mean: float, spread: float, rng: np.random.Generator, branch: np.random.Generator
) -> Block:
    """Two exponential laws with balanced means: each gives half of the mean."""
    share = 0.5 * (1.0 + math.sqrt((spread**2 - 1.0) / (spread**2 + 1.0)))
    slow, fast = mean / (2.0 * (1.0 - share)), mean / (2.0 * share)
    return lambda n: rng.exponential(1.0, n) * np.where(branch.random(n) < share, fast, slow)


def geometric(mean: float, cycle: float, rng: np.random.Generator) -> Draws:
    """Return whole numbers of cycles, of which each is the last with the same probability [s]."""
    return Draws(lambda n: cycle * rng.geometric(min(1.0, cycle / mean), n).astype(np.float64))


def uniforms(rng: np.random.Generator) -> Draws:
    """Return draws between 0 and 1."""
    return Draws(rng.random)


def weibull_shape(spread: float) -> float:
    """Return the Weibull shape of a coefficient of variation.

    >>> round(weibull_shape(1.0), 9)
    1.0
    """

    def excess(log_shape: float) -> float:
        k = math.exp(log_shape)
        ratio = math.exp(float(gammaln(1 + 2 / k)) - 2 * float(gammaln(1 + 1 / k)))
        return math.log(ratio) - math.log1p(spread**2)

    return math.exp(float(brentq(excess, math.log(0.08), math.log(2000.0), xtol=1e-14)))


def check_law(law: str, spread: float, path: str) -> None:
    """Refuse a law that can be negative, or that cannot have this spread.

    Raises
    ------
    BadInput
        With ``path`` of the spread, and what to use instead.
    """
    message = _fault(law, spread)
    if message:
        raise BadInput(Fault(message, path, "", f"{spread:g}"))


def _fault(law: str, spread: float) -> str:
    most = {"normal": MOST_NORMAL, "triangular": 1 / math.sqrt(6), "uniform": 1 / math.sqrt(3)}
    if law in most and spread > most[law]:
        floor = f"{math.floor(most[law] * 1e4) / 1e4:g}"
        return f"a {law} time would be negative; allowed up to {floor}, or {ALTERNATIVES}"
    if law == "hyperexponential" and spread < 1:
        return "a hyperexponential time varies by 1 or more; use gamma or lognormal below that"
    if law == "erlang" and spread > 0:
        stages = max(1, round(1 / spread**2))
        if abs(spread - 1 / math.sqrt(stages)) > 1e-3 * spread:
            near = f"{1 / math.sqrt(stages):.6g} for {stages} stages"
            return f"an Erlang time has 1/√k with k whole, such as {near}; or use gamma"
    if law == "weibull" and 0 < spread < 1e-3:
        return "a Weibull time varies by 0.001 or more; use constant below that"
    return ""
