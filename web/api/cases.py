"""Cases over the API: opened, read, acted in, negotiated. Each act names the version it was decided on (If-Match) and
may carry an Idempotency-Key: sent twice, it is done once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import Response

from cases import negotiation
from cases.actor import Order
from cases.engine import Done
from cases.negotiation import How
from lianxin.errors import BadForm, HeldBack, LimitCrossed
from services import cases as service
from web.acting import actor, order, seen_version
from web.api import models
from web.api.bodies import LARGEST_ACT, ActBody, OpenBody, ProposalBody
from web.api.edges import CasePath, CasesQuery, Query
from web.api.operation import as_json, change, operation
from web.security import Permission, reach
from web.state import platform

T = TypeVar("T")
_DEMAND = {"topic": "training", "demand": "焊工培训的名额不够"}
_PROOFS = {"fetched": ["缴款凭证"], "until": "2026-12-10"}


@operation("/cases", models.CasesAnswer, Permission.CASE_READ, summary="案件 Cases", example="/api/cases?limit=5")
def list_cases(query: CasesQuery) -> Response:
    """The cases that the asker reaches and takes part in, the newest first."""
    reach(Permission.CASE_READ)
    engine = service.engine(platform().ledger)
    found = engine.heads(actor(), ended=query.ended)
    kinds = {each.kind: each for each in engine.registry.kinds()}
    shown = [service.head_json(kinds, each) for each in found[: query.limit]]
    return as_json({"cases": shown, "more": len(found) > query.limit})


@operation("/cases/<number>", models.CaseAnswer, Permission.CASE_READ, summary="一个案件 Case", example="/api/cases/1")
def show_case(path: CasePath, query: Query) -> Response:  # noqa: ARG001  # declared: an unknown parameter is refused here too
    """Where a case stands, what the asker may do now with which fields, who is waited for until when, its proposals and
    events. The ETag is the version that an act names in If-Match."""
    reach(Permission.CASE_READ)
    engine, by = service.engine(platform().ledger), actor()
    case = engine.case(path.number, by)
    response = as_json(service.case_json(engine, case, by, platform().today()))
    response.set_etag(str(case.version))
    return response


@change(
    "/cases",
    models.CaseDone,
    Permission.CASE_ACT,
    summary="建案 Open a case",
    example={"kind": "hr-channel", "values": _DEMAND},
    largest=LARGEST_ACT,
)
def open_case(body: OpenBody) -> Response:
    """Open a case of a kind. Whoever acts for one enterprise or one authority need not name it."""
    reach(Permission.CASE_ACT)
    engine = service.engine(platform().ledger)
    return _done(engine.open(body.kind, body.values, order(), enterprise=body.enterprise, authority=body.authority))


@change(
    "/cases/<number>/actions",
    models.CaseDone,
    Permission.CASE_ACT,
    summary="办理 Act in a case",
    example={"action": "withdraw_demand"},
    largest=LARGEST_ACT,
)
def act_in_case(path: CasePath, body: ActBody) -> Response:
    """Do one of the actions that the case lists, with its fields and papers. Needs If-Match."""
    reach(Permission.CASE_ACT)
    engine, asked = service.engine(platform().ledger), order(seen_version(path.number))
    proofs = [each.proof() for each in body.papers]
    with _remembered(path.number, asked, service.ACT, body.action):
        return _done(engine.act(path.number, body.action, body.values, asked, proofs))


@change(
    "/cases/<number>/proposals",
    models.CaseDone,
    Permission.CASE_ACT,
    summary="磋商 Negotiate",
    example={"how": "propose", "matter": "proofs", "values": _PROOFS, "reason": "省一趟"},
    largest=LARGEST_ACT,
)
def negotiate_in_case(path: CasePath, body: ProposalBody) -> Response:
    """Propose on a matter, counter, accept, accept in part, refuse, withdraw, or confirm what was agreed. A limit of
    the law is not crossed, whoever agrees: the answer names the clause. Needs If-Match."""
    reach(Permission.CASE_ACT)
    return _done(_negotiated(path.number, body))


def _negotiated(number: int, body: ProposalBody) -> Done:
    asked = order(seen_version(number))
    with _remembered(number, asked, body.how, str(body.proposal or body.matter)):
        return _answered(number, body, asked)


@contextmanager
def _remembered(number: int, asked: Order, how: str, about: str) -> Iterator[None]:
    """What a rule refuses stands in the thread of whoever tried it, as if it was tried on the page."""
    try:
        yield
    except (HeldBack, LimitCrossed) as refused:
        engine = service.engine(platform().ledger)
        case = engine.case(number, asked.by)
        what = service.called(case, how, about)
        service.remember_refusal(engine, case, asked, f"{how}-{about}", what, {}, refused)
        raise


def _answered(number: int, body: ProposalBody, asked: Order) -> Done:
    engine = service.engine(platform().ledger)
    if body.how in (How.PROPOSE, How.COUNTER):
        answers = _given(body.proposal, "proposal") if body.how is How.COUNTER else None
        matter = _given(body.matter, "matter")
        return negotiation.propose(
            engine, number, matter, body.values, body.reason, asked, reply_by=body.reply_by, answers=answers
        )
    proposal = _given(body.proposal, "proposal")
    if body.how is How.CONFIRM:
        return negotiation.confirm(engine, number, proposal, asked)
    how = negotiation.Answer(body.how.value)
    return negotiation.answer(engine, number, proposal, how, body.reason, asked, parts=body.parts)


def _given(value: T | None, name: str) -> T:
    if value is None:
        raise BadForm({name: ("must be given", "必须填写")})
    return value


def _done(done: Done) -> Response:
    engine = service.engine(platform().ledger)
    case = service.case_json(engine, done.case, actor(), platform().today())
    response = as_json({"event": done.event.seq, "again": done.again, "case": case})
    response.set_etag(str(done.case.version))
    return response
