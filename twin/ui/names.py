"""What parameters, KPIs, states and assets are called, in the language of the request.

The catalogues ``params``, ``kpis`` and ``words`` hold the names. A meaning is written once, in
English, where the parameter is declared; ``meanings`` holds its translations alone, and ``cards``
those of the sentences of shipped models, ``titles`` those of shipped scenarios.
"""

from __future__ import annotations

from twin.params import Declaration
from twin.ui.i18n import catalogue, known, language, t


def humane(name: str) -> str:
    """Return an identifier as words: ``cutting_speed`` → ``Cutting speed``.

    >>> humane("cutting_speed")
    'Cutting speed'
    """
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def parameter(path: str) -> str:
    """Return the name of a parameter, without the thing it belongs to."""
    last = path.rsplit(".", 1)[-1]
    return t(f"params.{last}") if known(f"params.{last}") else humane(last)


def owner(path: str) -> str:
    """Return the thing that a parameter or KPI belongs to: ``line.stations.saw`` → ``line · saw``.

    >>> owner("line.stations.saw.buffer")
    'line · saw'
    """
    pieces = path.split(".")[:-1]
    return " · ".join(piece for piece in pieces if piece not in {"stations", "zones"})


def meaning(declared: Declaration) -> str:
    """Return what a parameter means."""
    last = declared.path.rsplit(".", 1)[-1]
    return catalogue(language()).get(f"meanings.{last}", declared.meaning)


def kpi(path: str) -> str:
    """Return the name of a KPI, without the thing it belongs to."""
    last = path.rsplit(".", 1)[-1]
    return t(f"kpis.{last}") if known(f"kpis.{last}") else humane(last)


def card_text(said: str) -> str:
    """Return a sentence of a shipped model's card in the reader's language, else as it is."""
    return catalogue(language()).get(f"cards.{said}", said)


def scenario(title: str) -> str:
    """Return the title of a shipped scenario in the reader's language, else as it is."""
    return catalogue(language()).get(f"titles.{title}", title)


def layer(name: str) -> str:
    """Return a layer of a model as people say it: its kind and number.

    >>> layer("depthwise2")
    'depthwise2'
    """
    kind = name.rstrip("0123456789")
    return word(f"layer_{kind}") + name[len(kind) :] if known(f"words.layer_{kind}") else name


def culprit(said: str) -> str:
    """Return what takes most of a budget: a layer, features, or the loading of weights."""
    what, _, which = said.partition(" ")
    if what == "layer":
        return t("words.most_layer", name=layer(which))
    if what == "features":
        picture = "picture of "
        if which.startswith(picture):
            return t("words.most_picture", size=which.removeprefix(picture))
        return t("words.most_features", kind=word(which))
    return word(said)


def word(value: str) -> str:
    """Return a word of a choice, or a state, as people say it."""
    key = "words." + value.replace(" ", "_")
    return t(key) if known(key) else value.replace("_", " ")
