"""Forms 表单: values as somebody sends them, checked against the fields of a definition; and as people read them.

What comes out is what an event holds: text, whole numbers, yes and no; a day and an amount as text. Nothing is guessed,
a name that no field has is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from cases.definition import LONGEST_TEXT, MOST_LINES, Field, FieldType
from graph.identifiers import parse_day
from lianxin.errors import BadForm

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # lines and tabs are text
_MONEY: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_LARGEST: Final = 2**53 - 1  # of a whole number in canonical JSON

Problem = tuple[str, str]
Checked = tuple[Any, Problem | None]


def read(fields: Sequence[Field], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of these fields: those that stay, and those that may have to be erased. Raises BadForm."""
    problems: dict[str, Problem] = dict.fromkeys(given.keys() - {each.name for each in fields}, _UNKNOWN)
    stay: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for field in fields:
        value = given.get(field.name)
        if value is None or value in ("", []):
            if field.required:
                problems[field.name] = _MISSING
            continue
        read_value, problem = _READERS[field.type](field, value)
        if problem is not None:
            problems[field.name] = problem
        else:
            (personal if field.personal else stay)[field.name] = read_value
    if problems:
        raise BadForm(problems)
    return stay, personal


_UNKNOWN: Final = ("is not asked for here", "这里没有这一项")
_MISSING: Final = ("must be given", "必须填写")


def _text(field: Field, value: Any) -> Checked:
    if not isinstance(value, str) or _CONTROL.search(value):
        return None, ("should be text", "应为文字，不能含控制字符")
    text, most = value.strip(), field.most or LONGEST_TEXT
    if not text:
        return None, _MISSING
    if len(text) > most:
        return None, (f"has {len(text)} characters, at most {most}", f"有 {len(text)} 个字，最多 {most} 个")
    if len(text) < (field.least or 1):
        return None, (f"has {len(text)} characters, at least {field.least}", f"至少 {field.least} 个字")
    return text, None


def _choice(field: Field, value: Any) -> Checked:
    options = [each.value for each in field.options]
    if isinstance(value, str) and value in options:
        return value, None
    return None, (f"should be one of {', '.join(options)}", f"只能是 {'、'.join(options)}")


def _day(_field: Field, value: Any) -> Checked:
    try:
        if isinstance(value, str):
            return parse_day(value).isoformat(), None
    except ValueError:
        pass
    return None, ("should be a day like 2026-11-24", "应为日期，如 2026-11-24")


def _money(field: Field, value: Any) -> Checked:
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        return None, ("should be an amount in yuan, as text", "应为以元计的金额，只写数字")
    return _within(field, Decimal(value), value)


def _whole(field: Field, value: Any) -> Checked:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        value = int(value)  # a form sends text
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        return None, ("should be a whole number", "应为整数")
    return _within(field, value, value)


def _within(field: Field, size: Decimal | int, value: Any) -> Checked:
    if field.least is not None and size < field.least:
        return None, (f"should be at least {field.least}", f"不能小于 {field.least}")
    if field.most is not None and size > field.most:
        return None, (f"should be at most {field.most}", f"不能大于 {field.most}")
    return value, None


def _yes_no(_field: Field, value: Any) -> Checked:
    known = {True: True, False: False, "true": True, "false": False}
    if isinstance(value, bool | str) and value in known:
        return known[value], None
    return None, ("should be true or false", "只能是 true 或 false")


def _list(field: Field, value: Any) -> Checked:
    lines = [each.strip() for each in value.splitlines() if each.strip()] if isinstance(value, str) else value
    if not isinstance(lines, list) or not lines or not all(isinstance(each, str) for each in lines):
        return None, ("should be lines of text", "应为一行一项的文字")
    most = field.most or MOST_LINES
    if len(lines) > most:
        return None, (f"has {len(lines)} lines, at most {most}", f"有 {len(lines)} 项，最多 {most} 项")
    if any(len(each) > LONGEST_TEXT or not each.strip() or _CONTROL.search(each) for each in lines):
        return None, ("has a line that is empty, too long or no text", "有一项是空的、太长或不是文字")
    options = [each.value for each in field.options]
    if options and not set(lines) <= set(options):
        return None, (f"should be some of {', '.join(options)}", f"只能从 {'、'.join(options)} 中选")
    return lines, None


_READERS: Final[Mapping[FieldType, Callable[[Field, Any], Checked]]] = {
    FieldType.TEXT: _text,
    FieldType.CHOICE: _choice,
    FieldType.DAY: _day,
    FieldType.MONEY: _money,
    FieldType.WHOLE: _whole,
    FieldType.YES_NO: _yes_no,
    FieldType.LIST: _list,
}


# --- as people read it ------------------------------------------------------------------------------------------------


def shown(one: Field, value: Any) -> str:
    """A value of a field in words."""
    options = {each.value: each.words.zh for each in one.options}
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(options.get(each, str(each)) for each in value)
    if one.type is FieldType.MONEY:
        return f"{Decimal(value):,} 元"
    return options.get(value, str(value))


def lines(fields: Sequence[Field], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was stated, as label and words, in the order of the fields."""
    return [(each.words.zh, shown(each, values[each.name])) for each in fields if each.name in values]
