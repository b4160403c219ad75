"""Negotiation 磋商: proposals on the matters of a definition, answered in writing by a day.

A limit of the law is checked when something is proposed, and again when it is settled: the facts may have changed. What
is settled is an agreement that both sides confirm.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection

from cases import forms
from cases.accounts import Role
from cases.actor import Order
from cases.case import Case, Own, Proposal, Standing
from cases.clock import after
from cases.definition import Field, FieldType, Matter, Papers, Values, Words
from cases.documents import Proof
from cases.engine import Done, Engine, Plan, check_papers, digests
from cases.local_targets import ANSWER
from lianxin.errors import BadForm, BadQuestion, IllegalAction, LimitCrossed
from rules.law import Citation

REASON: Final = Field("reason", Words("理由", "reason"), FieldType.TEXT, most=2000, personal=True)
PROOFS: Final = Papers(Words("附件", "proofs"), most=3)  # of a proposal
LONGEST_WAIT: Final = 92  # days until an answer is due: three months


class Answer(StrEnum):
    """How a proposal is answered, or taken back by whoever made it."""

    ACCEPT = Own.ACCEPT.value
    ACCEPT_PART = Own.ACCEPT_PART.value
    REFUSE = Own.REFUSE.value
    WITHDRAW = Own.WITHDRAW.value


class How(StrEnum):
    """What is done in a negotiation."""

    PROPOSE = Own.PROPOSE.value
    COUNTER = Own.COUNTER.value
    ACCEPT = Own.ACCEPT.value
    ACCEPT_PART = Own.ACCEPT_PART.value
    REFUSE = Own.REFUSE.value
    WITHDRAW = Own.WITHDRAW.value
    CONFIRM = Own.CONFIRM.value


def propose(
    engine: Engine, case: int, matter: str, values: Mapping[str, Any], reason: str, order: Order, *,
    reply_by: date | None = None, answers: int | None = None, proofs: Sequence[Proof] = (),
) -> Done:  # fmt: skip
    """Propose something on a matter, or (`answers`) something else than a proposal says.

    `reply_by`: the day by which the other side answers; without one the local target. Raises IllegalAction,
    LimitCrossed, BadForm, BadDocument, BadQuestion, StaleVersion, NotKnown, OutOfScope, KeyReused.
    """

    def plan(connection: Connection, found: Case) -> Plan:
        about = _open_matter(found, matter)
        engine.check_role(connection, found, order, about.between)
        if answers is not None:
            _answerable(found, answers, about, order.by.role)
        elif old := _standing_of(found, about):
            raise IllegalAction(
                f"proposal {old.number} on this matter waits for its answer",
                f"这一事项的第 {old.number} 号提议还没有答复",
            )
        stay, personal = forms.read((*about.fields, REASON), {**values, "reason": reason})
        due = reply_by or after(engine.calendar, order.on, ANSWER.on(order.on)).day
        _check_reply_by(due, order.on)
        check_papers(PROOFS, proofs)
        _check_limit(about, found, stay, order.on)
        data: dict[str, Any] = {"matter": matter, "values": stay, "reply_by": due.isoformat()}
        data |= {} if answers is None else {"proposal": answers}
        words = Words(
            f"收到关于“{about.words.zh}”的提议，请在 {due} 前答复", f"a proposal on {about.words.en}: answer by {due}"
        )
        return Plan(
            Own.PROPOSE if answers is None else Own.COUNTER,
            data,
            personal,
            proofs,
            _others(about, order.by.role, words),
        )

    until = None if reply_by is None else reply_by.isoformat()
    request = ["propose", matter, dict(values), reason, until, answers, *digests(proofs)]
    return engine.do(case, request, order, plan)


def answer(
    engine: Engine, case: int, number: int, how: Answer, reason: str, order: Order, *, parts: Collection[str] = ()
) -> Done:
    """Answer a proposal, or withdraw one's own. `parts`: the fields that are accepted, where it is in part.

    Raises as `propose`.
    """

    def plan(connection: Connection, found: Case) -> Plan:
        proposal = _proposal(found, number)
        about = _open_matter(found, proposal.matter)
        engine.check_role(connection, found, order, about.between)
        if how is Answer.WITHDRAW:
            _check_own(proposal, order.by.role)
        else:
            _answerable(found, number, about, order.by.role)
        _, personal = forms.read((REASON,), {"reason": reason})
        data: dict[str, Any] = {"proposal": number, "matter": proposal.matter}
        if how in (Answer.ACCEPT, Answer.ACCEPT_PART):
            data["settled"] = _settled(proposal, how, parts)
            _check_limit(about, found, data["settled"], order.on)
        words = Words(f"关于“{about.words.zh}”的提议有了答复", f"a proposal on {about.words.en} was answered")
        return Plan(Own(how.value), data, personal, tell=_others(about, order.by.role, words))

    return engine.do(case, [how.value, number, reason, sorted(parts)], order, plan)


def confirm(engine: Engine, case: int, number: int, order: Order) -> Done:
    """Confirm the agreement that was made of a proposal: each side once. Raises as `propose`."""

    def plan(connection: Connection, found: Case) -> Plan:
        proposal = _proposal(found, number)
        about = found.definition.matter(proposal.matter)
        assert about is not None
        engine.check_role(connection, found, order, about.between)
        if proposal.settled is None or order.by.role in proposal.confirmed:
            raise IllegalAction(
                f"proposal {number} is not settled, or this side has confirmed it",
                f"第 {number} 号提议还没有商定，或本方已经确认过",
            )
        words = Words(f"对方确认了关于“{about.words.zh}”的约定", f"the agreement on {about.words.en} was confirmed")
        data = {"proposal": number, "matter": proposal.matter}
        return Plan(Own.CONFIRM, data, tell=_others(about, order.by.role, words))

    return engine.do(case, ["confirm", number], order, plan)


def agreements(case: Case) -> list[Proposal]:
    """What was settled, in order."""
    return [each for each in case.proposals.values() if each.settled is not None]


def waiting_for(case: Case, proposal: Proposal) -> Role:
    """Who has to answer a proposal."""
    about = case.definition.matter(proposal.matter)
    assert about is not None
    (other,) = about.between - {proposal.by}
    return other


def clause(citation: Citation) -> str:
    """A citation in one line, with how it was read."""
    place = f" {citation.place}" if citation.place else ""
    return f"{citation.text.title}{place}（{citation.mark.chinese}）"


# --- what is refused --------------------------------------------------------------------------------------------------


def _open_matter(case: Case, name: str) -> Matter:
    found = case.definition.matter(name)
    if found is None or case.state_name not in found.open_in:
        open_ = [each for each in case.definition.matters if case.state_name in each.open_in]
        zh, en = "、".join(each.words.zh for each in open_) or "无", ", ".join(each.name for each in open_) or "none"
        raise IllegalAction(
            f'"{name[:40]}" is not open to negotiation in the state "{case.state.words.en}"; open: {en}',
            f"在“{case.state.words.zh}”状态，“{name[:40]}”不在可以磋商的事项里；可以磋商：{zh}",
        )
    return found


def _standing_of(case: Case, about: Matter) -> Proposal | None:
    return next(
        (each for each in case.proposals.values() if each.matter == about.name and each.standing is Standing.OPEN), None
    )


def _proposal(case: Case, number: int) -> Proposal:
    found = case.proposals.get(number)
    if found is None:
        raise IllegalAction(
            f"there is no proposal {number} in case {case.id}", f"第 {case.id} 号案件没有第 {number} 号提议"
        )
    return found


def _answerable(case: Case, number: int, about: Matter, role: Role) -> None:
    """A proposal that stands open, of the other side."""
    proposal = _proposal(case, number)
    if proposal.standing is not Standing.OPEN or proposal.matter != about.name:
        raise IllegalAction(
            f"proposal {number} is not open: {proposal.standing}",
            f"第 {number} 号提议已经有了结果（{proposal.standing}）",
        )
    if proposal.by is role:
        raise IllegalAction("one does not answer one's own proposal", "不能答复本方自己的提议")


def _check_own(proposal: Proposal, role: Role) -> None:
    if proposal.by is not role or proposal.standing is not Standing.OPEN:
        raise IllegalAction(
            f"only whoever made proposal {proposal.number} withdraws it, while it is open",
            f"第 {proposal.number} 号提议只能由提出的一方在没有答复时撤回",
        )


def _check_reply_by(due: date, on: date) -> None:
    if not 0 < (due - on).days <= LONGEST_WAIT:
        raise BadForm(
            {
                "reply_by": (
                    f"should lie within {LONGEST_WAIT} days from tomorrow",
                    f"应在明天起的 {LONGEST_WAIT} 天之内",
                )
            }
        )


def _check_limit(about: Matter, case: Case, values: Values, on: date) -> None:
    crossed = about.limit(case, values, on)
    if crossed is not None:
        cure = "" if crossed.cure is None else crossed.cure.zh
        raise LimitCrossed(crossed.words.en, crossed.words.zh, clause(crossed.clause), cure)


def _settled(proposal: Proposal, how: Answer, parts: Collection[str]) -> dict[str, Any]:
    if how is Answer.ACCEPT:
        return dict(proposal.values)
    named = set(parts)
    if not named or not named < proposal.values.keys():
        can = ", ".join(sorted(proposal.values))
        raise BadQuestion(
            f"name some of the fields, not all and no others: {can}", f"请写明接受哪几项（不是全部）：{can}"
        )
    return {name: value for name, value in proposal.values.items() if name in named}


def _others(about: Matter, role: Role, words: Words) -> dict[Role, Words]:
    return dict.fromkeys(about.between - {role}, words)
