"""案件 Cases: what waits for whom, a case with its forms, negotiation, opening one, its file on paper, notices.

Forms, checks and words come from the definition of a case; a form that is refused comes back as it was typed.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cases import documents, negotiation, notices
from cases.accounts import Role
from cases.case import Case
from cases.definition import Definition, Field, FieldType, Words
from cases.documents import LARGEST
from cases.engine import Done
from cases.negotiation import Answer, How, clause
from graph.identifiers import parse_day
from lianxin.clock import utc_now
from lianxin.errors import (
    BadForm,
    BadQuestion,
    LianxinError,
    NotKnown,
)
from services import case_work
from services import cases as service
from services import credit as credit_service
from services.case_work import Work
from services.credit import CreditRecord
from services.precedents import precedents
from services.preparing import may_prepare
from web.acting import actor
from web.pages import case_forms, case_room, frame
from web.pages.case_access import REFUSED, ROOM, called, case_engine, case_of, form_order, media_word, remember
from web.pages.case_forms import Refused, Typed
from web.parameters import takes
from web.security import Permission, allowed, permission, reach, takes_files
from web.state import platform
from web.visitor import visitor

SHOWN: Final = 100  # ended cases, notices
ON_HOME: Final = 5  # cases on the first page
ENTERPRISE: Final = Field("enterprise", Words("企业代码", "enterprise"), FieldType.TEXT, most=64)
AUTHORITY: Final = Field("authority", Words("认定单位（照登记的写法）", "authority"), FieldType.TEXT, most=100)
_OPEN: Final = "open"


@dataclass(frozen=True, slots=True)
class Ended:
    """A case that has ended, in a list."""

    id: int
    title: str
    state: str
    enterprise: str | None


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases", view_func=case_list)
    blueprint.add_url_rule("/cases/new/<kind>", view_func=new_case)
    blueprint.add_url_rule("/cases/new/<kind>", view_func=open_case, methods=["POST"])
    blueprint.add_url_rule("/cases/notices/read", view_func=read_notices, methods=["POST"])
    blueprint.add_url_rule("/cases/<number>", view_func=case_page)
    blueprint.add_url_rule("/cases/<number>/print", view_func=case_print)
    blueprint.add_url_rule("/cases/<number>/actions", view_func=act_in_case, methods=["POST"])
    blueprint.add_url_rule("/cases/<number>/proposals", view_func=negotiate_in_case, methods=["POST"])
    blueprint.add_url_rule("/cases/<number>/documents/<digest>", view_func=case_document)
    blueprint.app_context_processor(_context)
    blueprint.add_app_template_filter(clause, "clause")
    blueprint.add_app_template_filter(media_word, "media_word")
    blueprint.add_app_template_filter(called, "called")
    blueprint.add_app_template_filter(case_room.until, "until")


def _context() -> dict[str, Any]:
    """What other pages need to lead here."""
    return {
        "may_read_cases": allowed(Permission.CASE_READ),
        "may_oversee": allowed(Permission.REPAIR_OVERSEE),
        "cases_of_record": cases_of_record,
    }


# --- lists ------------------------------------------------------------------------------------------------------------


@takes("ended")
@permission(Permission.CASE_READ)
def case_list() -> str:
    """GET /cases?ended=: what waits for whoever asks, by the day on which it is due; what waits for others; notices."""
    reach(Permission.CASE_READ)
    ended = request.args.get("ended") == "1"
    own = visitor().account
    told = [] if own is None else notices.notices(platform().ledger, own.name, unread=True)
    return render_template(
        "cases.html",
        work=waiting(),
        role=actor().role,
        kinds=_opened_by(actor().role),
        ended=_ended() if ended else None,
        notices=told[:SHOWN],
        today=platform().today(),
    )


def waiting() -> Work:
    """What waits for whoever asks; also for the first page of the day."""
    reach(Permission.CASE_READ)
    return case_work.work(case_engine(), form_order())


def cases_of_record() -> list[Definition]:
    """The kinds of cases that whoever asks may open about a record: those that are about an enterprise and unit."""
    if not allowed(Permission.CASE_ACT):
        return []
    return [each for each in _opened_by(actor().role) if each.about_enterprise and each.about_authority]


@permission(Permission.ACCOUNT)
def read_notices() -> AnyResponse:
    """POST /cases/notices/read: the notices of one's own account, up to the newest that was shown."""
    own, made = visitor().account, platform()
    upto = request.form.get("upto", "")
    if own is not None and upto.isascii() and upto.isdigit() and len(upto) < 19:
        unread = notices.notices(made.ledger, own.name, unread=True)
        notices.read(made.ledger, own.name, [each.id for each in unread if each.id <= int(upto)], utc_now())
    return redirect(frame.go("pages.case_list"), 303)


def _ended() -> list[Ended]:
    kinds = {each.kind: each for each in case_engine().registry.kinds()}
    heads = case_engine().heads(actor(), ended=True)[:SHOWN]
    return [Ended(each.id, kinds[each.kind].words.zh, kinds[each.kind].state_words(each.state).zh, each.enterprise)
            for each in heads if each.kind in kinds]  # fmt: skip


def _opened_by(role: Role) -> list[Definition]:
    return [each for each in case_engine().registry.kinds() if role in each.opens]


# --- one case ---------------------------------------------------------------------------------------------------------


@takes("done")
@permission(Permission.CASE_READ)
def case_page(number: str) -> str:
    """GET /cases/<number>?done=: where a case stands, who is waited for until when, what may be done, what was done."""
    reach(Permission.CASE_READ)
    return _room(case_of(number, Permission.CASE_READ), None)


@permission(Permission.CASE_ACT)
@takes_files(ROOM)
def act_in_case(number: str) -> AnyResponse:
    """POST /cases/<number>/actions: action, version, token, fields, papers."""
    case = case_of(number, Permission.CASE_ACT)
    name = request.form.get("action", "")
    action = case.definition.action(name)
    given = case_forms.typed(() if action is None else action.fields)
    try:
        done = case_engine().act(case.id, name, given, form_order(case_forms.seen()), case_forms.proofs())
    except REFUSED as refused:
        remember(case, f"act-{name}", service.called(case, service.ACT, name), given, refused)
        return _again(case, f"act-{name}", given, refused)
    return _done(done)


@permission(Permission.CASE_ACT)
@takes_files(ROOM)
def negotiate_in_case(number: str) -> AnyResponse:
    """POST /cases/<number>/proposals: how, matter, proposal, version, token, fields, parts, papers; with a reason."""
    case = case_of(number, Permission.CASE_ACT)
    how, about = request.form.get("how", ""), request.form.get("proposal", "")
    name = f"{how if how in _WITH_A_FORM else 'answer'}-{about or request.form.get('matter', '')}"
    asked = _asked(case, how)
    given = case_forms.typed(asked)
    try:
        done = _negotiated(case, how, given)
    except REFUSED as refused:
        remember(case, name, service.called(case, how, about or request.form.get("matter", "")), given, refused)
        return _again(case, name, {**given, "parts": request.form.getlist("parts")}, refused)
    return _done(done)


PROPOSING: Final = frozenset({How.PROPOSE, How.COUNTER})
_WITH_A_FORM: Final = PROPOSING | {How.CONFIRM}  # of its own; all answers share one


def _asked(case: Case, how: str) -> tuple[Field, ...]:
    """The fields of a form of negotiation."""
    if how not in PROPOSING:
        return (negotiation.REASON,)
    matter = case.definition.matter(request.form.get("matter", ""))
    return (*(() if matter is None else matter.fields), negotiation.REASON, case_room.REPLY_BY)


def _negotiated(case: Case, how: str, given: Typed) -> Done:
    """Raises what the engine raises."""
    order, reason = form_order(case_forms.seen()), str(given["reason"])
    if how in PROPOSING:
        stated = {name: value for name, value in given.items() if name not in ("reason", "reply_by")}
        answers = _proposal() if how == How.COUNTER else None
        matter, by = request.form.get("matter", ""), _reply_by(str(given["reply_by"]))
        proofs = case_forms.proofs()
        return negotiation.propose(
            case_engine(), case.id, matter, stated, reason, order, reply_by=by, answers=answers, proofs=proofs
        )
    if how == How.CONFIRM:
        return negotiation.confirm(case_engine(), case.id, _proposal(), order)
    if how not in set(Answer):
        raise BadQuestion("how: press one of the buttons", "请点表单里的一个按钮")
    parts = request.form.getlist("parts") if how == Answer.ACCEPT_PART else ()
    return negotiation.answer(case_engine(), case.id, _proposal(), Answer(how), reason, order, parts=parts)


def _proposal() -> int:
    text = request.form.get("proposal", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuestion("proposal: its number", "没有写明是哪一号提议")
    return int(text)


def _reply_by(text: str) -> date | None:
    try:
        return parse_day(text) if text.strip() else None
    except ValueError as error:
        raise BadForm({"reply_by": ("should be a day like 2026-11-24", "应为日期，如 2026-11-24")}) from error


@permission(Permission.PROOF_READ)
def case_document(number: str, digest: str) -> Response:
    """GET /cases/<number>/documents/<digest>: a paper, as a file to keep and never as a page of this site."""
    case = case_of(number, Permission.PROOF_READ)
    handed = {each["digest"] for event in case.events for each in event.data.get("documents", ())}
    if digest not in handed:
        raise reach(Permission.PROOF_READ).refusal(NotKnown("document", "材料", digest[:64]))
    found, content = documents.read(platform().ledger, digest)
    name = f"lianxin-case-{case.id}-{digest[:12]}.{found.media_type.name.lower()}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/octet-stream", headers=headers)


@permission(Permission.CASE_READ)
def case_print(number: str) -> str:
    """GET /cases/<number>/print: the whole file on paper, each step with its digest."""
    case = case_of(number, Permission.CASE_READ)
    made = case_room.room(case_engine().calendar, case, actor(), platform().today(), None, acts=False)
    return render_template(
        "case_print.html",
        room=made,
        case=case,
        heading=f"{case.definition.words.zh} 第 {case.id} 号案件卷宗",
        known=_Printed(platform().today()),
        position=frame.view().position,
        back=frame.go("pages.case_page", number=case.id),
        back_words="回到案件",
    )


@dataclass(frozen=True, slots=True)
class _Printed:
    """What the sheet says of the day."""

    on: date


def _room(case: Case, refused: Refused | None) -> str:
    over, acts = case_engine(), allowed(Permission.CASE_ACT)
    tried = service.refused_to(over, case, actor())
    made = case_room.room(over.calendar, case, actor(), platform().today(), refused, acts=acts, tried=tried)
    return render_template(
        "case.html",
        room=made,
        case=case,
        role=actor().role,
        done=request.args.get("done", ""),
        largest=LARGEST // 2**20,
        prepared={each.name for each in may_prepare(case, actor().role)},
        precedents=precedents(over, case),
        may_read_papers=allowed(Permission.PROOF_READ),
        may_read_credit=allowed(Permission.CREDIT_READ),
        LONGEST=negotiation.LONGEST_WAIT,
    )


def _again(case: Case, name: str, given: Typed, error: LianxinError) -> AnyResponse:
    """The page as it is now, with the form as it was typed and what is wrong with it."""
    refused = case_forms.refusal(name, given, error)
    return make_response(_room(case_engine().case(case.id, actor()), refused), refused.status)


def _done(done: Done) -> AnyResponse:
    return redirect(url_for("pages.case_page", number=done.case.id, done=done.event.seq), 303)


# --- opening ----------------------------------------------------------------------------------------------------------


@takes("enterprise", "record")
@permission(Permission.CASE_ACT)
def new_case(kind: str) -> str:
    """GET /cases/new/<kind>?enterprise=&record=: the form, filled with what the register says of a record."""
    reach(Permission.CASE_ACT)
    definition = _definition(kind)
    enterprise, record = request.args.get("enterprise", ""), request.args.get("record", "")
    known: Typed = {ENTERPRISE.name: enterprise} if enterprise else {}
    if enterprise and record:
        known = {**known, **_of_record(definition, enterprise, record)}
    return _new(definition, known, None)


@permission(Permission.CASE_ACT)
def open_case(kind: str) -> AnyResponse:
    """POST /cases/new/<kind>: token, fields. A refused form comes back as it was typed."""
    reach(Permission.CASE_ACT)
    definition = _definition(kind)
    given, parties = case_forms.typed(definition.fields), case_forms.typed((ENTERPRISE, AUTHORITY))
    enterprise, authority = (str(parties[each.name]).strip() or None for each in (ENTERPRISE, AUTHORITY))
    try:
        done = case_engine().open(definition.kind, given, form_order(), enterprise=enterprise, authority=authority)
    except (*REFUSED, NotKnown) as refused:
        back = case_forms.refusal(_OPEN, {**given, **parties}, refused)
        return make_response(_new(definition, {}, back), back.status)
    return _done(done)


def _definition(kind: str) -> Definition:
    """The newest of a kind, where whoever asks may open one. Raises NotKnown, OutOfScope."""
    found = next((each for each in case_engine().registry.kinds() if each.kind == kind), None)
    if found is None:
        raise reach(Permission.CASE_ACT).refusal(NotKnown("kind of case", "事项", kind[:64]))
    return found


def _about(definition: Definition) -> tuple[Field, ...]:
    """Whom a new case is about, as far as whoever opens it has to say."""
    by = actor()
    enterprise = (ENTERPRISE,) if definition.about_enterprise and by.enterprise is None else ()
    own = by.authorities is not None and len(by.authorities) == 1
    return (*enterprise, *((AUTHORITY,) if definition.about_authority and not own else ()))


def _of_record(definition: Definition, enterprise: str, record: str) -> Typed:
    """What the register says of a record, as far as the definition asks for it. Raises NotKnown, OutOfScope."""
    mine = reach(Permission.CREDIT_READ)
    known = credit_service.credit(frame.view(), enterprise, platform().today(), mine)
    found = credit_service.record_of(known, record, mine)
    values = {AUTHORITY.name: found.authority, "record": found.id, **_facts(found)}
    asked = {each.name: each for each in (*definition.fields, AUTHORITY)}
    return {name: case_room.as_typed(asked[name], value) for name, value in values.items() if name in asked}


def _facts(found: CreditRecord) -> dict[str, Any]:
    if found.facts is None:
        return {}
    stated = {each.name: getattr(found.facts, each.name) for each in fields(found.facts)}
    return {name: value for name, value in stated.items() if value not in (None, frozenset())}


def _new(definition: Definition, known: Typed, refused: Refused | None) -> str:
    asked = (*_about(definition), *definition.fields)
    wanted = [each for each in asked if each.required or known.get(each.name)]
    made = case_forms.form(_OPEN, definition.words, asked, refused, known=known)
    first = {each.name for each in wanted}
    return render_template(
        "case_new.html",
        definition=definition,
        form=made,
        first=[each for each in made.inputs if each.field.name in first or each.typed],
        more=[each for each in made.inputs if each.field.name not in first and not each.typed],
        may=actor().role in definition.opens,
        refused=made.refused,
    )
