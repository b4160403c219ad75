"""How the facts of a law are declared, and the JSON Schema that follows from the declaration.

Facts are a frozen dataclass. Each field carries its Chinese label and what a blank means; its type says which values it
takes: days, closed lists (StrEnum), money in yuan (Decimal), yes or no, whole numbers, text.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


def fact(label: str, blank: str, *, many: bool = False) -> Any:
    """Declare a fact that may be left blank: its Chinese label, and what a blank means."""
    default: Any = frozenset() if many else None
    return dataclasses.field(default=default, metadata={"label": label, "blank": blank})


def must(label: str) -> Any:
    """Declare a fact that may not be left blank."""
    return dataclasses.field(metadata={"label": label, "blank": "不得为空"})


def json_schema(facts: type, id: str, words: Mapping[StrEnum, str]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the facts. `words`: the Chinese word of every code in a closed list."""
    hints = typing.get_type_hints(facts)
    fields = dataclasses.fields(facts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": (facts.__doc__ or "").partition("\n")[0],
        "type": "object",
        "additionalProperties": False,
        "required": [f.name for f in fields if f.default is dataclasses.MISSING],
        "properties": {f.name: _property(hints[f.name], f.metadata, words) for f in fields},
    }


def _property(annotation: Any, declared: Mapping[str, str], words: Mapping[StrEnum, str]) -> dict[str, Any]:
    plain, optional = _plain(annotation)
    described = f"空白：{declared['blank']}"
    if typing.get_origin(plain) is frozenset:
        (item,) = typing.get_args(plain)
        many = {"type": "array", "uniqueItems": True, "items": _value(item, words, False)}
        return {"title": declared["label"], "description": described, **many}
    return {"title": declared["label"], "description": described, **_value(plain, words, optional)}


def _plain(annotation: Any) -> tuple[Any, bool]:
    """The type without None, and whether None was allowed."""
    if not isinstance(annotation, types.UnionType):
        return annotation, False
    return next(each for each in typing.get_args(annotation) if each is not types.NoneType), True


_TYPES: Mapping[type, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    Decimal: {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$"},
    date: {"type": "string", "format": "date"},
    str: {"type": "string", "minLength": 1},
}


def _value(plain: type, words: Mapping[StrEnum, str], optional: bool) -> dict[str, Any]:
    if not issubclass(plain, StrEnum):
        schema = _TYPES[plain]
        return {**schema, "type": [schema["type"], "null"]} if optional else dict(schema)
    listed = [{"const": each.value, "title": words[each]} for each in plain]
    return {"oneOf": [*listed, {"type": "null"}] if optional else listed}
