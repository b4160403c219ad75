"""How the facts of a law are declared, and the JSON Schema that follows from the declaration.

Facts are a frozen dataclass. Each field carries its Chinese label and what a blank means; its type says which values it
takes: days, closed lists (StrEnum), money in yuan (Decimal), yes or no, whole numbers, text; further, facts that have
parts (a dataclass), lists (tuple), facts by name (Mapping), and one of several of these.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType

Number = NewType("Number", Decimal)
"""A decimal that is a number in JSON; a Decimal is text there."""


def fact(label: str, blank: str, *, many: bool = False, absent: Any = None) -> Any:
    """Declare a fact that may be left blank: its Chinese label, and what a blank means.

    `absent`: the value of a fact that is not stated at all, where that says more than that it is not known (None).
    """
    default: Any = frozenset() if many else absent
    return dataclasses.field(default=default, metadata={"label": label, "blank": blank})


def must(label: str) -> Any:
    """Declare a fact that may not be left blank."""
    return dataclasses.field(metadata={"label": label, "blank": "不得为空"})


def json_schema(facts: type, id: str, words: Mapping[StrEnum, str]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the facts. `words`: the Chinese word of every code in a closed list."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": (facts.__doc__ or "").partition("\n")[0],
    }
    return {**head, **_object(facts, words)}


def _object(facts: type, words: Mapping[StrEnum, str]) -> dict[str, Any]:
    hints = typing.get_type_hints(facts)
    fields = dataclasses.fields(facts)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [f.name for f in fields if f.default is dataclasses.MISSING],
        "properties": {f.name: _property(hints[f.name], f.metadata, words) for f in fields},
    }


def _property(annotation: Any, declared: Mapping[str, str], words: Mapping[StrEnum, str]) -> dict[str, Any]:
    described = {"title": declared["label"], "description": f"空白：{declared['blank']}"}
    kinds, optional = alternatives(annotation)
    if len(kinds) > 1 or (optional and typing.get_origin(kinds[0]) is not None):
        listed = [each for kind in kinds for each in _listed(_value(kind, words, False))]
        return {**described, "oneOf": [*listed, {"type": "null"}] if optional else listed}
    return {**described, **_value(kinds[0], words, optional)}


def _listed(schema: dict[str, Any]) -> list[Any]:
    return schema["oneOf"] if schema.keys() == {"oneOf"} else [schema]


def alternatives(annotation: Any) -> tuple[list[Any], bool]:
    """The types that a fact may have, without None, and whether None is allowed."""
    if typing.get_origin(annotation) not in (types.UnionType, typing.Union):
        return [annotation], False
    every = typing.get_args(annotation)
    kinds = [each for each in every if each is not types.NoneType]
    return kinds, len(kinds) < len(every)


_TYPES: Mapping[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    Decimal: {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$"},
    Number: {"type": "number", "minimum": 0},
    date: {"type": "string", "format": "date"},
    str: {"type": "string", "minLength": 1},
}


def _value(plain: Any, words: Mapping[StrEnum, str], optional: bool) -> dict[str, Any]:
    origin, parts = typing.get_origin(plain), typing.get_args(plain)
    if origin is frozenset:
        return {"type": "array", "uniqueItems": True, "items": _value(parts[0], words, False)}
    if origin is tuple:
        return {"type": "array", "items": _value(parts[0], words, False)}
    if origin is not None:
        return {"type": "object", "additionalProperties": _value(parts[1], words, False)}
    if dataclasses.is_dataclass(plain):
        schema = _object(typing.cast("type", plain), words)
        return {"oneOf": [schema, {"type": "null"}]} if optional else schema
    if plain in _TYPES:
        schema = _TYPES[plain]
        return {**schema, "type": [schema["type"], "null"]} if optional else dict(schema)
    listed = [{"const": each.value, "title": words[each]} for each in plain]
    return {"oneOf": [*listed, {"type": "null"}] if optional else listed}
