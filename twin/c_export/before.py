"""What comes before a network: a front made for another rate; in words, where none is written."""

from __future__ import annotations

import dataclasses

from twin.c_export.network import Network
from twin.errors import BadInput, Fault
from twin.nodes import pictures
from twin.nodes.fronts import KINDS
from twin.nodes.inspection import SENSOR, picture_of
from twin.nodes.library import Card

MOST_RATE = 102_400.0  # that windows to check it on can be made for [Hz]
NOTHING = "nothing that comes before the network is written"
FIRST = {
    1: "The first is grey (0.299 red + 0.587 green + 0.114 blue of one in colour); the last is it",
    3: "The first are red, green and blue; the last is their mean",
}
PICTURE = (
    "its input is a picture: {planes} planes of {side} × {side}, each byte of 0 to 255 over 255. "
    "{first}, levelled: {middle:g} + {spread:g} · (value − mean) / deviation, both of all its "
    "pixels, a deviation of at least {flattest:g}, rounded and clipped to 0 to 255. The camera's "
    "picture, {sizes} pixels, is {scaled}, in eight bits a channel. Such pictures get no front: "
    "{nothing}"
)


def with_rate(card: Card | None, rate: float) -> Card:
    """Return a card whose front is made for windows at another rate [Hz].

    Raises
    ------
    BadInput
        When the model does not listen to a spindle, or its features need a higher rate.
    """
    kind = KINDS.get(card.front.kind) if card else None
    if card is None or kind is None:
        what = f"features of the kind {card.front.kind!r}" if card else "a network without a card"
        message = f"is for models that listen to a spindle; this is {what}"
        raise BadInput(Fault(message, path="--rate", value=f"{rate:g} Hz"))
    if not kind.lowest_rate <= rate <= MOST_RATE:
        message = f"allowed {kind.lowest_rate:g} to {MOST_RATE:g} Hz for {card.front.kind}"
        raise BadInput(Fault(message, path="--rate", value=f"{rate:g} Hz"))
    return dataclasses.replace(card, front=dataclasses.replace(card.front, rate=rate))


def in_words(card: Card | None, network: Network) -> str:
    """What the input of a network without a front is; without the last full stop."""
    shape = " × ".join(map(str, network.dims))
    if card is None:
        return f"its input is {shape} floats, and no card says which: {NOTHING}"
    if card.sensor == SENSOR:
        return _picture(card)
    return f"its input is {shape} features of the kind {card.front.kind!r}: {NOTHING}"


def _picture(card: Card) -> str:
    taken = picture_of(card)
    side, channels = int(taken["side"]), int(taken["channels"])
    ends = [f"{low}" if low == high else f"{low} to {high}" for low, high in taken["sizes"]]
    same = ends == [f"{side}", f"{side}"]
    return PICTURE.format(
        planes=channels + 1,
        side=side,
        first=FIRST[channels],
        middle=pictures.MIDDLE,
        spread=pictures.SPREAD,
        flattest=pictures.FLATTEST,
        sizes=" × ".join(ends),
        scaled="taken as it is" if same else "scaled bilinearly with anti-aliasing, as Pillow does",
        nothing=NOTHING,
    )
