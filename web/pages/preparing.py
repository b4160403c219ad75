"""准备申请 Preparing an action: one question at a time, each answer saved at once; then papers, and what is missing.

Which questions there are, the definition of the case says; a question that the register answers is not asked.
"""

from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cases import drafts, forms
from cases.case import Case
from cases.definition import Material
from cases.documents import LARGEST
from lianxin.clock import utc_now
from lianxin.errors import BadForm, BadQuestion, LianxinError, NotKnown
from services import application_package, preparing
from services.application_package import About
from services.notices import DOCX
from services.preparing import Preparation, Question
from web.acting import actor
from web.pages import case_forms, case_room, frame
from web.pages.case_access import REFUSED, ROOM, called, case_engine, case_of, form_order, remember
from web.pages.case_forms import Form, Refused
from web.parameters import takes
from web.security import Permission, permission, takes_files
from web.state import platform

ZIP: Final = "application/zip"
_QUESTION: Final = "ask"
_PAPERS: Final = "papers"
_LAST: Final = "last"


def register(blueprint: Blueprint) -> None:
    base = "/cases/<number>/prepare/<action>"
    blueprint.add_url_rule(base, view_func=prepare_page)
    blueprint.add_url_rule(f"{base}/answer", view_func=save_answer, methods=["POST"])
    blueprint.add_url_rule(f"{base}/papers", view_func=hand_in_paper, methods=["POST"])
    blueprint.add_url_rule(f"{base}/papers/remove", view_func=take_out_paper, methods=["POST"])
    blueprint.add_url_rule(f"{base}/letters/<material>", view_func=letter)
    blueprint.add_url_rule(f"{base}/package", view_func=package)
    blueprint.add_url_rule(f"{base}/done", view_func=send_prepared, methods=["POST"])
    blueprint.add_app_template_filter(forms.shown, "shown_of")


@takes("ask")
@permission(Permission.CASE_ACT)
def prepare_page(number: str, action: str) -> str:
    """GET /cases/<number>/prepare/<action>?ask=: the question that is asked for, else the first open one, else all."""
    case = case_of(number, Permission.CASE_ACT)
    return _page(case, _prepared(case, action), request.args.get("ask", ""), None)


@permission(Permission.CASE_ACT)
def save_answer(number: str, action: str) -> AnyResponse:
    """POST /cases/<number>/prepare/<action>/answer: field, its value or blank; saved, and on to the next question."""
    case = case_of(number, Permission.CASE_ACT)
    made = _prepared(case, action)
    asked = _question(made, request.form.get("field", ""))
    given = case_forms.typed((asked.field,))
    try:
        stay, personal = forms.read((asked.field,), given)
    except BadForm as refused:
        back = case_forms.refusal(_QUESTION, given, refused)
        return make_response(_page(case, made, asked.field.name, back), back.status)
    value = {**stay, **personal}.get(asked.field.name)
    drafts.answer(platform().ledger, made.draft, asked.field.name, value, actor().name, utc_now())
    return redirect(_address(case, action), 303)


@permission(Permission.CASE_ACT)
@takes_files(ROOM)
def hand_in_paper(number: str, action: str) -> AnyResponse:
    """POST /cases/<number>/prepare/<action>/papers: material, papers; saved."""
    case = case_of(number, Permission.CASE_ACT)
    made = _prepared(case, action)
    material = _material(made, request.form.get("material", ""))
    try:
        drafts.add_papers(platform().ledger, made.draft, material.name, case_forms.proofs(), utc_now())
    except REFUSED as refused:
        return _again(case, made, f"{_PAPERS}-{material.name}", refused)
    return redirect(f"{_address(case, action)}#papers", 303)


@permission(Permission.CASE_ACT)
def take_out_paper(number: str, action: str) -> AnyResponse:
    """POST /cases/<number>/prepare/<action>/papers/remove: material, digest."""
    case = case_of(number, Permission.CASE_ACT)
    made = _prepared(case, action)
    material, digest = request.form.get("material", ""), request.form.get("digest", "")
    drafts.remove_paper(platform().ledger, made.draft, material, digest)
    return redirect(f"{_address(case, action)}#papers", 303)


@permission(Permission.CASE_ACT)
def letter(number: str, action: str, material: str) -> Response:
    """GET /cases/<number>/prepare/<action>/letters/<material>: a letter to be signed, as a Word document."""
    case = case_of(number, Permission.CASE_ACT)
    found = _material(_prepared(case, action), material)
    if not found.letter:
        raise NotKnown("letter", "可以下载的文书", material[:40])
    return _file(
        application_package.letter_docx(_about(case), found), DOCX, f"lianxin-case-{case.id}-{found.name}.docx"
    )


@permission(Permission.CASE_ACT)
def package(number: str, action: str) -> Response:
    """GET /cases/<number>/prepare/<action>/package: form, papers and their digests, as one ZIP."""
    case = case_of(number, Permission.CASE_ACT)
    made = application_package.package(platform().ledger, _about(case), _prepared(case, action))
    return _file(made, ZIP, f"lianxin-case-{case.id}-{action}.zip")


@permission(Permission.CASE_ACT)
def send_prepared(number: str, action: str) -> AnyResponse:
    """POST /cases/<number>/prepare/<action>/done: version, token, the last fields; what was prepared is done."""
    case = case_of(number, Permission.CASE_ACT)
    if _was_sent(case, action):
        return redirect(url_for("pages.case_page", number=case.id, done=case.version), 303)
    made = _prepared(case, action)
    given = case_forms.typed(made.last)
    try:
        _check_complete(made)
        proofs = drafts.proofs(platform().ledger, made.handed)
        done = case_engine().act(case.id, action, {**made.values, **given}, form_order(case_forms.seen()), proofs)
    except REFUSED as refused:
        return _again(case_engine().case(case.id, actor()), made, _LAST, refused)
    drafts.discard(platform().ledger, made.draft)
    return redirect(url_for("pages.case_page", number=case.id, done=done.event.seq), 303)


# --- small things -----------------------------------------------------------------------------------------------------


def _prepared(case: Case, action: str) -> Preparation:
    """Raises IllegalAction."""
    made = platform()
    return preparing.prepare(made.ledger, frame.view(), case, actor().role, action, made.today())


def _page(case: Case, made: Preparation, ask: str, refused: Refused | None) -> str:
    asked = next((each for each in made.questions if each.field.name == ask), None) or made.next
    sheets = [
        case_forms.form(f"{_PAPERS}-{each.material.name}", each.material.words, (), refused) for each in made.papers
    ]
    return render_template(
        "prepare.html",
        case=case,
        made=made,
        asked=asked,
        question=None if asked is None else _question_form(made, asked, refused),
        before=_before(made, asked),
        place=0 if asked is None else made.questions.index(asked) + 1,
        papers=list(zip(made.papers, sheets, strict=True)),
        last=case_forms.form(_LAST, made.action.words, made.last, refused),
        refused=refused,
        largest=LARGEST // 2**20,
        holding=application_package.HOLDING_ZH,
    )


def _question_form(made: Preparation, asked: Question, refused: Refused | None) -> Form:
    """The question; that it may be left open is said once below it."""
    field, value = replace(asked.field, required=True), asked.value
    known = {} if value is None else {field.name: case_room.as_typed(field, value)}
    return case_forms.form(_QUESTION, made.action.words, (field,), refused, known=known)


def _before(made: Preparation, asked: Question | None) -> Question | None:
    """The question before the one that is shown; before the end, the last."""
    place = len(made.questions) if asked is None else made.questions.index(asked)
    return made.questions[place - 1] if place else None


def _again(case: Case, made: Preparation, form: str, error: LianxinError) -> AnyResponse:
    given = case_forms.typed(made.last)
    remember(case, form, made.action.words.zh, given, error)
    refused = case_forms.refusal(form, given, error)
    return make_response(_page(case, _prepared(case, made.action.name), "", refused), refused.status)


def _was_sent(case: Case, action: str) -> bool:
    """Whether this very form was sent a moment ago: a button is pressed twice."""
    last = case.events[-1]
    return (last.action, last.actor, last.seq) == (action, actor().name, (case_forms.seen() or 0) + 1)


def _check_complete(made: Preparation) -> None:
    """Raises BadQuestion while something is missing."""
    if not made.complete:
        missing = [each.field.words.zh for each in made.open] + [each.material.words.zh for each in made.missing]
        said = "、".join(missing) or made.held
        raise BadQuestion(f"not complete yet: {said}", f"还不齐：{said}")


def _question(made: Preparation, name: str) -> Question:
    found = next((each for each in made.questions if each.field.name == name), None)
    if found is None:
        raise NotKnown("question", "要问的问题", name[:40])
    return found


def _material(made: Preparation, name: str) -> Material:
    found = next((each.material for each in made.papers if each.material.name == name), None)
    if found is None:
        raise NotKnown("material", "要交的材料", name[:40])
    return found


def _address(case: Case, action: str, ask: str = "") -> str:
    return url_for("pages.prepare_page", number=case.id, action=action, ask=ask or None)


def _about(case: Case) -> About:
    return About(case, called(case.enterprise), platform().today())


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
