"""The rule table 规则表 of a field of law, generated from its declarations: plain values, Markdown.

编号 · 问题 · 怎么判 · 结论 · 依据 · 读取状态, then the numbers by first day. Nothing is written by hand.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from rules.answer import Answer
from rules.explain import Law
from rules.facts import json_schema
from rules.law import Citation
from rules.parameters import Parameter
from rules.rule import Rule, RuleSet, parameter_json, rule_json

_HEAD = "| 编号 | 步 | 问题 | 怎么判 | 结论 | 依据 | 读取状态 |\n|---|---|---|---|---|---|---|"
_NUMBER_HEAD = "| 数值 | 名称 | 自 | 至 | 值 | 单位 | 依据 | 读取状态 |\n|---|---|---|---|---|---|---|---|"


def table_json(laws: Sequence[Law[Any, Any, Any]]) -> list[dict[str, Any]]:
    """The rule tables as plain values, with the JSON Schema of the facts."""
    return [
        {
            "id": law.id,
            "title": law.title,
            "rules": [rule_json(rule, None) for rule in law.rules],
            "rule_sets": [_set_json(each) for each in law.rule_sets],
            "parameters": [parameter_json(each) for each in law.parameters],
            "facts": json_schema(law.facts, f"{law.id}-facts", law.words),
            "codes": [{"code": c.code, "zh": c.zh, "en": c.en, "act": c.act} for c in law.codes.values()],
        }
        for law in laws
    ]


def _set_json(each: RuleSet[Any]) -> dict[str, Any]:
    days = {"first_day": each.first_day.isoformat(), "last_day": each.last_day and each.last_day.isoformat()}
    return {"id": each.id, "title": each.title, **days, "rules": [rule.id for rule in each.rules]}


def table_markdown(laws: Sequence[Law[Any, Any, Any]]) -> str:
    """The rule tables as one Markdown document."""
    lines = [
        "# 规则表 Rule table",
        "",
        "由规则声明生成（`lianxin rules table`），不手工修改。没有读到原文的条号不写。",
        "",
    ]
    for law in laws:
        lines += _law_lines(law)
    return "\n".join(lines)


def _law_lines(law: Law[Any, Any, Any]) -> Iterable[str]:
    yield from (f"## {law.title}：{len(law.rules)} 条规则", "")
    if law.opening.rules:
        yield from ("### 先问 Asked first", "", _HEAD, *(_rule_line(rule, None) for rule in law.opening.rules), "")
    for each in law.rule_sets:
        until = f"至 {each.last_day}" if each.last_day else "起"
        yield from (f"### {each.id} {each.title}（{each.first_day} {until}）", "", _HEAD)
        yield from (*(_rule_line(rule, each) for rule in each.rules), "")
    if law.change is not None:
        yield from ("### 新旧规则比较 Change of rules", "", _HEAD)
        yield from (*(_rule_line(rule, None) for rule in law.change.rules), "")
    yield from ("### 数值 Numbers", "", _NUMBER_HEAD)
    for parameter in law.parameters:
        yield from _number_lines(parameter)
    yield from ("", "### 理由与提示 Reasons and notes", "", "| 代码 | 含义 | 怎么办 |", "|---|---|---|")
    yield from (f"| {code.code} | {code.zh} | {code.act or '—'} |" for code in law.codes.values())
    yield ""


def _rule_line(rule: Rule[Any], ruleset: RuleSet[Any] | None) -> str:
    cited = rule.cited_in(None if ruleset is None else ruleset.texts)
    says = "、".join([*(_word(answer) for answer in rule.answers), *rule.codes]) or "—"
    cells = [rule.id, rule.number, rule.question, rule.how, says, _places(cited), _marks(cited)]
    return f"| {' | '.join(cells)} |"


def _word(answer: Answer) -> str:
    return answer.chinese


def _number_lines(parameter: Parameter[Any]) -> Iterable[str]:
    for version in parameter.versions:
        last = version.last_day.isoformat() if version.last_day else "—"
        days = (version.first_day.isoformat(), last, str(version.value), parameter.unit)
        cited = (version.citation,)
        yield f"| {' | '.join([parameter.id, parameter.title, *days, _places(cited), _marks(cited)])} |"


def _places(citations: Sequence[Citation]) -> str:
    return "；".join(str(citation) for citation in citations)


def _marks(citations: Sequence[Citation]) -> str:
    return " ".join(dict.fromkeys(f"{citation.mark.value} {citation.mark.chinese}" for citation in citations))
