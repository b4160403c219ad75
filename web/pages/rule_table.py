"""规则 The rule table of a field of law: every question with its citations and how far each of them was read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, render_template, request

from lianxin.errors import BadQuestion
from rules.answer import Code
from rules.credit_repair.law import CREDIT_REPAIR
from rules.explain import Law
from rules.law import Citation, ReadingMark
from rules.laws import LAWS
from rules.parameters import Version
from rules.rule import Rule, RuleSet
from services.credit.standards import sector_standards
from web.pages import credit_words, frame
from web.parameters import takes
from web.security import Permission, permission

FIRST_ROWS: Final = 15  # of a table of rules, unless all are asked for: with 20 the page has 45 kB, with these 38
ALL: Final = "1"


@dataclass(frozen=True, slots=True)
class Number:
    """One value of a parameter with its days."""

    title: str
    value: str
    version: Version[Any]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule with the rule sets that ask it, its codes in words, and the numbers that the same places state."""

    rule: Rule[Any]
    sets: Sequence[RuleSet[Any]]
    asked: str
    codes: Sequence[Code]
    numbers: Sequence[Number]

    @property
    def marks(self) -> Sequence[ReadingMark]:
        return _marks(self.rule.citations)

    @property
    def quotes(self) -> Sequence[Citation]:
        """The citations whose own words were read."""
        return [citation for citation in self.rule.citations if citation.quote]


@dataclass(frozen=True, slots=True)
class MarkChip:
    """A reading mark with how many rules have a citation that was read so."""

    mark: ReadingMark
    count: int
    url: str
    chosen: bool


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/rules", view_func=rule_table)


@takes("law", "mark", "all")
@permission(Permission.PUBLIC)
def rule_table() -> str:
    """GET /rules?law=&mark=&all="""
    law, mark = _law(), _mark()
    rows = list(_rows(law))
    fitting = [row for row in rows if mark is None or mark in row.marks]
    shown = fitting if _all() else fitting[:FIRST_ROWS]
    counts = Counter(each for row in rows for each in row.marks)
    return render_template(
        "rules.html",
        law=law,
        repair=CREDIT_REPAIR.id,
        others=[each for each in LAWS if each is not law],
        total=len(rows),
        rows=shown,
        fitting=len(fitting),
        whole=frame.go("pages.rule_table", law=_named(law), mark=mark and mark.value, all=ALL),
        chips=[MarkChip(each, counts[each], _url(law, each), each is mark) for each in ReadingMark],
        mark=mark,
        numbers=_numbers(law),
        bare=_url(law, None),
        meaning=credit_words.MARK_MEANING,
        standards=sector_standards(frame.view()).standards.rows if law is CREDIT_REPAIR else None,
    )


def _law() -> Law[Any, Any, Any]:
    asked = request.args.get("law", "").strip()
    found = next((law for law in LAWS if asked in ("", law.id)), None)
    if found is None:
        known = "、".join(law.id for law in LAWS)
        raise BadQuestion(f'law: there is no "{asked}"', f"没有这个领域“{asked}”，可选：{known}")
    return found


def _mark() -> ReadingMark | None:
    asked = request.args.get("mark", "").strip()
    if not asked:
        return None
    try:
        return ReadingMark(asked)
    except ValueError as error:
        known = "、".join(ReadingMark)
        raise BadQuestion(f'mark: "{asked}" is none', f"读取状态“{asked}”没有这个值，可选：{known}") from error


def _all() -> bool:
    asked = request.args.get("all", "").strip()
    if asked not in ("", ALL):
        raise BadQuestion(f'all: "{asked}" is not {ALL}', f"all 只能是 {ALL}，不能是“{asked}”")
    return asked == ALL


def _named(law: Law[Any, Any, Any]) -> str | None:
    """The law as the address names it: the first needs no name."""
    return law.id if law is not LAWS[0] else None


def _url(law: Law[Any, Any, Any], mark: ReadingMark | None) -> str:
    return frame.go("pages.rule_table", law=_named(law), mark=mark and mark.value)


def _rows(law: Law[Any, Any, Any]) -> Iterator[RuleRow]:
    sets = _sets_by_rule(law)
    change = law.change.rules if law.change is not None else ()
    numbers = _numbers(law)
    for rule in law.rules:
        asked = "先问，不分规则集" if rule in law.opening.rules else "比较新旧规则时" if rule in change else ""
        stated = [each for each in numbers if _place(each.version.citation) in map(_place, rule.citations)]
        yield RuleRow(rule, sets.get(rule.id, ()), asked, [law.codes[code] for code in rule.codes], stated)


def _numbers(law: Law[Any, Any, Any]) -> Sequence[Number]:
    return [
        Number(each.title, _with_unit(version.value, each.unit), version)
        for each in law.parameters
        for version in each.versions
    ]


def _with_unit(value: Any, unit: str) -> str:
    """100,000 元, 3–12 月."""
    return f"{value:,} {unit}" if isinstance(value, int | Decimal) else f"{value} {unit}"


def _place(citation: Citation) -> tuple[str, str]:
    return citation.text.id, citation.place


def _sets_by_rule(law: Law[Any, Any, Any]) -> Mapping[str, Sequence[RuleSet[Any]]]:
    found: dict[str, list[RuleSet[Any]]] = {}
    for each in law.rule_sets:
        for rule in each.rules:
            found.setdefault(rule.id, []).append(each)
    return found


def _marks(citations: Sequence[Citation]) -> Sequence[ReadingMark]:
    """The reading marks in their order, each once."""
    found = {citation.mark for citation in citations}
    return [mark for mark in ReadingMark if mark in found]
