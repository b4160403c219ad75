"""The engine 案件引擎: whoever does something in a case does it here, in one transaction that holds the write lock.

Each act says on which version of the case it was decided and may carry an idempotency key, which is stored with the
event: sent twice, it is done once. What is refused changes nothing.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from cases import accounts, documents, event_log, forms, notices, outcomes
from cases.accounts import OPERATOR, ROLE_NAMES, Role
from cases.actor import Actor, Order
from cases.case import PLATFORM, Case, Event, Own, after, fold
from cases.clock import told
from cases.definition import Action, Back, Definition, Papers, Refusal, Words
from cases.definitions import Registry
from cases.documents import Proof
from cases.event_log import Entry
from graph.ledger.commit import insert_row
from graph.ledger.schema import case_event, case_file, case_head, case_key, record
from graph.ledger.store import Store
from lianxin.errors import BadForm, BadQuestion, HeldBack, IllegalAction, KeyReused, NotKnown, OutOfScope, StaleVersion
from rules.calendar import WorkingDays

LONGEST_KEY: Final = 200  # characters
OVERSEERS: Final = frozenset({Role.LEAD_DEPARTMENT, Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: the event, the case after it; `again` where it had been done before under the same key."""

    case: Case
    event: Event
    again: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act adds: the event's action and data, what may be erased, the documents, and who is told."""

    action: str
    data: Mapping[str, Any]
    personal: Mapping[str, Any] = field(default_factory=dict)
    proofs: Sequence[Proof] = ()
    tell: Mapping[Role, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a case stands, as a list shows it."""

    id: int
    kind: str
    enterprise: str | None
    authority: str | None
    version: int
    state: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Engine:
    """案件引擎 Over one ledger, with the definitions and the calendar of working days."""

    ledger: Store
    registry: Registry
    calendar: WorkingDays

    # --- asking -------------------------------------------------------------------------------------------------------

    def case(self, number: int, by: Actor | None = None) -> Case:
        """A case as it stands. `by`: who asks; None for the platform itself.

        Raises NotKnown; for somebody with limits OutOfScope, whether there is one or not.
        """
        try:
            with self.ledger.reading() as connection:
                found = self.folded(connection, number)
        except NotKnown as unknown:
            raise unknown if by is None else by.reach.refusal(unknown) from None
        if by is not None:
            _check_reach(found, by)
        return found

    def heads(self, by: Actor | None = None, *, ended: bool | None = None) -> list[Head]:
        """The cases that somebody reaches, the newest first; `ended`: only those that have ended, or have not."""
        query = select(case_file, case_head.c.seq, case_head.c.state, case_head.c.ended).join(
            case_head, case_head.c.case == case_file.c.id
        )
        if ended is not None:
            query = query.where(case_head.c.ended.is_(ended))
        with self.ledger.reading() as connection:
            found = [
                Head(row.id, row.kind, row.enterprise, row.authority, row.seq, row.state, row.ended)
                for row in connection.execute(query.order_by(case_file.c.id.desc()))
            ]
        if by is None:
            return found
        kinds = {each.kind for each in self.registry.kinds() if _takes_part(each, by.role)}
        overseer = by.role in OVERSEERS
        reached = (each for each in found if overseer or each.kind in kinds)
        return [each for each in reached if by.reaches(each.enterprise, each.authority)]

    def folded(self, connection: Connection, number: int) -> Case:
        """A case in a transaction. Raises NotKnown."""
        found = event_log.events(connection, number)
        return fold(self.registry.of(found[0].data["kind"], found[0].data["version"]), found)

    # --- opening ------------------------------------------------------------------------------------------------------

    def open(
        self,
        kind: str,
        values: Mapping[str, Any],
        order: Order,
        *,
        enterprise: str | None = None,
        authority: str | None = None,
        proofs: Sequence[Proof] = (),
    ) -> Done:
        """Open a case. Raises NotKnown, IllegalAction, BadForm, BadQuestion, BadDocument, OutOfScope, KeyReused."""
        definition = self.registry.newest(kind)
        request = [Own.OPEN, kind, dict(values), enterprise, authority, digests(proofs)]
        enterprise, authority = _parties(definition, order.by, enterprise, authority)
        if order.by.role not in definition.opens:
            raise _not_yours(definition, order.by.role, definition.opens)
        stay, personal = forms.read(definition.fields, values)
        data: dict[str, Any] = {
            "on": order.on.isoformat(),
            "kind": kind,
            "version": definition.version,
            "to": definition.first,
        }
        data |= {"values": stay, "enterprise": enterprise, "authority": authority}
        with self.ledger.changing() as connection:
            if (before := self._before(connection, order, request)) is not None:
                return before
            _check_enterprise(connection, enterprise)
            number = event_log.new_file(connection, kind, enterprise, authority, order.at)
            tell = told_of(definition, Own.OPEN)
            plan = Plan(Own.OPEN, data, personal, proofs, tell)
            return self._append(connection, number, None, plan, order, definition, request)

    # --- acting -------------------------------------------------------------------------------------------------------

    def act(
        self, number: int, action: str, values: Mapping[str, Any], order: Order, proofs: Sequence[Proof] = ()
    ) -> Done:
        """Do an action of the definition.

        Raises IllegalAction, StaleVersion, BadForm, BadDocument, NotKnown, OutOfScope, KeyReused.
        """

        def plan(connection: Connection, case: Case) -> Plan:
            found = _open_action(case, action)
            self.check_role(connection, case, order, found.who)
            stay, personal = forms.read(found.fields, values)
            check_papers(found.papers, proofs)
            check_guards(case, found, {**stay, **personal}, order.on)
            data = {"values": stay, **_target(case, found), **_of_materials(proofs)}
            data |= _frozen(case, found, {**stay, **personal}, order.on)
            return Plan(action, data, personal, proofs, told_of(case.definition, action))

        return self.do(number, [action, dict(values), digests(proofs)], order, plan)

    def hand_over(self, number: int, role: Role, account: str, order: Order) -> Done:
        """Lay what a role has to do in a case into the hands of one account. Its own role may, and the administrator.

        Raises IllegalAction, BadQuestion, StaleVersion, NotKnown, OutOfScope.
        """

        def plan(connection: Connection, case: Case) -> Plan:
            if order.by.role is not Role.ADMINISTRATOR:
                self.check_role(connection, case, order, frozenset({role}))
            to = accounts.known(connection, account)
            if to.role is not role or to.disabled_at or not Actor.of(to).reaches(case.enterprise, case.authority):
                raise BadQuestion(
                    f"{to.name} cannot take this case over: it needs an account of the role {role} that reaches it",
                    f"{to.name} 不能接手这个案件：要由能办这个案件的“{ROLE_NAMES[role]}”账户接手",
                )
            words = Words("这个案件已移交给您", "this case was handed over to you")
            return Plan(Own.HAND_OVER, {"of": role.value, "account": to.name}, tell={role: words})

        return self.do(number, [Own.HAND_OVER, role.value, account], order, plan)

    def do(self, number: int, request: Any, order: Order, plan: Callable[[Connection, Case], Plan]) -> Done:
        """One act: done before under its key, else planned on the case as it stands under the write lock, and appended.

        `request`: what is asked for, to tell an act that comes twice from another one under the same key.
        """
        with self.ledger.changing() as connection:
            request = [number, request]
            if (before := self._before(connection, order, request)) is not None:
                return before
            try:
                case = self.folded(connection, number)
            except NotKnown as unknown:
                raise order.by.reach.refusal(unknown) from None
            _check_reach(case, order.by)
            if order.seen != case.version:
                raise StaleVersion(number, order.seen or 0, case.version)
            return self._append(connection, number, case, plan(connection, case), order, case.definition, request)

    def by_platform(self, connection: Connection, case: Case, plan: Plan, order: Order) -> Done:
        """What a clock does, in a transaction that holds the write lock."""
        return self._append(connection, case.id, case, plan, order, case.definition, None)

    # --- one event ----------------------------------------------------------------------------------------------------

    def _append(
        self, connection: Connection, number: int, case: Case | None, plan: Plan, order: Order,
        definition: Definition, request: Any,
    ) -> Done:  # fmt: skip
        kept = [documents.keep(connection, proof) for proof in plan.proofs]
        role = order.by.role.value if request is not None else PLATFORM
        actor = order.by.name if request is not None else PLATFORM
        data = {"on": order.on.isoformat(), **plan.data}
        entry = Entry(order.at, actor, role, plan.action, data, plan.personal, kept)
        data |= self._due(number, case, entry, definition)
        last = None if case is None else case.events[-1]
        row, event = event_log.append(connection, number, last, replace(entry, data=data))
        made = fold(definition, [event]) if case is None else after(case, event)
        event_log.set_head(connection, event, made.state_name, ended=made.state.end)
        if request is not None and order.key is not None:
            values = {"actor": actor, "key": order.key, "request": event_log.digest(request)}
            insert_row(connection, case_key, **values, event=row)
        for to, words in plan.tell.items():
            notices.tell(connection, row, event, notices.in_charge(connection, made, to), words)
        outcomes.write(connection, made, event)
        return Done(made, event)

    def _due(self, number: int, case: Case | None, entry: Entry, definition: Definition) -> dict[str, Any]:
        """The last days that an event tells: of the clocks that it starts or lets run on."""
        seq = 1 if case is None else case.version + 1
        probe = Event(number, seq, entry.at, entry.actor, entry.role, entry.action, entry.data, entry.personal, "")
        made = fold(definition, [probe]) if case is None else after(case, probe)
        due = {name: day for name, day in told(self.calendar, made, probe.on).items() if not made.runs[name].told}
        return {"due": due} if due else {}

    def _before(self, connection: Connection, order: Order, request: Any) -> Done | None:
        """What was done under the same key. Raises KeyReused, BadQuestion."""
        if order.key is None:
            return None
        if not 0 < len(order.key) <= LONGEST_KEY or not order.key.isprintable():
            raise BadQuestion(
                f"an idempotency key has 1 to {LONGEST_KEY} printable characters",
                f"幂等键要有 1 到 {LONGEST_KEY} 个可见字符",
            )
        wanted = (case_key.c.actor == order.by.name) & (case_key.c.key == order.key)
        query = select(case_key.c.request, case_event.c["case"], case_event.c.seq).join(
            case_event, case_event.c.id == case_key.c.event
        )
        found = connection.execute(query.where(wanted)).first()
        if found is None:
            return None
        if found.request != event_log.digest(request):
            raise KeyReused(order.key)
        case = self.folded(connection, found._mapping["case"])
        return Done(case, case.events[found.seq - 1], again=True)

    # --- who may ------------------------------------------------------------------------------------------------------

    def check_role(self, connection: Connection, case: Case, order: Order, who: frozenset[Role]) -> None:
        """Whether the role may, and the case is in these hands. Raises IllegalAction."""
        by = order.by
        if by.role not in who:
            raise _not_yours(case.definition, by.role, who)
        holder = case.holders.get(by.role)
        if holder in (None, by.name) or by.name == OPERATOR:
            return
        assert holder is not None
        deputy = notices.contact_in(connection, accounts.known(connection, holder)).deputy_on(order.on)
        if deputy != by.name:
            raise IllegalAction(
                f"this case is in the hands of {holder}; ask for it to be handed over",
                f"这个案件由 {holder} 经办；要办，请先移交",
            )


def digests(proofs: Sequence[Proof]) -> list[str]:
    """SHA-256 of each, as an act is told from another under one key."""
    return [hashlib.sha256(each.content).hexdigest() for each in proofs]


def _of_materials(proofs: Sequence[Proof]) -> dict[str, Any]:
    """Which papers stand for which material."""
    named = [(each.material, digest) for each, digest in zip(proofs, digests(proofs), strict=True) if each.material]
    found = {name: [digest for of, digest in named if of == name] for name, _ in named}
    return {"materials": found} if found else {}


def _frozen(case: Case, action: Action, values: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The rules that the event keeps."""
    rules = [] if action.freezes is None else action.freezes(case, values, on)
    return {"rules": list(rules)} if rules else {}


# --- what is refused --------------------------------------------------------------------------------------------------


def _check_reach(case: Case, by: Actor) -> None:
    if not (_takes_part(case.definition, by.role) and by.reaches(case.enterprise, case.authority)):
        raise OutOfScope


def _takes_part(definition: Definition, role: Role) -> bool:
    """Whether a role sees cases of a kind: those that take part in it, and those that oversee all."""
    return role in OVERSEERS or any(each.role is role for each in definition.parts)


def _parties(
    definition: Definition, by: Actor, enterprise: str | None, authority: str | None
) -> tuple[str | None, str | None]:
    """The enterprise and the authority that a new case is about; whoever has one of his own need not name it.

    Raises BadForm, OutOfScope.
    """
    enterprise = enterprise or (by.enterprise if definition.about_enterprise else None)
    if authority is None and definition.about_authority and by.authorities is not None and len(by.authorities) == 1:
        (authority,) = by.authorities
    problems = {}
    for name, given, wanted in (
        ("enterprise", enterprise, definition.about_enterprise),
        ("authority", authority, definition.about_authority),
    ):
        if wanted and not given:
            problems[name] = ("must be given", "必须填写")
        if given and not wanted:
            problems[name] = ("is not asked for here", "这里没有这一项")
    if problems:
        raise BadForm(problems)
    if not by.reaches(enterprise, authority):
        raise OutOfScope
    return enterprise, authority


def _check_enterprise(connection: Connection, key: str | None) -> None:
    wanted = (record.c.type == "Enterprise") & (record.c.key == key)
    if key is not None and connection.execute(select(record.c.id).where(wanted)).first() is None:
        raise NotKnown("enterprise", "企业", key[:64])


def _not_yours(definition: Definition, role: Role, who: frozenset[Role]) -> IllegalAction:
    may = [each for each in Role if each in who]
    zh = "、".join(definition.part(each).zh for each in may) or "平台"
    en = ", ".join(each.value for each in may) or "the platform"
    return IllegalAction(
        f"this is done by {en}, not by {role.value}", f"这一步由{zh}办理，“{ROLE_NAMES[role]}”不能代办"
    )


def _open_action(case: Case, name: str) -> Action:
    found = case.definition.action(name)
    if found is None or case.state_name not in found.sources:
        can = "、".join(each.words.zh for each in open_actions(case)) or "无"
        can_en = ", ".join(each.name for each in open_actions(case)) or "nothing"
        said = f"“{found.words.zh}”" if found else f"“{name[:40]}”这个动作"
        raise IllegalAction(
            f'in the state "{case.state.words.en}" there is no {name[:40]}; open now: {can_en}',
            f"案件在“{case.state.words.zh}”状态，不能办{said}；现在可以办：{can}",
        )
    return found


def open_actions(case: Case, role: Role | None = None) -> list[Action]:
    """What may be done in a case as it stands, by a role or by anybody."""
    found = [each for each in case.definition.actions if case.state_name in each.sources and each.who]
    return [each for each in found if role is None or role in each.who]


def check_guards(case: Case, action: Action, values: Mapping[str, Any], on: date) -> None:
    """Raises HeldBack in the words of the first guard that holds the action back."""
    for guard in action.guards:
        refusal = guard(case, values, on)
        if refusal is not None:
            raise HeldBack(*_with_clause(refusal), "" if refusal.cure is None else refusal.cure.zh)


def _with_clause(refusal: Refusal) -> tuple[str, str]:
    if refusal.clause is None:
        return refusal.words.en, refusal.words.zh
    clause = refusal.clause
    named = f"{clause.text.title} {clause.place}（{clause.mark.chinese}）"
    return f"{refusal.words.en} ({named})", f"{refusal.words.zh}（依据：{named}）"


def check_papers(papers: Papers | None, proofs: Sequence[Proof]) -> None:
    """Raises BadForm where they are too few or too many."""
    least, most = (0, 0) if papers is None else (papers.least, papers.most)
    if not least <= len(proofs) <= most:
        said = (
            f"{len(proofs)} files; from {least} to {most} are taken",
            f"有 {len(proofs)} 份；应为 {least} 到 {most} 份",
        )
        raise BadForm({"papers": said})


def _target(case: Case, action: Action) -> dict[str, str]:
    if action.target is None:
        return {}
    return {"to": case.came_from if isinstance(action.target, Back) else action.target}


def told_of(definition: Definition, action: str) -> dict[Role, Words]:
    """Who is told of an action, in which words."""
    return {role: each.words for each in definition.notices if each.action == action for role in sorted(each.to)}
