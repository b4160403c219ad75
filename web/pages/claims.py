"""企业自述 What an enterprise says of its records: taken down with proofs, shown as said, taken back at a click."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, g, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from cases import documents
from cases.accounts import ROLE_NAMES, Role
from cases.claims import MOST_PROOFS, Claim, ClaimedFact
from cases.documents import LARGEST, Proof
from lianxin.errors import BadDocument, BadQuestion, NotKnown
from services import claims as claim_service
from services import credit as credit_service
from services.claims import RecordClaims
from services.credit import Credit, CreditRecord
from web.pages import credit as credit_pages
from web.pages import frame
from web.security import Permission, allowed, permission, reach, takes_files
from web.state import platform
from web.visitor import visitor

FORM_ROOM: Final = 1024 * 1024  # bytes of a form beside its files
WHAT_IF: Final = {ClaimedFact.DUTIES_DONE: "done", ClaimedFact.COMMITMENT: "commit"}
"""Claimed fact → the parameter of 如果…… that asks for it."""


@dataclass(frozen=True, slots=True)
class SaidOfRecord:
    """What the fragment shows of one record. `sentence`: what the rules would say; `what_if`: where it is shown."""

    claims: Sequence[Claim]
    said: RecordClaims | None
    what_if: str


@dataclass(frozen=True, slots=True)
class RefusedClaim:
    """What was typed into a form that was refused, and why. Its files are gone: a browser does not send them again."""

    fact: str
    day: str
    why: str


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/enterprises/<key>/claims", view_func=say_claim, methods=["POST"])
    blueprint.add_url_rule("/enterprises/<key>/claims/<number>/withdraw", view_func=withdraw_claim, methods=["POST"])
    blueprint.add_url_rule("/enterprises/<key>/claims/<number>/<digest>", view_func=claim_document)
    blueprint.app_context_processor(_context)
    blueprint.add_app_template_filter(said_by, "said_by")
    blueprint.add_app_template_filter(said_how, "said_how")


def _context() -> dict[str, Any]:
    """What the fragment needs wherever it is included."""
    return {
        "claims_of": claims_of,
        "all_claims": all_claims,
        "claimable": list(ClaimedFact),
        "most_proofs": MOST_PROOFS,
        "may_claim": allowed(Permission.CLAIM_WRITE),
        "claims_itself": visitor().role is Role.ENTERPRISE,
        "may_read_proofs": allowed(Permission.PROOF_READ),
        "today": platform().today(),
        "refused_claim": g.get("refused_claim"),
    }


def claims_of(known: Credit, record: CreditRecord) -> SaidOfRecord:
    """What is said of a record, for its page."""
    found = claim_service.claimed(platform().ledger, frame.view(), known).get(record.id)
    if found is None:
        return SaidOfRecord((), None, "")
    days = {WHAT_IF[fact]: claim.day.isoformat() for fact, claim in found.as_said.items()}
    address = frame.go("pages.credit_record", key=known.ref.key, record=record.id, **days)
    return SaidOfRecord(found.claims, found, f"{address}#if")


def all_claims(known: Credit) -> Mapping[str, RecordClaims]:
    """What is said of every record of an enterprise, for the page of all of them."""
    return claim_service.claimed(platform().ledger, frame.view(), known)


def said_by(signature: str) -> str:
    """Who said so, as people call the role: the account that stands behind it is for the auditor."""
    role = signature.partition(" ")[0]
    return ROLE_NAMES[Role(role)] if role in set(Role) else role


def said_how(claim: Claim) -> str:
    """Who wrote down what an enterprise says: itself, or an officer for it."""
    return "企业自己填报" if claim.by_itself else f"{said_by(claim.said_by)}代录"


@permission(Permission.CLAIM_WRITE)
@takes_files(MOST_PROOFS * LARGEST + FORM_ROOM)
def say_claim(key: str) -> AnyResponse:
    """POST /enterprises/<key>/claims: record, fact, day, up to three proofs. A refused form comes back as typed."""
    record = request.form.get("record", "").strip()
    try:
        claim_service.say(
            platform().ledger,
            frame.view(),
            key,
            record,
            _fact(),
            _day(),
            said_by=visitor().signature,
            today=platform().today(),
            proofs=_proofs(),
            reach=reach(Permission.CLAIM_WRITE),
        )
    except (BadQuestion, BadDocument) as refused:
        if not _is_theirs(key, record):
            raise  # there is no page of it to go back to
        g.refused_claim = RefusedClaim(request.form.get("fact", ""), request.form.get("day", ""), refused.zh)
        return make_response(credit_pages.credit_record(key, record), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(_back(key, record), 303)


def _is_theirs(key: str, record: str) -> bool:
    known = credit_service.credit(frame.view(), key, frame.asked_day(), reach(Permission.CLAIM_WRITE))
    return known.ref.key == key and known.record(record) is not None


@permission(Permission.CLAIM_WRITE)
def withdraw_claim(key: str, number: str) -> AnyResponse:
    """POST /enterprises/<key>/claims/<number>/withdraw"""
    made = platform()
    taken = claim_service.withdraw(
        made.ledger,
        frame.view(),
        key,
        _number(number),
        said_by=visitor().signature,
        today=made.today(),
        reach=reach(Permission.CLAIM_WRITE),
    )
    return redirect(_back(key, f"{taken.record.type}/{taken.record.key}"), 303)


@permission(Permission.PROOF_READ)
def claim_document(key: str, number: str, digest: str) -> Response:
    """GET /enterprises/<key>/claims/<number>/<digest>: a proof, as a file to keep and never as a page of this site."""
    known = credit_service.credit(frame.view(), key, platform().today(), reach(Permission.PROOF_READ))
    said = claim_service.claimed(platform().ledger, frame.view(), known)
    claims = (claim for each in said.values() for claim in each.claims if claim.id == _number(number))
    if not any(document.digest == digest for claim in claims for document in claim.documents):
        raise reach(Permission.PROOF_READ).refusal(NotKnown("document", "材料", digest[:64]))
    found, content = documents.read(platform().ledger, digest)
    suffix = found.media_type.name.lower()
    headers = {"Content-Disposition": f'attachment; filename="lianxin-proof-{digest[:12]}.{suffix}"'}
    return Response(content, mimetype="application/octet-stream", headers=headers)


def _back(key: str, record: str) -> str:
    return f"{frame.go('pages.credit_record', key=key, record=record)}#claims"


def _fact() -> ClaimedFact:
    given = request.form.get("fact", "")
    try:
        return ClaimedFact(given)
    except ValueError as error:
        known = "、".join(each.chinese for each in ClaimedFact)
        raise BadQuestion(f"fact: one of {', '.join(ClaimedFact)}", f"请选择办完了哪一件：{known}") from error


def _day() -> date:
    return frame.read_day(request.form.get("day", "").strip(), "day", "办完的日子")


def _proofs() -> list[Proof]:
    files = (each for each in request.files.getlist("proof") if each.filename)
    return [Proof(each.filename or "", each.read()) for each in files]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotKnown("claim", "自述", text[:20])
    return int(text)
