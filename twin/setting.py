"""A parameter and its value as people write them: ``mill.cutting_speed=200``."""

from __future__ import annotations

import tomllib
from typing import Any

from twin.errors import BadInput, Fault


def read_setting(written: str) -> tuple[str, Any]:
    """Read ``PATH=VALUE`` as the command line gives it.

    >>> read_setting("mill.cutting_speed=200"), read_setting("mill.coolant=dry")
    (('mill.cutting_speed', 200), ('mill.coolant', 'dry'))
    """
    path, equals, value = written.partition("=")
    if not equals or not path.strip():
        message = "is not PATH=VALUE, such as mill.cutting_speed=200"
        raise BadInput(Fault(message, value=repr(written)))
    try:
        read = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        read = value.strip()
    return path.strip(), read if isinstance(read, (bool, int, float, str)) else value.strip()
