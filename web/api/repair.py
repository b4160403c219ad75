"""Credit repair 信用修复 over the API: the rule table, and what the rules say of facts that the asker states.

Of the ledger the questions here read the sector standards and nothing else, and they store nothing: what comes in goes
out again with its finding.
"""

from datetime import date
from typing import Any

from flask import Response, abort

from lianxin.errors import BadFact, BadQuestion
from rules.credit_repair.facts import Facts
from rules.credit_repair.finding import RepairFinding, assess
from rules.credit_repair.plan import plan
from rules.credit_repair.standards import Standards
from rules.laws import LAWS
from rules.table import table_json
from services import credit_json
from services.credit.standards import sector_standards
from web.api import models
from web.api.bodies import CheckBody, PlanBody, PlannedRecord, WhatIfBody, values_of
from web.api.edges import Query
from web.api.operation import as_json, day, operation, question
from web.api.problems import of_fact, respond
from web.security import Permission
from web.state import platform

_FACTS = {
    "kind": "penalty",
    "authority_system": "ndrc",
    "sanctions": ["confiscate_income"],
    "published": True,
    "document_date": "2026-05-12",
}
_DONE = {"duties_done": True, "public_commitment": True}


@operation("/rules", models.RulesAnswer, Permission.PUBLIC, summary="规则表 Rule table", example="/api/rules")
def list_rules(query: Query) -> Response:  # noqa: ARG001  # declared: an unknown parameter is refused here too
    """Every rule with its question, what it may say, its citations and how each was read; the numbers by first day;
    the reason codes; the JSON Schema of the facts."""
    return as_json({"laws": table_json(LAWS)})


@question(
    "/repair/check",
    models.CheckAnswer,
    Permission.REPAIR_CHECK,
    summary="能否修复 Repair check",
    example={"facts": {**_FACTS, **_DONE}, "on": "2026-11-24"},
)
def check_repair(body: CheckBody) -> Response:
    """May this record be repaired on this day: the answer with every reason, the walk, the days, each scenario of what
    is not known, and what nobody has verified."""
    found = _finding(body, day(body.on), "facts")
    return as_json({"finding": credit_json.finding(found)})


@question(
    "/repair/what-if",
    models.WhatIfAnswer,
    Permission.REPAIR_CHECK,
    summary="如果…… What if",
    example={"facts": _FACTS, "on": "2026-07-01", "changes": _DONE, "changed_on": "2026-08-13"},
)
def repair_what_if(body: WhatIfBody) -> Response:
    """The finding as it is, and as it would be with other facts, on another day, or both; and what then differs."""
    on = day(body.on)
    really = _finding(body, on, "facts")
    changed = body.changed_on or on
    facts = _facts({**values_of(body.facts), **values_of(body.changes)}, "changes")
    otherwise = _assessed(facts, changed, _standards(body), "changes")
    return as_json(credit_json.what_if(really, otherwise))


@question(
    "/repair/plan",
    models.PlanAnswer,
    Permission.REPAIR_CHECK,
    summary="修复计划 Repair plan",
    example={"records": [{"id": "甲", "facts": _FACTS}, {"id": "乙", "facts": {**_FACTS, **_DONE}}]},
)
def plan_repair(body: PlanBody) -> Response:
    """In which order to file these records, which acts come first, what has to be clarified, what needs nothing."""
    on = day(body.on)
    findings: dict[str, RepairFinding] = {}
    for place, each in enumerate(body.records):
        if each.id in findings:
            raise BadQuestion(f"the id {each.id} stands twice", f"编号 {each.id} 出现两次；每条记录要有自己的编号")
        findings[each.id] = _finding(each, on, "records", place, "facts")
    return as_json(credit_json.plan(plan(findings, on)))


def _finding(body: CheckBody | PlannedRecord, on: date, *at: str | int) -> RepairFinding:
    return _assessed(_facts(values_of(body.facts), *at), on, _standards(body), *at)


def _standards(body: CheckBody | PlannedRecord) -> Standards:
    """The sector standards of the ledger that may class this record's fine."""
    loaded = sector_standards(platform().view()).standards
    return loaded.of(body.authority) if body.authority else loaded


def _facts(values: dict[str, Any], *at: str | int) -> Facts:
    """The facts that a body states. Answers with the place of a fact that is refused."""
    try:
        return Facts(**values)
    except BadFact as bad:
        abort(respond(of_fact(bad, *at)))


def _assessed(facts: Facts, on: date, standards: Standards, *at: str | int) -> RepairFinding:
    try:
        return assess(facts, on, standards)
    except BadFact as bad:
        abort(respond(of_fact(bad, *at)))
