"""Facts in JSON: read as they are declared, and refused by name where they are not.

A key that is not declared, a code outside its list, a day that does not exist, a negative number: each is refused with
the field (`assets.A2.filing_date`), the value and the problem. `null` is a fact that is not known.
"""

import dataclasses
import json
import typing
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from graph.identifiers import parse_day
from lianxin.errors import BadFact
from rules.facts import Number, alternatives

T = TypeVar("T")
YEARS = range(1800, 2300)
_MOST = 9_999  # of a whole number: years, months, days
_NONE_OF = "is none of "


def parse_json(text: str) -> Any:
    """JSON text, its numbers exact. Raises ValueError for what is no JSON and for a key that stands twice."""
    return json.loads(text, parse_float=Decimal, object_pairs_hook=_once, parse_constant=_refuse_constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key} stands twice")
        found[key] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def read_json(facts: type[T], given: Any, name: str = "") -> T:
    """Read facts from parsed JSON. `name`: of the fact that they are part of. Raises BadFact."""
    if not isinstance(given, dict):
        raise BadFact(name or "facts", shown(given), "is no JSON object", "不是 JSON 对象")
    readers = _readers(typing.cast("Any", facts))
    for key in given:
        if key not in readers:
            raise BadFact(_inside(name, str(key)), shown(given[key]), "is no declared fact", "不是已登记的事实")
    values = {key: _read(readers[key], given[key], _inside(name, key)) for key in readers if key in given}
    for field in dataclasses.fields(typing.cast("Any", facts)):
        if field.name not in values and field.default is dataclasses.MISSING:
            raise BadFact(_inside(name, field.name), "", "is blank", "为空")
    try:
        return facts(**values)
    except BadFact as bad:
        raise BadFact(_inside(name, bad.field), bad.value, bad.problem, bad.problem_zh) from bad


def read_value(kind: Any, given: Any, name: str) -> Any:
    """Read one value of a declared type, naming it. Raises BadFact."""
    return _read(_reader(kind), given, name)


def _inside(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def shown(value: Any) -> str:
    """A refused value as it was given."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _read(read: "_Reader", value: Any, name: str) -> Any:
    try:
        return read(value, name)
    except ValueError as error:
        problem = str(error)
        zh = (
            f"不在代码表内：{problem.removeprefix(_NONE_OF)}"
            if problem.startswith(_NONE_OF)
            else _ZH.get(problem, "不合格")
        )
        raise BadFact(name, shown(value), problem, zh) from error


_ZH: Mapping[str, str] = {
    "is not a day (YYYY-MM-DD)": "不是日期（YYYY-MM-DD）",
    "is not a day of the calendar": "不是真实的日期",
    "lies outside the years that are taken": "年份超出范围",
    "is neither true nor false": "不是 true 或 false",
    "is no whole number": "不是整数",
    "is negative": "是负数",
    "is too large": "太大",
    "is no number": "不是数",
    "is no decimal text": "不是写成文字的小数",
    "is no text": "不是文字",
    "is blank": "为空",
    "is no list": "不是列表",
    "is no JSON object": "不是 JSON 对象",
}

_Reader = Callable[[Any, str], Any]


@cache
def _readers(facts: type) -> Mapping[str, _Reader]:
    hints = typing.get_type_hints(facts)
    return {field.name: _reader(hints[field.name]) for field in dataclasses.fields(facts)}


def _reader(annotation: Any) -> _Reader:
    kinds, optional = alternatives(annotation)
    readers = [_one(kind) for kind in kinds]

    def read(value: Any, name: str) -> Any:
        if value is None:
            if optional:
                return None
            raise ValueError("is blank")
        # A fact that has parts is told from a code or a day by being an object.
        fitting = [each for kind, each in zip(kinds, readers, strict=True) if _parted(kind) is isinstance(value, dict)]
        return _first_that_reads(fitting or readers, value, name)

    return read


def _parted(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind) or _is_mapping(kind)


def _is_mapping(kind: Any) -> bool:
    return typing.get_origin(kind) not in (None, tuple, frozenset)


def _first_that_reads(readers: list[_Reader], value: Any, name: str) -> Any:
    for read in readers[1:]:
        try:
            return read(value, name)
        except ValueError:
            continue
    return readers[0](value, name)


def _one(kind: Any) -> _Reader:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple or origin is frozenset:
        return _many(origin, _one(parts[0]))
    if origin is not None:
        return _by_name(_one(parts[0]), _one(parts[1]))
    if dataclasses.is_dataclass(kind):
        return lambda value, name: read_json(typing.cast("type", kind), value, name)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return lambda value, _: _code(kind, value)
    plain = _PLAIN[kind]
    return lambda value, _: plain(value)


def _many(collection: Callable[..., Any], read: _Reader) -> _Reader:
    def read_many(value: Any, name: str) -> Any:
        if not isinstance(value, list):
            raise ValueError("is no list")
        return collection(_read(read, each, f"{name}[{n}]") for n, each in enumerate(value))

    return read_many


def _by_name(read_key: _Reader, read: _Reader) -> _Reader:
    def read_each(value: Any, name: str) -> Any:
        if not isinstance(value, dict):
            raise ValueError("is no JSON object")
        keys = {key: _read(read_key, key, f"{name}.{key}") for key in value}
        return {keys[key]: _read(read, each, f"{name}.{key}") for key, each in value.items()}

    return read_each


def _code(codes: type[StrEnum], value: Any) -> StrEnum:
    if isinstance(value, str) and value in list(codes):
        return codes(value)
    raise ValueError(f"{_NONE_OF}{', '.join(codes)}")


def _day(value: Any) -> date:
    if not isinstance(value, str):
        raise ValueError("is not a day (YYYY-MM-DD)")
    day = parse_day(value)
    if day.year not in YEARS:
        raise ValueError("lies outside the years that are taken")
    return day


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("is no whole number")
    if value < 0:
        raise ValueError("is negative")
    if value > _MOST:
        raise ValueError("is too large")
    return value


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is no number")
    if value < 0:
        raise ValueError("is negative")
    return Decimal(value)


def _decimal_text(value: Any) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except ArithmeticError:
        number = None
    if number is None or not number.is_finite():
        raise ValueError("is no decimal text")
    if number < 0:
        raise ValueError("is negative")
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text")
    if not value.strip():
        raise ValueError("is blank")
    return value


_PLAIN: Mapping[Any, Callable[[Any], Any]] = {
    bool: _truth,
    int: _whole,
    Decimal: _decimal_text,
    Number: _number,
    date: _day,
    str: _text,
}


def write_json(facts: Any) -> Any:
    """Facts as plain values for JSON: what `read_json` reads back to the same facts."""
    hints = typing.get_type_hints(type(facts))
    return {name: _written(getattr(facts, name), Number in alternatives(hint)[0]) for name, hint in hints.items()}


def _written(value: Any, number: bool) -> Any:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return (int(value) if whole else float(value)) if number else format(value, "f")
    if dataclasses.is_dataclass(value):
        return write_json(value)
    if isinstance(value, Mapping):
        return {str(key): _written(each, number) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_written(each, number) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value
