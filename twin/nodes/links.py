"""Links as data: what it takes to carry bytes from a node to its gateway, in time and energy.

A message is cut into frames; each frame has its framing, and the link its rate. A radio that has
to wake up or to connect first pays that once a message. LoRaWAN frames last what the modulation
says, and the band allows a sender only a share of the time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

LinkName = Literal["ble", "wifi", "ethernet", "lorawan_sf7", "lorawan_sf12"]
LORAWAN_HEADER = 13  # MHDR, FHDR, FPort and MIC; LoRaWAN 1.0.4 specification, section 4 [byte]
BANDWIDTH = 125e3  # of a LoRaWAN channel in the 868 MHz band [Hz]
SLOW_SYMBOL = 16e-3  # from this symbol time on, low data rate optimisation is on [s]


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a node to its gateway.

    Attributes
    ----------
    name, title : str
        As in scenario files, and for people.
    payload : int
        Bytes of a message that one frame holds [byte].
    framing : int
        Bytes that each frame adds [byte].
    byte_time, frame_time : float
        Time of one byte, and of gaps and acknowledgement of each frame [s].
    session_time, session_energy : float
        To wake the radio or to connect, once a message [s], [J].
    power : float
        While sending [W].
    mqtt : bool
        Whether the message travels as MQTT from the node on; else the gateway publishes it.
    spreading : int
        LoRa's spreading factor; 0 where it is not LoRa.
    duty : float
        Share of the time that the sender may use [1].
    source, assumption : str
        Where the figures are from, and which have no published source.
    """

    name: str
    title: str
    payload: int
    framing: int
    byte_time: float
    frame_time: float
    session_time: float
    session_energy: float
    power: float
    source: str
    assumption: str = ""
    mqtt: bool = False
    spreading: int = 0
    duty: float = 1.0


@dataclass(frozen=True, slots=True)
class Carried:
    """What one message took.

    ``frames``, ``size`` on the link [byte], ``time`` until it is there [s], ``hold`` until the link
    may be used again [s], ``energy`` of the sender [J].
    """

    frames: int
    size: int
    time: float
    hold: float
    energy: float


def airtime(size: int, spreading: int, *, bandwidth: float = BANDWIDTH, preamble: int = 8) -> float:
    """Time on air of a LoRa frame, explicit header, checksum on, coding rate 4/5 [s].

    Semtech AN1200.13, LoRa Modem Designer's Guide, section 4: symbols of preamble and payload.

    Parameters
    ----------
    size : int
        Payload of the LoRa frame, LoRaWAN's header included [byte].
    spreading : int
        Spreading factor, 7 to 12.
    bandwidth : float
        [Hz]
    preamble : int
        Programmed symbols of the preamble.

    The airtime sheet of The Things Network has for 24 bytes of a user in 37 of LoRaWAN:

    >>> [round(1e3 * airtime(37, sf), 3) for sf in (7, 8, 9, 10, 11, 12)]
    [82.176, 143.872, 267.264, 493.568, 1069.056, 1974.272]
    """
    symbol = 2.0**spreading / bandwidth
    slow = 2 if symbol >= SLOW_SYMBOL else 0
    bits = 8 * size - 4 * spreading + 28 + 16
    payload = 8 + max(math.ceil(bits / (4 * (spreading - slow))), 0) * 5
    return (preamble + 4.25 + payload) * symbol


def mqtt_header(topic: str, size: int) -> int:
    """Bytes of an MQTT 3.1.1 PUBLISH at QoS 0 around ``size`` bytes (OASIS, sections 2.2, 3.3).

    >>> mqtt_header("twin/spindle/verdict", 60), mqtt_header("twin/spindle/verdict", 32_768)
    (24, 26)
    """
    remaining = 2 + len(topic.encode()) + size
    length = 1
    while remaining >= 128**length:
        length += 1
    return 1 + length + 2 + len(topic.encode())


def carry(link: Link, size: int, topic: str) -> Carried:
    """What a message of ``size`` bytes takes on a link.

    >>> night = carry(LINKS["lorawan_sf12"], 51, "v")
    >>> night.frames, round(night.time, 2), round(night.hold)
    (1, 2.79, 279)
    >>> carry(LINKS["ble"], 32_768, "w").frames
    135
    """
    whole = size + (mqtt_header(topic, size) if link.mqtt else 0)
    frames = max(math.ceil(whole / link.payload), 1)
    last = whole - (frames - 1) * link.payload
    full, rest = _frame_time(link, link.payload), _frame_time(link, last)
    sending = (frames - 1) * full + rest
    return Carried(
        frames,
        whole + frames * link.framing,
        link.session_time + (frames - 1) * full / link.duty + rest,
        link.session_time + sending / link.duty,
        link.session_energy + link.power * sending,
    )


def _frame_time(link: Link, size: int) -> float:
    """Time of one frame with ``size`` bytes of a message [s]."""
    if link.spreading:
        return airtime(size + link.framing, link.spreading)
    return (size + link.framing) * link.byte_time + link.frame_time


def _lorawan(spreading: int, payload: int) -> Link:
    symbol = 2.0**spreading / BANDWIDTH
    power = 25.5e-3 * 3.3
    listening = 2 * 8 * symbol * 4.2e-3 * 3.3  # two receive windows of eight symbols
    return Link(
        f"lorawan_sf{spreading}", f"LoRaWAN, spreading factor {spreading}", payload,
        LORAWAN_HEADER, 0.0, 0.0, 0.0, listening, power,
        "airtime: Semtech AN1200.13; largest payload and 1 % of the time: LoRaWAN Regional "
        "Parameters RP002-1.0.4, EU863-870; receiving 4.2 mA: Semtech SX1261/2 data sheet",
        "sending at +14 dBm takes 25.5 mA at 3.3 V; both receive windows stay empty",
        spreading=spreading, duty=0.01,
    )  # fmt: skip


_ALL = (
    Link(
        "ble", "Bluetooth LE, 2 Mbit/s", 244, 19, 4e-6, 344e-6, 15e-3, 60e-6, 12e-3,
        "frames: Bluetooth Core 5.4, vol. 6 part B (LE 2M: preamble 2, access address 4, header 2, "
        "L2CAP 4, ATT 3, integrity 4 bytes; two gaps of 150 µs and an empty answer of 44 µs)",
        "4 mA at 3 V while the radio works; a connection event every 30 ms, so half of that to "
        "wait, and 60 µJ to wake up for it",
    ),
    Link(
        "wifi", "Wi-Fi 802.11n", 1460, 76, 0.4e-6, 200e-6, 0.774, 0.543, 0.93,
        "to wake, to connect with a static address and to send over MQTT: 774 ms and 150.9 µWh, "
        "measured on an ESP32 (glenn20, upy-esp32-experiments, ESPNow against Wi-Fi); 283 mA at "
        "3.3 V while sending: ESP32-S3 data sheet",
        "20 Mbit/s of payload; the radio sleeps between two messages",
        mqtt=True,
    ),
    Link(
        "ethernet", "Ethernet 100 Mbit/s", 1460, 78, 80e-9, 0.0, 0.0, 0.0, 0.3,
        "framing: IEEE 802.3 with preamble and gap 38, IPv4 and TCP 40 bytes",
        "0.3 W while sending; the idle physical layer is not counted, a wired node is on the mains",
        mqtt=True,
    ),
    _lorawan(7, 222),
    _lorawan(12, 51),
)  # fmt: skip

LINKS: Mapping[str, Link] = MappingProxyType({link.name: link for link in _ALL})
