"""Parameters of a spindle and its housing, for every sensor that hears or feels it."""

from __future__ import annotations

from twin.params import count, quantity
from twin.physics.bearings import Bearing
from twin.physics.vibration import Mode
from twin.signals.base import SensorSettings

_CWRU = "CWRU Bearing Data Center, 6205-2RS JEM geometry"


class SpindleSettings(SensorSettings):
    """A spindle, what is wrong around it, and the housing that it shakes."""

    sample_rate: float = quantity(
        12.8, "kHz", 1, 102.4, "Samples per second.", "common IEPE rate, 51.2 kHz / 4"
    )
    duration: float = quantity(
        1.28, "s", 0.05, 10, "Length of a window.", "16 384 samples at 12.8 kHz"
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
    skid: float = quantity(
        0,
        "%",
        0,
        100,
        "Spread of a damaged ball's phase from one turn of the cage to the next, of an impact's "
        "period: outside the load zone nothing holds its spin.",
        assumption=True,
    )
    spots: int = count(1, 1, 60, "Damaged spots on a damaged ring, spread round it.")
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
    hums: int = count(0, 0, 40, "Tones that swell with their own machine, as those of motors do.")
    hum_level: float = quantity(0.1, "m/s^2", 0, 500, "Amplitude of those tones.", assumption=True)
    runout: float = quantity(10, "%", 0, 100, "Unevenness of the teeth by runout.", assumption=True)
    wear_noise: float = quantity(
        3, "m/s^2", 0, 500, "Broadband of a tool worn to 0.3 mm while it cuts.", assumption=True
    )
    lost_alignment: float = quantity(
        12, "mm/s", 0, 1000, "Velocity at twice the speed, fully misaligned.", assumption=True
    )
    lost_fit: float = quantity(
        30, "m/s^2", 0, 500, "Knock once a turn of a wholly loose seat, 1800 rpm.", assumption=True
    )
    chatter_level: float = quantity(
        60, "m/s^2", 0, 1000, "Amplitude of full chatter.", assumption=True
    )
    chatter_ratio: float = quantity(
        1.05,
        "1",
        0.5,
        2,
        "Frequency of chatter over the first resonance.",
        "Hopf chatter sounds at or above the mode; Altintas & Budak 1995",
    )
    gear_teeth: int = count(0, 0, 400, "Teeth of a gear on the spindle; 0 for none.")
    mate_teeth: int = count(47, 1, 1000, "Teeth of the gear that it drives.")
    gear_level: float = quantity(
        0.5, "m/s^2", 0, 500, "Amplitude of the gear mesh at 1800 rpm.", assumption=True
    )
    gear_modulation: float = quantity(
        20, "%", 0, 100, "Swelling of the mesh with the turn of each gear.", assumption=True
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
