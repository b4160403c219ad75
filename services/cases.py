"""Cases 案件: the engine over a ledger with the shipped definitions, what a tick does, and a case as people see it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from cases import event_log, mail, outcomes, reappearing, refusals, silence
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.case import Case, Event, Proposal
from cases.clock import Reading, readings
from cases.definition import Action, Definition, Field, Matter, Words
from cases.definitions import registry
from cases.engine import Engine, Head, open_actions
from cases.mail import Posted
from cases.negotiation import clause, waiting_for
from cases.refusals import Refused
from cases.silence import Ticked
from graph.ledger.store import Store
from lianxin.errors import HeldBack, LianxinError, LimitCrossed
from lianxin.settings import Settings
from rules.calendar import official_calendar
from rules.laws import LAWS


@dataclass(frozen=True, slots=True)
class Looked:
    """What a tick did, and which notices were mailed."""

    ticked: Ticked
    posted: Posted


def engine(ledger: Store) -> Engine:
    """The engine over a ledger."""
    return Engine(ledger, registry(), official_calendar())


def tick(over: Engine, settings: Settings, on: date, at: datetime) -> Looked:
    """Do what is due, write outcomes that waited, take up records that reappear, make the checkpoint, mail the notices.

    Raises MissingSetting.
    """
    server = mail.mail_server(settings.mail, settings.mail_from)
    outcomes.catch_up(over.ledger, over.registry)
    reappearing.look(over, on, at)
    done = silence.tick(over, on, at)
    event_log.checkpoint(over.ledger, on, at)
    posted = Posted(0, 0) if server is None else mail.post(over.ledger, server, settings.base_url or "", at)
    return Looked(done, posted)


def living(over: Engine) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """How many cases of each kind and version stand in each state."""
    found: dict[tuple[str, str], Counter[str]] = {}
    with over.ledger.reading() as connection:
        for head in over.heads(ended=False):
            first = event_log.events(connection, head.id)[0].data
            found.setdefault((first["kind"], first["version"]), Counter())[head.state] += 1
    return found


def remember_refusal(
    over: Engine, case: Case, order: Order, form: str, what: str, typed: Mapping[str, Any], error: LianxinError
) -> None:
    """Keep an act that a rule or a limit of the law refused, for whoever tried it; other errors are not kept."""
    if isinstance(error, HeldBack | LimitCrossed):
        held = Refused(case.version, order.at, form, what, error.zh, error.cure, typed)
        refusals.remember(over.ledger, case.id, _author(order.by), held)


ACT: Final = "act"


def called(case: Case, how: str, about: str) -> str:
    """What somebody does, in words. `how`: ACT, or an act of a negotiation; `about`: the action, matter or proposal."""
    if how == ACT:
        action = case.definition.action(about)
        return about if action is None else action.words.zh
    if about.isdigit() and int(about) in case.proposals:
        about = case.proposals[int(about)].matter
    matter = case.definition.matter(about)
    words = [OWN_WORDS.get(how), None if matter is None else matter.words]
    return "：".join(each.zh for each in words if each is not None) or how


def refused_to(over: Engine, case: Case, by: Actor) -> list[Refused]:
    """What was refused to somebody in a case, in order: nobody else sees it."""
    return refusals.of_account(over.ledger, case.id, _author(by))


def _author(by: Actor) -> str:
    """An account in its role: guests of the demo have a name in common."""
    return f"{by.role.value} {by.name}"


# --- as JSON ----------------------------------------------------------------------------------------------------------


def case_json(over: Engine, case: Case, by: Actor, on: date) -> dict[str, Any]:
    """A case as somebody sees it on a day: where it stands, what he may do, who is waited for until when."""
    definition = case.definition
    return {
        "id": case.id,
        "version": case.version,
        "kind": definition.kind,
        "definition": definition.version,
        "title": _words(definition.words),
        "enterprise": case.enterprise,
        "authority": case.authority,
        "state": {"name": case.state_name, **_words(case.state.words), "end": case.state.end},
        "opened": case.opened,
        "actions": [action_json(each) for each in open_actions(case, by.role)],
        "matters": [matter_json(each) for each in open_matters(case, by.role)],
        "waiting": waiting_json(readings(over.calendar, case, on)),
        "proposals": [proposal_json(case, each) for each in case.proposals.values()],
        "events": [event_json(case, each) for each in case.events],
    }


def head_json(definitions: Mapping[str, Definition], head: Head) -> dict[str, Any]:
    """A case in a list."""
    definition = definitions.get(head.kind)
    state = Words(head.state, head.state) if definition is None else definition.state_words(head.state)
    return {
        "id": head.id,
        "version": head.version,
        "kind": head.kind,
        "title": _words(Words(head.kind, head.kind) if definition is None else definition.words),
        "enterprise": head.enterprise,
        "authority": head.authority,
        "state": {
            "name": head.state,
            **_words(state),
            "end": head.ended,
        },
    }


def open_matters(case: Case, role: Role) -> list[Matter]:
    """What a role may negotiate in a case as it stands."""
    return [each for each in case.definition.matters if case.state_name in each.open_in and role in each.between]


def action_json(action: Action) -> dict[str, Any]:
    papers = action.papers
    return {
        "name": action.name,
        **_words(action.words),
        "fields": [field_json(each) for each in action.fields],
        "papers": None if papers is None else {**_words(papers.words), "least": papers.least, "most": papers.most},
    }


def matter_json(matter: Matter) -> dict[str, Any]:
    return {
        "name": matter.name,
        **_words(matter.words),
        "fields": [field_json(each) for each in matter.fields],
        "settled_by": matter.settled_by.value,
        "law": clause(matter.law),
    }


def field_json(field: Field) -> dict[str, Any]:
    """A field, from which a form is made."""
    return {
        "name": field.name,
        **_words(field.words),
        "type": field.type.value,
        "required": field.required,
        "least": field.least,
        "most": field.most,
        "options": [
            {"value": each.value, **_words(each.words), "cure": None if each.cure is None else each.cure.zh}
            for each in field.options
        ],
    }


def waiting_json(read: Sequence[Reading]) -> list[dict[str, Any]]:
    """Who is waited for, for what, until when; with the days that both sides have used."""
    return [
        {
            "clock": each.clock.name,
            **_words(each.clock.words),
            "against": each.clock.against.value,
            "due": None if each.due is None else each.due.day.isoformat(),
            "provisional": each.due is not None and each.due.provisional,
            "unit": each.clock.unit.value,
            "limit": each.limit,
            "used": each.used,
            "stood": each.stood,
            "law": clause(each.clock.days.version(each.run.started).citation),
        }
        for each in read
    ]


def proposal_json(case: Case, proposal: Proposal) -> dict[str, Any]:
    matter = case.definition.matter(proposal.matter)
    assert matter is not None
    reason = case.events[proposal.number - 1].personal.get("reason")
    return {
        "number": proposal.number,
        "matter": proposal.matter,
        **_words(matter.words),
        "by": proposal.by.value,
        "waiting_for": waiting_for(case, proposal).value,
        "values": dict(proposal.values),
        "reason": reason,
        "reply_by": proposal.reply_by.isoformat(),
        "answers": proposal.answers,
        "standing": proposal.standing.value,
        "settled": None if proposal.settled is None else dict(proposal.settled),
        "confirmed": sorted(role.value for role in proposal.confirmed),
    }


@dataclass(frozen=True, slots=True)
class KeptRules:
    """冻结的规则 A rule set as an event keeps it. `changed`: its rules, numbers or code are others today."""

    id: str
    digest: str
    changed: bool


def kept_rules(event: Event) -> list[KeptRules]:
    """The rules that an event keeps: what follows in its case is decided by them."""
    now = {each.id: each.digest for law in LAWS for each in law.rule_sets}
    kept = [(each["id"], each["digest"]) for each in event.data.get("rules", [])]
    return [KeptRules(id, digest, now.get(id) != digest) for id, digest in kept]


def event_json(case: Case, event: Event) -> dict[str, Any]:
    action = case.definition.action(event.action)
    return {
        "seq": event.seq,
        "at": event.at.isoformat() + "Z",
        "on": event.data["on"],
        "actor": event.actor,
        "role": event.role,
        "action": event.action,
        **_words(OWN_WORDS.get(event.action, Words(event.action, event.action)) if action is None else action.words),
        "to": event.data.get("to"),
        "values": event.values,
        "documents": event.data.get("documents", []),
        "due": event.data.get("due", {}),
        "rules": [{"id": each.id, "digest": each.digest, "changed": each.changed} for each in kept_rules(event)],
        "hash": event.hash,
    }


OWN_WORDS: Mapping[str, Words] = {
    "open": Words("建立案件", "opened"),
    "propose": Words("提议", "proposed"),
    "counter": Words("反提议", "counter-proposal"),
    "accept": Words("接受", "accepted"),
    "accept_part": Words("部分接受", "accepted in part"),
    "refuse": Words("不接受", "refused"),
    "withdraw": Words("撤回提议", "withdrawn"),
    "confirm": Words("确认约定", "confirmed"),
    "hand_over": Words("移交", "handed over"),
    "step": Words("提醒或告知上级", "reminder or superior"),
    "anew": Words("定期提醒", "reminder, clock starts anew"),
    "due_moved": Words("期限因日历变动", "a day has moved"),
    "calendar_task": Words("缺工作日历", "a calendar is missing"),
    "may_now": Words("到期可办，已告知", "may be done from now on"),
}


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
