"""What an accelerometer on a spindle feels: impacts, resonances, cutting, unbalance.

Bearing faults follow McFadden & Smith, J. Sound Vib. 96 (1984) 69–82,
doi:10.1016/0022-460X(84)90595-9 (impulse train, load zone, resonance), with the cumulative slip of
Antoni & Randall, MSSP 17 (2003), doi:10.1006/mssp.2001.1469.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.physics.rotation import cosine

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]


MESH_SHARES = (1.0, 0.5, 0.25)  # harmonics of a gear mesh; assumption


class Mode(NamedTuple):
    """A resonance of the housing: ``frequency`` [Hz], ``damping`` ratio [1], ``gain`` [1]."""

    frequency: float
    damping: float
    gain: float = 1.0


def unbalance_force(grade: float, mass: float, speed: float) -> float:
    """Rotating force of a rotor balanced to a grade, F = m·G·ω.

    Parameters
    ----------
    grade : float
        ISO 21940-11 balance quality grade G = e·ω [m/s].
    mass : float
        Rotor mass [kg].
    speed : float
        Spindle speed [rev/s].

    Returns
    -------
    float
        Force [N].

    Examples
    --------
    G2.5, 10 kg, 12 000 rpm: 1.989 µm of eccentricity, 31.42 N.

    >>> round(unbalance_force(2.5e-3, 10.0, 200.0), 2)
    31.42
    """
    return mass * grade * 2.0 * np.pi * speed


def impact_times(
    frequency: float, duration: float, slip: float, jitter: float, rng: np.random.Generator
) -> Array:
    """Times of impacts that repeat at ``frequency`` [Hz] for ``duration`` [s].

    Each period varies by ``slip`` (standard deviation over the mean; accumulates, Antoni &
    Randall) and each impact by ``jitter`` about its place (does not accumulate, McFadden) [1].
    The first one comes at a random phase. Returns times [s].
    """
    count = int(duration * frequency * (1.0 + 4.0 * slip)) + 3
    periods = np.maximum(1.0 + slip * rng.standard_normal(count), 0.1)
    phase = np.cumsum(periods) - rng.random() - 1.0
    return np.asarray((phase + jitter * rng.standard_normal(count)) / frequency)


def load_zone(angle: Array, extent: float, exponent: float) -> Array:
    """Share of the load that a rolling element carries at ``angle`` [rad] from the load.

    ``q = max(0, 1 − (1 − cos ψ)/(2 ε))^p`` (Stribeck) with ``extent`` ε [1], 0.5 for half the
    ring, and ``exponent`` p [1], 3/2 for balls and 10/9 for rollers.

    >>> [round(float(q), 3) for q in load_zone(np.array([0.0, np.pi / 3, np.pi]), 0.5, 1.5)]
    [1.0, 0.354, 0.0]
    """
    share = 1.0 - (1.0 - np.cos(angle)) / (2.0 * extent)
    return np.asarray(np.maximum(share, 0.0) ** exponent)


def place(times: Array, strengths: Array, size: int, rate: float) -> Array:
    """Put impacts of ``strengths`` at ``times`` [s] on a grid of ``size`` samples at ``rate`` [Hz].

    An impact between two samples is shared by both in proportion; impacts outside are left out.
    """
    position = times * rate
    inside = (position >= 0.0) & (position < size - 1)
    low = position[inside].astype(np.int64)
    share = position[inside] - low
    weight = strengths[inside]
    placed = np.bincount(low, weight * (1.0 - share), size)
    return np.asarray(placed + np.bincount(low + 1, weight * share, size)[:size])


def ringing(frequency: Array, modes: Sequence[Mode]) -> Complex:
    """Spectrum of ``s(t) = Σ g e^(−ζω t) sin(ω_d t)`` at ``frequency`` [Hz], per second.

    Multiply by the sample rate [Hz] for impacts on a sample grid.
    """
    turn = 2.0 * np.pi * frequency
    total = np.zeros(frequency.shape, np.complex128)
    for mode in modes:
        own = 2.0 * np.pi * mode.frequency
        damped = own * np.sqrt(1.0 - mode.damping**2)
        total += mode.gain * damped / (own**2 - turn**2 + 2j * mode.damping * own * turn)
    return total


def accelerance(frequency: Array, mass: float, modes: Sequence[Mode]) -> Complex:
    """Acceleration per force [1/kg] of a housing of ``mass`` [kg] with resonances.

    A rigid body, ``1/m``, plus ``g/m·(−ω²)/(ω_m² − ω² + 2jζω_mω)`` of each mode.
    """
    total = np.ones(frequency.shape, np.complex128)
    for mode in modes:
        ratio = frequency / mode.frequency
        total -= mode.gain * ratio**2 / (1.0 - ratio**2 + 2j * mode.damping * ratio)
    return total / mass


def tooth_strengths(teeth: int, runout: float, broken: float) -> Array:
    """Share of the chip that each tooth takes; mean 1 unless a tooth is missing at the edge.

    ``runout`` [1] makes it uneven once a turn; a tooth that is ``broken`` (0 to 1) leaves its
    chip to the next one.

    >>> tooth_strengths(4, 0.0, 1.0).tolist()
    [0.0, 2.0, 1.0, 1.0]
    """
    index = np.arange(teeth)
    share = 1.0 + runout * np.cos(2.0 * np.pi * index / teeth)
    if teeth > 1:
        share[1] += broken * share[0]
    share[0] *= 1.0 - broken
    return np.asarray(share)


def tooth_force(turns: Array, strengths: Array, arc: float) -> Array:
    """Cutting force over the angle of the spindle, over the mean force of an engaged tooth.

    Each tooth cuts with a half-sine over ``arc``; its mean over the arc is its strength.

    Parameters
    ----------
    turns : ndarray
        Angle of the spindle [turns].
    strengths : ndarray
        Share of each tooth [1], see :func:`tooth_strengths`.
    arc : float
        Engagement of one tooth [turns].

    Examples
    --------
    >>> turns = np.arange(1000) / 1000.0
    >>> round(float(tooth_force(turns, np.ones(2), 0.25).mean()), 3)  # in the cut half of the time
    0.5
    """
    teeth = len(strengths)
    slot = (turns - np.floor(turns)) * teeth
    whole = slot.astype(np.intp)
    into = slot - whole
    total = np.zeros(turns.shape)
    for behind in range(math.ceil(arc * teeth - 1e-12)):
        engaged = np.flatnonzero(into + behind < arc * teeth)
        phase = (into[engaged] + behind) / (arc * teeth)
        share = strengths[(whole[engaged] - behind) % teeth]
        total[engaged] += share * cosine(0.5 * phase - 0.25)
    return np.asarray(0.5 * np.pi * total)


def mesh(turns: Array, teeth: int, mate: int, depth: float, phases: Array) -> Array:
    """Gear mesh over the angle of its shaft [turns], amplitude 1: three harmonics, swelling.

    The mesh stands at ``teeth`` a turn, with lines at one turn of either gear beside it: order
    ``teeth ± 1`` and ``teeth ± teeth/mate``. ``depth`` [1] of the swelling; ``phases`` [turns] of
    the three harmonics and of the two swellings.

    >>> angle = np.arange(4096) / 4096.0
    >>> lines = np.abs(np.fft.rfft(mesh(angle, 20, 20, 0.2, np.zeros(5)))) / 2048
    >>> [round(float(line), 2) for line in lines[[19, 20, 21, 40]]]
    [0.2, 1.02, 0.2, 0.51]
    """
    swell = np.ones(turns.shape)
    for order, phase in ((1.0, phases[3]), (teeth / mate, phases[4])):
        swell *= 1.0 + depth * cosine(order * turns + phase)
    total = np.zeros(turns.shape)
    for number, share in enumerate(MESH_SHARES, start=1):
        total += share * cosine(number * teeth * turns + phases[number - 1])
    return np.asarray(swell * total)


def self_excited(seconds: Array, frequency: float, width: float, rng: np.random.Generator) -> Array:
    """Vibration of amplitude 1 at ``frequency`` [Hz] whose phase is a random walk.

    Its line is a Lorentzian, ``width`` [Hz] wide at half its height.
    """
    step = float(seconds[1] - seconds[0])
    walk = np.cumsum(np.sqrt(width * step / (2.0 * np.pi)) * rng.standard_normal(len(seconds)))
    return cosine(frequency * seconds + rng.random() + walk).astype(np.float64)


def velocity_rms(
    acceleration: Array, rate: float, low: float = 10.0, high: float = 1000.0
) -> float:
    """Vibration severity: r.m.s. velocity in a band, as ISO 20816-1 asks for.

    Parameters
    ----------
    acceleration : ndarray
        [m/s²]
    rate : float
        [Hz]
    low, high : float
        Band [Hz].

    Returns
    -------
    float
        [m/s]

    Examples
    --------
    0.847 m/s² r.m.s. at 29.95 Hz is 4.5 mm/s.

    >>> t = np.arange(20000) / 10000.0
    >>> a = 0.847 * np.sqrt(2.0) * np.sin(2 * np.pi * 30.0 * t)
    >>> round(velocity_rms(a, 10000.0) * 1000 * 30.0 / 29.95, 2)
    4.5
    """
    spectrum = np.fft.rfft(acceleration) / len(acceleration)
    frequency = np.fft.rfftfreq(len(acceleration), 1.0 / rate)
    band = (frequency >= low) & (frequency <= high)
    velocity = np.abs(spectrum[band]) / (2.0 * np.pi * frequency[band])
    return float(np.sqrt(2.0 * np.sum(velocity**2)))
