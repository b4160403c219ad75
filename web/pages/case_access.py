"""What the pages of cases share: the case that is asked for, the engine, and an act as a form asks for it."""

from typing import Final

from flask import request

from cases.actor import Order
from cases.case import Case
from cases.documents import MediaType
from cases.engine import Engine
from graph.ontology import Ref
from lianxin.clock import utc_now
from lianxin.errors import BadDocument, BadQuestion, CaseError, LianxinError, NotKnown
from services import cases as service
from web.acting import actor
from web.pages import frame
from web.pages.case_forms import Typed
from web.security import Permission, reach
from web.state import platform

REFUSED: Final = (CaseError, BadQuestion, BadDocument)  # what a form comes back with
ROOM: Final = 16 * 1024 * 1024  # bytes of a form with its files: three of the largest
_NOT_KNOWN: Final = "案件"


def case_of(number: str, needed: Permission) -> Case:
    """The case that an address names. Raises NotKnown; for whoever has limits OutOfScope, be there one or not."""
    mine = reach(needed)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise mine.refusal(NotKnown("case", _NOT_KNOWN, number[:20]))
    return case_engine().case(int(number), actor())


def called(key: str | None) -> str:
    """What an enterprise is called; its code where no register names it."""
    if key is None:
        return ""
    handle = frame.view().handle(Ref("Enterprise", key))
    return key if handle is None else frame.view().entity(handle).name


def media_word(text: str) -> str:
    """What a paper is, as people call it."""
    return MediaType(text).chinese


def case_engine() -> Engine:
    """The engine over the ledger that is served."""
    return service.engine(platform().ledger)


def form_order(seen: int | None = None) -> Order:
    """An act of whoever asks, under the token that was drawn with the form."""
    return Order(actor(), platform().today(), utc_now(), seen, request.form.get("token") or None)


def remember(case: Case, form: str, what: str, typed: Typed, error: LianxinError) -> None:
    """Keep what a rule or a limit refused, for whoever tried it."""
    service.remember_refusal(case_engine(), case, form_order(), form, what, typed, error)
