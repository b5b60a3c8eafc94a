"""Frozen parameter classes: one declaration per parameter.

A field is declared once, with its default, unit, range, meaning and source::

    class Settings(Params):
        cutting_speed: float = quantity(180, "m/min", 10, 1000, "Cutting speed.")

From that one line come the check on a scenario file, the JSON Schema, the form in the browser,
the page of the reference and the bounds of the device point. Outside, a value is in the trade's
unit (``180`` or ``"180 m/min"``); inside, ``settings.cutting_speed`` is SI [m/s].
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from twin import units
from twin.errors import BadInput, Fault, did_you_mean


def _default(default: Any) -> Any:
    return ... if default is None else default


def quantity(
    default: float | None,
    unit: str,
    low: float,
    high: float,
    meaning: str,
    source: str = "",
    *,
    assumption: bool = False,
    live: bool = False,
) -> Any:
    """Declare a number with a unit.

    Parameters
    ----------
    default : float or None
        Default in ``unit``; None makes the field required.
    unit : str
        The trade's unit; ``"1"`` for a pure number.
    low, high : float
        Allowed range in ``unit``, both ends included.
    meaning : str
        One sentence for the operator.
    source : str
        Where the default comes from. Empty with ``assumption=True``.
    assumption : bool
        The default has no published source; the app says so.
    live : bool
        The real device has this point: a Change may write it.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "source": source,
        "assumption": assumption,
        "live": live,
        "form": "quantity",
    }
    return Field(
        _default(default),
        ge=low,
        le=high,
        allow_inf_nan=False,
        description=meaning,
        json_schema_extra=extra,
    )


def count(default: int | None, low: int, high: int, meaning: str, unit: str = "1") -> Any:
    """Declare a whole number in ``[low, high]``; None makes the field required."""
    return Field(
        _default(default),
        ge=low,
        le=high,
        description=meaning,
        json_schema_extra={"unit": unit, "form": "count"},
    )


def choice(default: str | None, meaning: str, source: str = "", *, live: bool = False) -> Any:
    """Declare one of the words of the field's ``Literal`` type."""
    return Field(
        _default(default),
        description=meaning,
        json_schema_extra={"unit": "", "form": "choice", "source": source, "live": live},
    )


def flag(default: bool, meaning: str) -> Any:
    """Declare a yes or no."""
    return Field(default, description=meaning, json_schema_extra={"unit": "", "form": "flag"})


def text(
    default: str | None, meaning: str, pattern: str | None = None, *, longest: int = 400
) -> Any:
    """Declare a word, such as the name of another thing of the scenario."""
    return Field(
        _default(default),
        description=meaning,
        pattern=pattern,
        max_length=longest,
        json_schema_extra={"unit": "", "form": "text"},
    )


def file_name(meaning: str) -> Any:
    """Declare the name of a data file, sought beside the scenario file and then in TWIN_DATA."""
    return Field(
        "",
        description=meaning,
        max_length=400,
        json_schema_extra={"unit": "", "form": "file"},
    )


def model_name(default: str, meaning: str) -> Any:
    """Declare a model that a node runs: a shipped name, an ``.onnx`` file or its folder."""
    return Field(
        default,
        description=meaning,
        max_length=400,
        json_schema_extra={"unit": "", "form": "model"},
    )


def numbers(default: Sequence[Any], meaning: str, source: str = "") -> Any:
    """Declare a list of numbers, or a list of such lists."""
    return Field(
        tuple(default),
        description=meaning,
        json_schema_extra={"unit": "", "form": "numbers", "source": source},
    )


def words(meaning: str) -> Any:
    """Declare a list of words, such as names of other things; one string may hold several."""
    return Field((), description=meaning, json_schema_extra={"unit": "", "form": "words"})


def table(meaning: str) -> Any:
    """Declare a table of named sub-tables (``stations``, ``zones``); empty by default."""
    return Field(
        default_factory=dict,
        description=meaning,
        json_schema_extra={"unit": "", "form": "table"},
    )


def _unit_of(info: FieldInfo) -> str:
    extra = info.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _form(info: FieldInfo) -> str:
    extra = info.json_schema_extra
    return str(extra.get("form", "")) if isinstance(extra, dict) else ""


def _is_quantity(info: FieldInfo) -> bool:
    return _form(info) == "quantity"


@functools.cache
def _unit_in(params: type[BaseModel], name: str) -> str | None:
    """The unit of a quantity; None for any other field."""
    declared = params.model_fields[name]
    return _unit_of(declared) if _is_quantity(declared) else None


class Params(BaseModel):
    """Base of every parameter class: frozen, unknown keys refused, SI inside."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _read_unit(cls, value: Any, info: Any) -> Any:
        if isinstance(value, str) and _form(cls.model_fields[info.field_name]) == "words":
            return value.split()
        unit = _unit_in(cls, info.field_name)
        if unit is None:
            return value
        if isinstance(value, bool):
            raise PydanticCustomError("number", "a number is needed, not true or false")
        if not isinstance(value, str):
            return value
        try:
            number, written = units.split(value)
            return units.convert(number, written, unit) if written else number
        except BadInput as error:
            reason = error.faults[0].message.replace("{", "(").replace("}", ")")
            raise PydanticCustomError("unit", reason + f"; write it in {unit}") from None

    @field_validator("*", mode="after")
    @classmethod
    def _to_si(cls, value: Any, info: Any) -> Any:
        unit = _unit_in(cls, info.field_name)
        return value if unit is None else float(units.to_si(value, unit))

    @classmethod
    def read(cls, table: Mapping[str, Any], *, path: str = "", file: str = "") -> Self:
        """Check ``table`` (trade units) and return the frozen parameters (SI).

        Raises
        ------
        BadInput
            One fault for each field that is unknown, missing, of the wrong kind or out of range.
        """
        try:
            return cls.model_validate(dict(table))
        except ValidationError as error:
            raise BadInput(
                [_fault(cls, details, path, file) for details in error.errors()]
            ) from None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a parameter declares, in trade units, for forms, docs, device points and messages."""

    path: str
    form: str
    unit: str
    meaning: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    source: str = ""
    assumption: bool = False
    live: bool = False
    required: bool = False
    params: type[Params] | None = field(default=None, compare=False)

    @property
    def range_text(self) -> str:
        """The allowed range in words: ``10 to 1000 m/min``."""
        if self.options:
            return "one of " + ", ".join(self.options)
        if self.low is None or self.high is None:
            return ""
        unit = "" if self.unit in {"", "1"} else f" {self.unit}"
        return f"{self.low:.10g} to {self.high:.10g}{unit}"


def declare(name: str, info: FieldInfo) -> Declaration:
    """Read one pydantic field as a :class:`Declaration`."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    bounds: dict[str, float] = {}
    for rule in info.metadata:
        for key in ("ge", "le"):
            if getattr(rule, key, None) is not None:
                bounds[key] = float(getattr(rule, key))
    options: tuple[str, ...] = ()
    if get_origin(info.annotation) is Literal:
        options = tuple(str(word) for word in get_args(info.annotation))
    return Declaration(
        path=name,
        form=str(extra.get("form", "text")),
        unit=str(extra.get("unit", "")),
        meaning=info.description or "",
        default=None if info.is_required() else info.get_default(call_default_factory=True),
        low=bounds.get("ge"),
        high=bounds.get("le"),
        options=options,
        source=str(extra.get("source", "")),
        assumption=bool(extra.get("assumption", False)),
        live=bool(extra.get("live", False)),
        required=info.is_required(),
        params=_member(info.annotation),
    )


def _member(annotation: Any) -> type[Params] | None:
    """The Params class of a ``dict[str, Params]`` or a Params field, if it is one."""
    if isinstance(annotation, type) and issubclass(annotation, Params):
        return annotation
    for inner in get_args(annotation):
        if isinstance(inner, type) and issubclass(inner, Params):
            return inner
    return None


def declarations(params: type[Params]) -> Iterator[Declaration]:
    """Every parameter that a class declares, in the order it is written."""
    yield from _declared(params).values()


@functools.cache
def _declared(params: type[Params]) -> Mapping[str, Declaration]:
    """Read once: a class does not change."""
    return {name: declare(name, info) for name, info in params.model_fields.items()}


def find(params: type[Params], keys: Sequence[str]) -> Declaration:
    """Follow ``keys`` through nested tables to one declaration.

    Raises
    ------
    BadInput
        When there is no such parameter, with "did you mean".
    """
    name, *rest = keys
    fields = params.model_fields
    if name not in fields:
        raise BadInput(Fault("no such parameter" + did_you_mean(name, fields), path=name))
    found = _declared(params)[name]
    if not rest:
        return found
    if found.params is None:
        raise BadInput(Fault(f"{name} has no parameters inside it", path=".".join(keys)))
    if found.form == "table":
        rest = rest[1:]
        if not rest:
            return found
    return find(found.params, rest)


def _owner(params: type[Params], location: Sequence[Any]) -> type[Params]:
    """The class that holds the last key of ``location``."""
    owner = params
    for key in location[:-1]:
        info = owner.model_fields.get(str(key))
        inner = _member(info.annotation) if info is not None else None
        owner = inner or owner
    return owner


_FORMS = {
    "quantity": "a number",
    "count": "a whole number",
    "flag": "true or false",
    "table": "a table",
    "numbers": "a list of numbers",
    "words": "a list of words",
}


TABLE_NEEDED = {"model_type", "model_attributes_type", "dict_type", "mapping_type"}


def _fault(params: type[Params], details: ErrorDetails, path: str, file: str) -> Fault:
    location = [str(key) for key in details["loc"] if key not in {"function-after", "[key]"}]
    where = ".".join([path, *location] if path else location)
    owner = _owner(params, location)
    name = location[-1] if location else ""
    message = _message(owner, name, details)
    if details["type"] in TABLE_NEEDED:
        message = f"a table is needed, [{where}{'.NAME' if details['type'] == 'dict_type' else ''}]"
    value = "" if details["type"] == "missing" or not location else _given(owner, name, details)
    return Fault(message, path=where, file=file, value=value)


def _message(owner: type[Params], name: str, details: ErrorDetails) -> str:
    """What is wrong with the field ``name`` of ``owner``, and what is allowed."""
    said = details["msg"].removeprefix("Value error, ")
    if details["type"] == "extra_forbidden":
        return "no such field" + did_you_mean(name, owner.model_fields)
    info = owner.model_fields.get(name)
    if info is None:
        return said
    declared = declare(name, info)
    if details["type"] == "missing":
        hints = [declared.meaning.rstrip("."), declared.range_text]
        return f"is required ({', '.join(hint for hint in hints if hint)})"
    meaning = f" ({declared.meaning.rstrip('.')})" if declared.meaning else ""
    return _allowed(declared, details, said) + meaning


def _allowed(declared: Declaration, details: ErrorDetails, said: str) -> str:
    kind = details["type"]
    if kind in {"greater_than_equal", "less_than_equal", "finite_number"}:
        return f"allowed {declared.range_text}"
    if kind == "literal_error":
        near = did_you_mean(str(details["input"]), declared.options)
        return f"allowed {declared.range_text}" + (near if near.startswith(",") else "")
    if kind in {"unit", "number", "value_error"}:
        return said
    allowed = f", {declared.range_text}" if declared.range_text else ""
    return f"{_FORMS.get(declared.form, 'text')} is needed{allowed}"


def _given(owner: type[Params], name: str, details: ErrorDetails) -> str:
    """The value as it was given; with its unit where it is a number out of its range."""
    shown, info = _show(details["input"]), owner.model_fields.get(name)
    if info is None or details["type"] not in {"greater_than_equal", "less_than_equal"}:
        return shown
    unit = declare(name, info).unit
    return shown if unit in {"", "1"} else f"{shown} {unit}"


def _show(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
