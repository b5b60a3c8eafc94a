"""The words of the app: JSON catalogues in three languages, looked up by key.

A catalogue is one file a page in each language's folder; its keys are reached as ``page.key``.
The language belongs to the request: :mod:`twin.ui.guard` settles it, callbacks inherit it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from contextvars import ContextVar
from importlib import resources

LANGUAGES: Mapping[str, str] = {"en": "English", "zh-TW": "繁體中文", "zh-CN": "简体中文"}
"""Language tag → its own name."""
DEFAULT = "en"

_LANGUAGE: ContextVar[str] = ContextVar("twin_language", default=DEFAULT)


def language() -> str:
    """Return the language of the present request."""
    return _LANGUAGE.get()


def use_language(tag: str) -> None:
    """Settle the language for the rest of the present request."""
    _LANGUAGE.set(tag if tag in LANGUAGES else DEFAULT)


def choose(wanted: str | None, accepted: str = "") -> str:
    """Return the language that a visitor gets.

    Parameters
    ----------
    wanted : str or None
        What the address or the cookie asks for.
    accepted : str
        The browser's ``Accept-Language``.

    >>> choose("zh-TW"), choose(None, "zh-HK,zh;q=0.9"), choose("xx", "de")
    ('zh-TW', 'zh-TW', 'en')
    """
    if wanted in LANGUAGES:
        return str(wanted)
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            traditional = any(word in tag for word in ("tw", "hk", "mo", "hant"))
            return "zh-TW" if traditional else "zh-CN"
    return DEFAULT


@functools.cache
def catalogue(tag: str) -> Mapping[str, str]:
    """Return every text of one language: ``page.key`` → text."""
    folder = resources.files("twin.ui") / "locales" / tag
    found: dict[str, str] = {}
    for file in folder.iterdir():
        if file.name.endswith(".json"):
            page = file.name.removesuffix(".json")
            texts = json.loads(file.read_text("utf-8"))
            found.update({f"{page}.{key}": text for key, text in texts.items()})
    return found


def t(key: str, **values: object) -> str:
    """Return the text of ``key`` in the present language, its placeholders filled in.

    A text may have a word for one and a word for many: ``{n} {n:run|runs}``.

    Raises
    ------
    KeyError
        When no catalogue has the key: a mistake of ours, found by the tests.
    """
    text = catalogue(language()).get(key) or catalogue(DEFAULT)[key]
    return text.format(**{name: _Said(value) for name, value in values.items()}) if values else text


class _Said:
    """A value in a text; where the text gives two words, ``{n:run|runs}``, the one that fits it."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __format__(self, form: str) -> str:
        one, between, more = form.partition("|")
        if not between:
            return format(self.value, form)
        return one if str(self.value) == "1" else more


def known(key: str) -> bool:
    """Return whether there is a text for ``key``."""
    return key in catalogue(DEFAULT)
