"""Forms of cases 案件表单: made of the fields of a definition, with what was typed and what is wrong beside it.

Each carries the version of the case that it was drawn for and a token of its own: sent twice, it is done once.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import request

from cases.definition import LONGEST_TEXT, Field, FieldType, Papers, Words
from cases.documents import Proof
from lianxin.errors import BadForm, KeyReused, LianxinError, LimitCrossed, StaleVersion
from web.api.problems import of_lianxin

PREFIX: Final = "field-"  # of the names of fields: a definition may call a field as it likes
LINE: Final = 100  # characters up to which a text has one line
Typed = Mapping[str, str | list[str]]
_TWICE: Final = "这张表已经交过一次，那次的内容和这次不同；请先看看下面办成了什么"


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form: what was typed, and what is wrong with it."""

    field: Field
    id: str
    typed: str | list[str] = ""
    problem: str = ""

    @property
    def name(self) -> str:
        return PREFIX + self.field.name

    @property
    def kind(self) -> str:
        """Which control takes it."""
        one = self.field
        if one.type is FieldType.LIST:
            return "some" if one.options else "lines"
        if one.type is FieldType.TEXT:
            return "line" if (one.most or LONGEST_TEXT) <= LINE else "area"
        return one.type.value

    @property
    def longest(self) -> int:
        return self.field.most or LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was refused: which one, what was typed, what is wrong with which field, and what stands above it.

    `seen`: the version that it was drawn for, where the case went on meanwhile. Files are not kept: a browser does not
    send them again.
    """

    form: str
    typed: Typed
    above: str
    status: int
    problems: Mapping[str, str] = field(default_factory=dict)
    crossed: bool = False
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands on a page. `held`: why it cannot be sent now."""

    id: str
    words: Words
    inputs: Sequence[Input]
    token: str
    papers: Papers | None = None
    papers_problem: str = ""
    held: str = ""
    refused: Refused | None = None


def form(
    name: str, words: Words, fields: Sequence[Field], refused: Refused | None, *,
    known: Typed | None = None, papers: Papers | None = None, held: str = "",
) -> Form:  # fmt: skip
    """A form. `known`: what stands in it before anybody types; a refused form keeps what was typed."""
    back = refused if refused is not None and refused.form == name else None
    filled = (known or {}) if back is None else back.typed
    problems = {} if back is None else back.problems
    inputs = [
        Input(each, f"{name}-{each.name}", filled.get(each.name, ""), problems.get(each.name, "")) for each in fields
    ]
    return Form(name, words, inputs, secrets.token_urlsafe(16), papers, problems.get("papers", ""), held, back)


# --- what is sent -----------------------------------------------------------------------------------------------------


def typed(fields: Sequence[Field]) -> dict[str, str | list[str]]:
    """What was typed into these fields. A browser ends lines as mail does."""
    return {each.name: _typed(each) for each in fields}


def _typed(one: Field) -> str | list[str]:
    name = PREFIX + one.name
    if one.type is FieldType.LIST and one.options:
        return request.form.getlist(name)
    return request.form.get(name, "").replace("\r\n", "\n")


def proofs() -> list[Proof]:
    """The files that were sent."""
    files = (each for each in request.files.getlist("papers") if each.filename)
    return [Proof(each.filename or "", each.read()) for each in files]


def seen() -> int | None:
    """The version of the case that the form was drawn for."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def refusal(name: str, given: Typed, error: LianxinError) -> Refused:
    """Why a form was refused, as its page says it."""
    status, above = of_lianxin(error).meaning.status, error.zh
    if isinstance(error, BadForm):
        problems = {key: zh for key, (_, zh) in error.problems.items()}
        return Refused(name, given, "有几项要改，写在各项下面", status, problems)
    if isinstance(error, KeyReused):
        return Refused(name, given, _TWICE, status)
    if isinstance(error, StaleVersion):
        return Refused(name, given, above, status, seen=seen() or 0)
    return Refused(name, given, above, status, crossed=isinstance(error, LimitCrossed))
