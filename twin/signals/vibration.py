"""Accelerometer on a spindle: impacts of bearing faults, teeth, unbalance, noise, in one window."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from twin.params import count, quantity
from twin.physics.bearings import Bearing, cage_order, inner_order, outer_order, spin_order
from twin.physics.vibration import (
    Mode,
    accelerance,
    impact_times,
    load_zone,
    place,
    ringing,
    tooth_force,
    tooth_strengths,
    unbalance_force,
)
from twin.signals.base import Samples, SensorSettings
from twin.signals.base import Sensor as BaseSensor

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

G0 = 9.80665  # standard gravity [m/s²]
REFERENCE_SPEED = 30.0  # spindle speed at which the level parameters are given [rev/s]
STANDSTILL = 0.5  # below this the spindle counts as standing [rev/s]
VISIBLE = 0.05  # a fault below this severity is not called one [1]
WORN = 0.3e-3  # flank wear at which a tool counts as worn, ISO 8688-2 [m]
OVERSAMPLING = 2  # impacts are placed on a grid this much finer than the samples
_CWRU = "CWRU Bearing Data Center, 6205-2RS JEM geometry"
_ARC = 0.5  # engagement of a tooth [tooth pitches]; assumption


class Settings(SensorSettings):
    """An accelerometer, the housing it is screwed to, and the spindle inside."""

    sample_rate: float = quantity(
        12.8, "kHz", 1, 102.4, "Samples per second.", "common IEPE rate, 51.2 kHz / 4"
    )
    duration: float = quantity(
        1.28, "s", 0.05, 10, "Length of a window.", "16 384 samples at 12.8 kHz"
    )
    measuring_range: float = quantity(
        50, "g0", 1, 1000, "Acceleration at which the signal clips.", "typical IEPE, 100 mV/g"
    )
    noise_density: float = quantity(
        75, "ug0/Hz^0.5", 0, 10_000, "Sensor noise per root of bandwidth.", "IIS3DWB, DS12569"
    )
    bandwidth: float = quantity(
        6.0, "kHz", 0.1, 50, "Frequency at which the sensor has lost 3 dB.", "IIS3DWB, DS12569"
    )
    balls: int = count(9, 3, 60, "Number of balls of the bearing.")
    ball_diameter: float = quantity(7.94004, "mm", 0.5, 100, "Diameter of a ball.", _CWRU)
    pitch_diameter: float = quantity(39.0398, "mm", 2, 2000, "Diameter of the ball circle.", _CWRU)
    contact_angle: float = quantity(0, "deg", 0, 45, "Contact angle of the balls.", _CWRU)
    slip: float = quantity(
        0.5, "%", 0, 5, "Spread of the time between two impacts.", "Antoni & Randall 2003"
    )
    jitter: float = quantity(
        0.2, "%", 0, 5, "Spread of an impact about its place.", "McFadden & Smith 1984"
    )
    load_extent: float = quantity(
        0.5, "1", 0.05, 2, "Extent of the load zone; 0.5 is half the ring.", "Stribeck"
    )
    load_exponent: float = quantity(
        1.5, "1", 0.3, 4, "How sharp the load zone is.", "Stribeck, ball bearings"
    )
    load_floor: float = quantity(
        10, "%", 0, 100, "Share of an impact outside the load zone.", assumption=True
    )
    impact: float = quantity(
        100,
        "m/s^2",
        0,
        2000,
        "Peak of an impact at full severity, 1800 rpm.",
        "a 0.007 in outer ring fault peaks at 36 m/s² (CWRU, 1797 rpm); taken as a third",
        assumption=True,
    )
    impact_spread: float = quantity(
        20, "%", 0, 100, "Spread between one impact and the next.", assumption=True
    )
    unevenness: float = quantity(
        10, "%", 0, 100, "Difference between the balls, felt by the rings.", assumption=True
    )
    rotating_load: float = quantity(
        10, "%", 0, 100, "Load that turns with the shaft, over the still one.", assumption=True
    )
    waviness: float = quantity(
        1, "%", 0, 50, "Swelling of a sound bearing at its passing orders.", assumption=True
    )
    wander: float = quantity(
        50, "%", 0, 100, "Share of time a spot on a ball misses the rings.", assumption=True
    )
    spall: float = quantity(
        0,
        "1",
        0,
        1,
        "Second impact when the ball leaves the spall, over the first.",
        assumption=True,
    )
    mass: float = quantity(60, "kg", 0.1, 10_000, "Mass that shakes.", assumption=True)
    rotor_mass: float = quantity(10, "kg", 0.01, 1000, "Mass that turns.", assumption=True)
    balance_grade: float = quantity(
        2.5, "mm/s", 0.1, 4000, "Balance grade of the healthy rotor.", "ISO 21940-11, G2.5"
    )
    lost_balance: float = quantity(
        40, "mm/s", 0, 4000, "Balance grade added at full unbalance.", "ISO 21940-11, G40"
    )
    resonance_1: float = quantity(620, "Hz", 50, 50_000, "First resonance.", assumption=True)
    resonance_2: float = quantity(2400, "Hz", 50, 50_000, "Second resonance.", assumption=True)
    resonance_3: float = quantity(4100, "Hz", 50, 50_000, "Third resonance.", assumption=True)
    gain_1: float = quantity(0.5, "1", 0, 100, "Share of the first resonance.", assumption=True)
    gain_2: float = quantity(1.0, "1", 0, 100, "Share of the second resonance.", assumption=True)
    gain_3: float = quantity(0.8, "1", 0, 100, "Share of the third resonance.", assumption=True)
    damping: float = quantity(
        3, "%", 0.1, 50, "Damping ratio of the resonances.", "typical of machine-tool spindles"
    )
    background: float = quantity(
        1.0, "m/s^2", 0, 500, "Broadband vibration at 1800 rpm.", assumption=True
    )
    colour: float = quantity(
        50, "%", 0, 100, "Share of the background that the resonances shape.", assumption=True
    )
    pulsation: float = quantity(
        10, "%", 0, 100, "How much the background swells once and twice a turn.", assumption=True
    )
    looseness: float = quantity(
        0, "m/s^2", 0, 500, "Knock once a turn at 1800 rpm.", assumption=True
    )
    rattle: float = quantity(
        0, "m/s^2", 0, 500, "Random knocks, from outside the spindle.", assumption=True
    )
    lines: int = count(3, 0, 40, "Number of pure tones from drives and neighbours.")
    line_level: float = quantity(0.1, "m/s^2", 0, 500, "Amplitude of those tones.", assumption=True)
    runout: float = quantity(10, "%", 0, 100, "Unevenness of the teeth by runout.", assumption=True)
    wear_noise: float = quantity(
        3, "m/s^2", 0, 500, "Broadband of a tool worn to 0.3 mm while it cuts.", assumption=True
    )

    @property
    def bearing(self) -> Bearing:
        """Geometry of the bearing."""
        return Bearing(self.balls, self.ball_diameter, self.pitch_diameter, self.contact_angle)

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Resonances of the housing."""
        return (
            Mode(self.resonance_1, self.damping, self.gain_1),
            Mode(self.resonance_2, self.damping, self.gain_2),
            Mode(self.resonance_3, self.damping, self.gain_3),
        )


class Sensor(BaseSensor):
    """The accelerometer; samples are m/s²."""

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
    )
    unit = "m/s^2"

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self.settings = settings
        self.size = round(settings.duration * settings.sample_rate)
        frequency: Array = np.arange(self.size // 2 + 1) / settings.duration
        self._ringing = ringing(frequency, settings.modes) * self._ring_scale()
        self._accelerance = accelerance(frequency, settings.mass, settings.modes)
        self._sensor = 1.0 / (1.0 + 1j * frequency / settings.bandwidth)

    @property
    def rate(self) -> float:
        """Samples per second [Hz]."""
        return self.settings.sample_rate

    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one window of acceleration [m/s²], ``(samples,)``."""
        speed = state["spindle_speed"]
        spectrum = np.zeros(self.size // 2 + 1, np.complex128)
        if abs(speed) >= STANDSTILL:
            level = abs(speed) / REFERENCE_SPEED
            knocks = self._bearing(abs(speed), state, rng) + self._knocks(abs(speed), rng)
            spectrum += level * self._thin(knocks) * self._ringing
            spectrum += self._thin(self._cutting(abs(speed), state, rng)) * self._accelerance
            shaft = level * self._background(abs(speed), rng) + self._shaft(abs(speed), state, rng)
            spectrum += np.fft.rfft(shaft)
        spectrum *= self._sensor
        samples = np.fft.irfft(spectrum, self.size)
        samples += self._noise(rng)
        limit = self.settings.measuring_range
        return np.clip(samples, -limit, limit).astype(np.float32)

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
        if state.get("unbalance", 0.0) >= VISIBLE:
            return "unbalance"
        return "worn" if cutting and state.get("wear", 0.0) >= WORN else "normal"

    def _ring_scale(self) -> float:
        """Scale that makes the peak of one ring 1, on the fine grid of impacts."""
        rate = self.settings.sample_rate * OVERSAMPLING
        size = self.size * OVERSAMPLING
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

    def _bearing(self, speed: float, state: Mapping[str, float], rng: np.random.Generator) -> Array:
        """Impacts of the three kinds of fault, on the fine grid [m/s²]."""
        own = self.settings
        total = np.zeros(self.size * OVERSAMPLING)
        trains = {"inner": self._inner, "outer": self._outer, "ball": self._ball}
        for kind, train in trains.items():
            severity = state.get(f"bearing_{kind}", 0.0)
            if severity <= 0.0:
                continue
            times, strengths = train(speed, rng)
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

    def _times(self, frequency: float, rng: np.random.Generator) -> Array:
        own = self.settings
        return impact_times(frequency, own.duration, own.slip, own.jitter, rng)

    def _outer(self, speed: float, rng: np.random.Generator) -> tuple[Array, Array]:
        times = self._times(outer_order(self.settings.bearing) * speed, rng)
        phase = rng.uniform(0.0, 2.0 * np.pi)
        turning = 1.0 + self.settings.rotating_load * np.cos(2.0 * np.pi * speed * times + phase)
        return times, turning * self._balls(len(times), rng)

    def _inner(self, speed: float, rng: np.random.Generator) -> tuple[Array, Array]:
        times = self._times(inner_order(self.settings.bearing) * speed, rng)
        phase = rng.uniform(0.0, 2.0 * np.pi)
        loaded = self._loaded(2.0 * np.pi * speed * times + phase)
        return times, loaded * self._balls(len(times), rng)

    def _balls(self, size: int, rng: np.random.Generator) -> Array:
        """Strength of each passing ball; the balls come round once a turn of the cage."""
        own = self.settings
        each = np.maximum(1.0 + own.unevenness * rng.standard_normal(own.balls), 0.0)
        return np.resize(each, size)

    def _ball(self, speed: float, rng: np.random.Generator) -> tuple[Array, Array]:
        """Two impacts a turn of the ball, unequal, seen when the spot faces the rings."""
        bearing = self.settings.bearing
        times = self._times(2.0 * spin_order(bearing) * speed, rng)
        phase = rng.uniform(0.0, 2.0 * np.pi)
        strengths = self._loaded(2.0 * np.pi * cage_order(bearing) * speed * times + phase)
        strengths[::2] *= rng.uniform(0.3, 1.0)
        return times, strengths * self._facing(len(times), rng)

    def _facing(self, size: int, rng: np.random.Generator) -> Array:
        """Whether the spot on the ball meets the rings, as the ball's axis wanders."""
        stretch = max(int(rng.uniform(4.0, 40.0)), 1)
        pieces = rng.random(size // stretch + 2) >= self.settings.wander
        return np.repeat(pieces.astype(np.float64), stretch)[:size]

    def _knocks(self, speed: float, rng: np.random.Generator) -> Array:
        """Looseness once a turn, and random knocks, on the fine grid [m/s²]."""
        own = self.settings
        total = np.zeros(self.size * OVERSAMPLING)
        if own.looseness > 0.0:
            times = impact_times(speed, own.duration, 0.0, 0.01, rng)
            strengths = own.looseness * np.abs(1.0 + 0.3 * rng.standard_normal(len(times)))
            total += self._place(times, strengths)
        if own.rattle > 0.0:
            number = rng.poisson(own.duration * rng.uniform(2.0, 60.0))
            times = rng.uniform(0.0, own.duration, number)
            total += self._place(times, own.rattle * rng.exponential(1.0, number))
        return total

    def _cutting(self, speed: float, state: Mapping[str, float], rng: np.random.Generator) -> Array:
        """Force of the teeth [N], on the fine grid."""
        size = self.size * OVERSAMPLING
        force, teeth = state.get("force", 0.0), max(round(state.get("teeth", 1.0)), 1)
        if state.get("cutting", 0.0) <= 0.0 or force <= 0.0:
            return np.zeros(size)
        turns = np.arange(size) / (self.settings.sample_rate * OVERSAMPLING) * speed + rng.random()
        strengths = tooth_strengths(teeth, self.settings.runout, state.get("broken", 0.0))
        pulses = tooth_force(turns, strengths, _ARC / teeth)
        rubbing = self.settings.wear_noise * state.get("wear", 0.0) / WORN * self.settings.mass
        dull = 1.0 + state.get("wear", 0.0) / WORN
        rough = np.sqrt(OVERSAMPLING) * rubbing * rng.standard_normal(size)
        return np.asarray((force * dull + rough) * pulses)

    def _background(self, speed: float, rng: np.random.Generator) -> Array:
        """Broadband of the machine, part of it through the resonances, swelling with the shaft."""
        own = self.settings
        white, other = rng.standard_normal((2, self.size))
        shaped = np.fft.irfft(np.fft.rfft(other) * self._ringing, self.size)
        spread = float(np.std(shaped))
        shaped = shaped / spread if spread > 0.0 else shaped
        total = np.sqrt(1.0 - own.colour) * white + np.sqrt(own.colour) * shaped
        return np.asarray(own.background * self._swell(speed, rng) * total)

    def _swell(self, speed: float, rng: np.random.Generator) -> Array:
        """How the background swells: once and twice a turn, and a little with each ball."""
        own, turns = self.settings, self._seconds() * speed
        share = rng.random()
        orders = {
            1.0: own.pulsation * share,
            2.0: own.pulsation * (1.0 - share),
            outer_order(own.bearing): own.waviness,
            inner_order(own.bearing): own.waviness,
        }
        total = np.ones(self.size)
        for order, depth in orders.items():
            total += depth * np.cos(2.0 * np.pi * (order * turns + rng.random()))
        return total

    def _shaft(self, speed: float, state: Mapping[str, float], rng: np.random.Generator) -> Array:
        """Unbalance once a turn, a little of its harmonics, and foreign tones [m/s²]."""
        own = self.settings
        seconds = self._seconds()
        grade = own.balance_grade + state.get("unbalance", 0.0) * own.lost_balance
        amplitude = unbalance_force(grade, own.rotor_mass, speed) / own.mass
        angle = 2.0 * np.pi * (seconds * speed + rng.random())
        total = amplitude * (np.cos(angle) + 0.3 * np.cos(2.0 * angle) + 0.1 * np.cos(3.0 * angle))
        for _ in range(own.lines):
            frequency = rng.uniform(20.0, 0.45 * own.sample_rate)
            phase = rng.uniform(0.0, 2.0 * np.pi)
            level = own.line_level * rng.exponential(1.0)
            total += level * np.cos(2.0 * np.pi * frequency * seconds + phase)
        return np.asarray(total)

    def _noise(self, rng: np.random.Generator) -> Array:
        spread = self.settings.noise_density * np.sqrt(0.5 * self.settings.sample_rate)
        return np.asarray(spread * rng.standard_normal(self.size))

    def _seconds(self) -> Array:
        return np.arange(self.size) / self.settings.sample_rate
