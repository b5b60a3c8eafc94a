"""What bearings, teeth, gears and shaft do to the housing of a spindle, one window at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from twin.physics.bearings import cage_order, inner_order, outer_order, spin_order
from twin.physics.rotation import Rotation, cosine
from twin.physics.vibration import (
    accelerance,
    impact_times,
    load_zone,
    mesh,
    place,
    ringing,
    self_excited,
    tooth_force,
    tooth_strengths,
    unbalance_force,
)
from twin.signals._spindle_settings import SpindleSettings
from twin.signals.base import Sensor as BaseSensor

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

REFERENCE_SPEED = 30.0  # spindle speed at which the level parameters are given [rev/s]
STANDSTILL = 0.5  # below this the spindle counts as standing [rev/s]
VISIBLE = 0.05  # a fault below this severity is not called one [1]
WORN = 0.3e-3  # flank wear at which a tool counts as worn, ISO 8688-2 [m]
RING_LENGTH = 0.64  # in which the least damped ring has died away [s]
FORGOTTEN = 7.0  # time constants after which a thousandth of a ring is left
OVERSAMPLING = 2  # impacts are placed on a grid this much finer than the samples
LOWEST_ORDERS = (1.0, 2.0, 3.0)
UNBALANCE_SHARES = (1.0, 0.3, 0.1)  # of force at these orders; assumption
MISALIGNMENT_SHARES = (0.4, 1.0, 0.3)  # of velocity; twice a turn leads. Assumption
CHATTER_WIDTH = 0.5  # of its line [Hz]; assumption
ARC = 0.5  # engagement of a tooth [tooth pitches]; assumption
MAINS_TWICE = (100.0, 120.0)  # at which the field of a motor pulls [Hz]
FOREIGN_TURNS = (8.0, 120.0)  # of machines near by [1/s]
HUM_HARMONICS = 3  # of the swelling of a tone; assumption
_SWELL = 0.4  # how much chatter follows the teeth in and out of the cut; assumption


class SpindleSensor(BaseSensor):
    """What feels or hears a spindle: the acceleration of its housing."""

    needs = ("spindle_speed",)
    uses = (
        "teeth",
        "cutting",
        "force",
        "wear",
        "broken",
        "bearing_inner",
        "bearing_outer",
        "bearing_ball",
        "unbalance",
        "misalignment",
        "looseness",
        "chatter",
        "spindle_acceleration",
    )

    def __init__(self, name: str, settings: SpindleSettings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self.size = round(settings.duration * settings.sample_rate)
        frequency: Array = np.arange(self.size // 2 + 1) / settings.duration
        self._ringing = ringing(frequency, settings.modes) * self._ring_scale()
        self.frequency = frequency
        slowest = min(2.0 * np.pi * mode.frequency * mode.damping for mode in settings.modes)
        self._lead = 2 * round(min(FORGOTTEN / slowest, RING_LENGTH) * settings.sample_rate / 2)
        whole = settings.duration + self._lead / settings.sample_rate
        longer: Array = np.arange((self.size + self._lead) // 2 + 1) / whole
        self._accelerance = accelerance(longer, settings.mass, settings.modes)
        self._accelerance[0] = 0.0  # the bed holds the housing against a steady force

    @property
    def rate(self) -> float:
        """Samples per second [Hz]."""
        return self.settings.sample_rate

    def motion(self, state: Mapping[str, float], rng: np.random.Generator) -> Complex:
        """Spectrum of the housing's acceleration in one window, as ``numpy.fft.rfft`` gives it."""
        speed = abs(state["spindle_speed"])
        spectrum = np.zeros(self.size // 2 + 1, np.complex128)
        if speed >= STANDSTILL:
            turning = self._turning(state)
            level = turning.mean(self.settings.duration) / REFERENCE_SPEED
            knocks = self._bearing(turning, state, rng) + self._knocks(turning, state, rng)
            spectrum += level * self._thin(knocks) * self._ringing
            shaft = level * self._background(turning, rng) + self._shaft(turning, state, rng)
            shaft += self._cut(turning, state, rng)
            shaft += self._chatter(turning, state, rng)
            spectrum += np.fft.rfft(shaft)
        return spectrum

    def truth(self, state: Mapping[str, float]) -> str:
        """Name the worst thing in the window: a bearing fault, tool, unbalance, or normal."""
        if abs(state["spindle_speed"]) < STANDSTILL:
            return "idle"
        kinds = ("inner", "outer", "ball")
        worst = max(kinds, key=lambda kind: state.get(f"bearing_{kind}", 0.0))
        if state.get(f"bearing_{worst}", 0.0) >= VISIBLE:
            return worst
        cutting = state.get("cutting", 0.0) > 0.0
        if cutting and state.get("broken", 0.0) > 0.0:
            return "broken"
        if cutting and state.get("chatter", 0.0) >= VISIBLE:
            return "chatter"
        for kind in ("unbalance", "misalignment", "looseness"):
            if state.get(kind, 0.0) >= VISIBLE:
                return kind
        return "worn" if cutting and state.get("wear", 0.0) >= WORN else "normal"

    def _turning(self, state: Mapping[str, float]) -> Rotation:
        """How the shaft turns, forwards; one that would stop within the window slows less."""
        speed = abs(state["spindle_speed"])
        rate = state.get("spindle_acceleration", 0.0) * np.sign(state["spindle_speed"])
        slowest = (STANDSTILL - speed) / self.settings.duration
        return Rotation(speed, max(float(rate), slowest))

    def _ring_scale(self) -> float:
        """Scale that makes the peak of one ring 1, on the fine grid of impacts."""
        rate = self.settings.sample_rate * OVERSAMPLING
        size = min(self.size * OVERSAMPLING, round(RING_LENGTH * rate))
        frequency: Array = np.arange(size // 2 + 1) * rate / size
        ring = np.fft.irfft(ringing(frequency, self.settings.modes), size)
        peak = float(np.max(np.abs(ring)))
        return 1.0 / peak if peak > 0.0 else 0.0

    def _thin(self, fine: Array) -> Complex:
        """Spectrum of a signal on the fine grid, without what lies above the samples' half rate."""
        return np.asarray(np.fft.rfft(fine)[: self.size // 2 + 1] / OVERSAMPLING)

    def _place(self, times: Array, strengths: Array) -> Array:
        fine = self.settings.sample_rate * OVERSAMPLING
        return place(times, strengths, self.size * OVERSAMPLING, fine)

    def _bearing(
        self, turning: Rotation, state: Mapping[str, float], rng: np.random.Generator
    ) -> Array:
        """Impacts of the three kinds of fault, on the fine grid [m/s²]."""
        own = self.settings
        total = np.zeros(self.size * OVERSAMPLING)
        trains = {"inner": self._inner, "outer": self._outer, "ball": self._ball}
        for kind, train in trains.items():
            severity = state.get(f"bearing_{kind}", 0.0)
            if severity <= 0.0:
                continue
            angles, strengths = train(turning, rng)
            times = turning.seconds(angles)
            spread = np.abs(1.0 + own.impact_spread * rng.standard_normal(len(times)))
            strengths = severity * own.impact * strengths * spread
            total += self._place(times, strengths)
            if own.spall > 0.0:
                total += self._place(times + rng.uniform(2e-4, 1.5e-3), own.spall * strengths)
        return total

    def _loaded(self, angle: Array) -> Array:
        own = self.settings
        zone = load_zone(angle, own.load_extent, own.load_exponent)
        return np.asarray(own.load_floor + (1.0 - own.load_floor) * zone)

    def _impacts(self, order: float, turning: Rotation, rng: np.random.Generator) -> Array:
        """Angles of impacts that repeat ``order`` times a turn [turns]."""
        own = self.settings
        whole = own.duration * turning.mean(own.duration)
        return impact_times(order, whole, own.slip, own.jitter, rng)

    def _outer(self, turning: Rotation, rng: np.random.Generator) -> tuple[Array, Array]:
        order = outer_order(self.settings.bearing)
        angles = self._impacts(order, turning, rng)
        phase = rng.uniform(0.0, 2.0 * np.pi)
        balls = self._balls(len(angles), rng)
        still = self.settings.rotating_load

        def strength(at: Array) -> Array:
            return np.asarray((1.0 + still * np.cos(2.0 * np.pi * at + phase)) * balls)

        if self.settings.spots == 1:
            return angles, strength(angles)
        places = rng.uniform(0.0, 2.0 * np.pi, self.settings.spots)
        shares = self._loaded(places) * self._depths(rng)
        trains = angles + rng.random((len(places), 1)) / order
        return trains.ravel(), (shares[:, None] * strength(trains)).ravel()

    def _inner(self, turning: Rotation, rng: np.random.Generator) -> tuple[Array, Array]:
        order = inner_order(self.settings.bearing)
        angles = self._impacts(order, turning, rng)
        phase = rng.uniform(0.0, 2.0 * np.pi)
        balls = self._balls(len(angles), rng)
        if self.settings.spots == 1:
            return angles, self._loaded(2.0 * np.pi * angles + phase) * balls
        places = rng.uniform(0.0, 2.0 * np.pi, (self.settings.spots, 1))
        trains = angles + rng.random((len(places), 1)) / order
        loaded = self._loaded(2.0 * np.pi * trains + places) * balls
        return trains.ravel(), (self._depths(rng)[:, None] * loaded).ravel()

    def _depths(self, rng: np.random.Generator) -> Array:
        """Strength of each spot of a ring; together as strong as one spot."""
        drawn = rng.exponential(1.0, self.settings.spots)
        return np.asarray(drawn / np.sqrt(np.sum(drawn**2)))

    def _balls(self, size: int, rng: np.random.Generator) -> Array:
        """Strength of each passing ball; the balls come round once a turn of the cage."""
        own = self.settings
        each = np.maximum(1.0 + own.unevenness * rng.standard_normal(own.balls), 0.0)
        return np.resize(each, size)

    def _ball(self, turning: Rotation, rng: np.random.Generator) -> tuple[Array, Array]:
        """Two impacts a turn of the ball, unequal, seen when the spot faces the rings."""
        bearing = self.settings.bearing
        order, cage = 2.0 * spin_order(bearing), cage_order(bearing)
        angles = self._impacts(order, turning, rng)
        phase = rng.uniform(0.0, 2.0 * np.pi)
        if self.settings.skid > 0.0:
            angles = angles + self._skids(cage * angles + phase / (2.0 * np.pi), rng) / order
        strengths = self._loaded(2.0 * np.pi * cage * angles + phase)
        strengths[::2] *= rng.uniform(0.3, 1.0)
        return angles, strengths * self._facing(len(angles), rng)

    def _skids(self, turns: Array, rng: np.random.Generator) -> Array:
        """Phase that a ball has lost where the cage has made so many ``turns`` [impacts].

        It is lost opposite the load zone, where nothing holds the ball's spin.
        """
        turn = np.floor(turns + 0.5).astype(np.intp)
        turn -= turn.min()
        lost = np.cumsum(self.settings.skid * rng.standard_normal(int(turn.max()) + 1))
        return np.asarray(lost[turn])

    def _facing(self, size: int, rng: np.random.Generator) -> Array:
        """Whether the spot on the ball meets the rings, as the ball's axis wanders."""
        stretch = max(int(rng.uniform(4.0, 40.0)), 1)
        pieces = rng.random(size // stretch + 2) >= self.settings.wander
        return np.repeat(pieces.astype(np.float64), stretch)[:size]

    def _knocks(
        self, turning: Rotation, state: Mapping[str, float], rng: np.random.Generator
    ) -> Array:
        """Looseness once a turn, and random knocks, on the fine grid [m/s²]."""
        own = self.settings
        total = np.zeros(self.size * OVERSAMPLING)
        loose = own.looseness + own.lost_fit * state.get("looseness", 0.0)
        if loose > 0.0:
            whole = own.duration * turning.mean(own.duration)
            times = turning.seconds(impact_times(1.0, whole, 0.0, 0.01, rng))
            strengths = loose * np.abs(1.0 + 0.3 * rng.standard_normal(len(times)))
            total += self._place(times, strengths)
        if own.rattle > 0.0:
            number = rng.poisson(own.duration * rng.uniform(2.0, 60.0))
            times = rng.uniform(0.0, own.duration, number)
            total += self._place(times, own.rattle * rng.exponential(1.0, number))
        return total

    def _cut(
        self, turning: Rotation, state: Mapping[str, float], rng: np.random.Generator
    ) -> Array:
        """What the housing does under the teeth [m/s²]: also what still rings from before."""
        if state.get("cutting", 0.0) <= 0.0 or state.get("force", 0.0) <= 0.0:
            return np.zeros(self.size)
        fine = np.fft.rfft(self._cutting(turning, state, rng)) / OVERSAMPLING
        moved = fine[: len(self._accelerance)] * self._accelerance
        return np.fft.irfft(moved, self.size + self._lead)[self._lead :]

    def _cutting(
        self, turning: Rotation, state: Mapping[str, float], rng: np.random.Generator
    ) -> Array:
        """Force of the teeth [N] from before the window on, on the fine grid."""
        size = (self.size + self._lead) * OVERSAMPLING
        force, teeth = state["force"], max(round(state.get("teeth", 1.0)), 1)
        fine = self.settings.sample_rate * OVERSAMPLING
        seconds = np.arange(-self._lead * OVERSAMPLING, self.size * OVERSAMPLING) / fine
        turns = turning.turns(seconds) + rng.random()
        strengths = tooth_strengths(teeth, self.settings.runout, state.get("broken", 0.0))
        pulses = tooth_force(turns, strengths, ARC / teeth)
        rubbing = self.settings.wear_noise * state.get("wear", 0.0) / WORN * self.settings.mass
        dull = 1.0 + state.get("wear", 0.0) / WORN
        rough = np.sqrt(OVERSAMPLING) * rubbing * rng.standard_normal(size)
        return np.asarray((force * dull + rough) * pulses)

    def _background(self, turning: Rotation, rng: np.random.Generator) -> Array:
        """Broadband of the machine, part of it through the resonances, swelling with the shaft."""
        own = self.settings
        white, other = rng.standard_normal((2, self.size))
        shaped = np.fft.irfft(np.fft.rfft(other) * self._ringing, self.size)
        spread = float(np.std(shaped))
        shaped = shaped / spread if spread > 0.0 else shaped
        total = np.sqrt(1.0 - own.colour) * white + np.sqrt(own.colour) * shaped
        return np.asarray(own.background * self._swell(turning, rng) * total)

    def _swell(self, turning: Rotation, rng: np.random.Generator) -> Array:
        """How the background swells: once and twice a turn, and a little with each ball."""
        own, turns = self.settings, turning.turns(self._seconds())
        share = rng.random()
        orders = {
            1.0: own.pulsation * share,
            2.0: own.pulsation * (1.0 - share),
            outer_order(own.bearing): own.waviness,
            inner_order(own.bearing): own.waviness,
        }
        total = np.ones(self.size)
        for order, depth in orders.items():
            total += depth * cosine(order * turns + rng.random())
        return total

    def _shaft(
        self, turning: Rotation, state: Mapping[str, float], rng: np.random.Generator
    ) -> Array:
        """Unbalance and misalignment at the lowest orders, foreign tones, gear mesh [m/s²]."""
        own = self.settings
        speed, seconds = turning.mean(own.duration), self._seconds()
        turns = turning.turns(seconds)
        grade = own.balance_grade + state.get("unbalance", 0.0) * own.lost_balance
        amplitude = unbalance_force(grade, own.rotor_mass, speed) / own.mass
        total = amplitude * _lines(turns + rng.random(), UNBALANCE_SHARES)
        for _ in range(own.lines):
            frequency = rng.uniform(20.0, 0.45 * own.sample_rate)
            phase = rng.random()
            level = own.line_level * rng.exponential(1.0)
            total += level * cosine(frequency * seconds + phase)
        for _ in range(own.hums):
            total += own.hum_level * rng.exponential(1.0) * self._hum(seconds, rng)
        off = state.get("misalignment", 0.0) * own.lost_alignment * 2.0 * np.pi * speed
        if off > 0.0:
            shares = np.array(LOWEST_ORDERS) * MISALIGNMENT_SHARES
            total += off * _lines(turns + rng.random(), shares)
        if own.gear_teeth:
            level = own.gear_level * speed / REFERENCE_SPEED
            teeth = own.gear_teeth, own.mate_teeth
            total += level * mesh(turns, *teeth, own.gear_modulation, rng.random(5))
        return np.asarray(total)

    def _hum(self, seconds: Array, rng: np.random.Generator) -> Array:
        """Tone that swells at twice the frequency of the mains, or with the turn of its machine."""
        tone = rng.uniform(20.0, 0.45 * self.settings.sample_rate)
        turning = float(np.exp(rng.uniform(*np.log(FOREIGN_TURNS))))
        swell = float(rng.choice(MAINS_TWICE)) if rng.random() < 0.5 else turning
        total = np.ones(seconds.shape)
        for harmonic in range(1, HUM_HARMONICS + 1):
            depth = rng.random() / harmonic
            total += depth * cosine(harmonic * swell * seconds + rng.random())
        return np.asarray(total * cosine(tone * seconds + rng.random()))

    def _chatter(
        self, turning: Rotation, state: Mapping[str, float], rng: np.random.Generator
    ) -> Array:
        """Self-excited vibration near the first resonance, following the teeth [m/s²]."""
        own = self.settings
        level = own.chatter_level * state.get("chatter", 0.0)
        if level <= 0.0 or state.get("cutting", 0.0) <= 0.0:
            return np.zeros(self.size)
        seconds, teeth = self._seconds(), max(round(state.get("teeth", 1.0)), 1)
        wave = self_excited(seconds, own.chatter_ratio * own.resonance_1, CHATTER_WIDTH, rng)
        engaged = cosine(teeth * (turning.turns(seconds) + rng.random()))
        return np.asarray(level * wave * (1.0 + _SWELL * engaged))

    def _seconds(self) -> Array:
        return np.arange(self.size) / self.settings.sample_rate


def _lines(turns: Array, shares: Sequence[float] | Array) -> Array:
    """Sum of the lowest orders of a shaft at an angle [turns], each with its share."""
    total = np.zeros(turns.shape)
    for order, share in zip(LOWEST_ORDERS, shares, strict=True):
        total += share * cosine(order * turns)
    return total
