"""A finding as plain values: what the API answers, a page shows and a case keeps. It can be computed again from itself:
the facts and the day stand in it, and the digest says whether the rules are still the same."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from rules.answer import Finding, ToldStep, Way
from rules.explain import Law, Reason, explain

F = TypeVar("F")
C = TypeVar("C")
V = TypeVar("V")


def finding_record(law: Law[F, C, V], finding: Finding[F, C, V], facts: Mapping[str, str]) -> dict[str, Any]:
    """The whole finding. `facts`: written as the law's facts are read."""
    explained, version = explain(law, finding), finding.version
    return {
        "facts": dict(facts),
        "on": finding.on.isoformat(),
        "rule_set": None if version is None else {"id": version.id, "digest": version.digest},
        "answer": finding.answer.value,
        "answer_zh": finding.answer.chinese,
        "values": _plain(finding.values),
        "reasons": [_reason(each) for each in explained.reasons],
        "notes": [_reason(each) for each in explained.notes],
        "to_do": [{"code": a.code, "what": a.what, "from": _plain(a.from_day)} for a in explained.to_do],
        "to_confirm": [{"what": each.what, "why": each.why} for each in explained.to_confirm],
        "walk": [_step(step) for step in finding.walk()],
        "scenarios": [_scenario(way) for way in finding.scenarios],
    }


def _scenario(way: Way[C, V]) -> dict[str, Any]:
    return {
        "assumed": dict(way.assumed),
        "answer": way.answer.value,
        "reasons": sorted(way.reasons),
        "notes": sorted(way.notes),
        "values": _plain(way.values),
        "walk": [_step(step) for step in way.told()],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    citations = [citation.json() for citation in reason.citations]
    return {"code": reason.code.code, "zh": reason.code.zh, "en": reason.code.en, "citations": citations}


def _step(step: ToldStep) -> dict[str, Any]:
    return {
        "number": step.number,
        "rules": list(step.rules),
        "question": step.question,
        "said": step.said,
        "how": step.how,
        "applied": step.applied,
        "reasons": list(step.reasons),
        "values": dict(step.values),
        "citations": [citation.json() for citation in step.citations],
    }


def _plain(value: Any) -> Any:
    """Days as ISO text, named values as a mapping, all else as it is."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(each) for name, each in value._asdict().items()}
    return value
