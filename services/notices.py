"""Notices and the addresses in them 告知书与网址: what a token opens, and under which name this platform is reached."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cases import record_links
from cases.reach import EVERYTHING, Reach
from cases.record_links import LinkState, RecordLink
from graph.identifiers import Uscc
from graph.ledger import Ledger
from graph.ontology import Ref
from graph.view import View
from lianxin.errors import BadQuestion, MissingSetting, NotKnown, OutOfScope
from services import one_record
from services.credit.find import authority_of
from services.credit.standards import sector_standards
from services.credit_records import event_of
from services.one_record import OneRecord, Stated

_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_EXAMPLE: Final = "https://credit.example.gov.cn"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token opens. `state`: None where there is no such token; `record`: None where nothing is shown."""

    state: LinkState | None
    record: OneRecord | None


@dataclass(frozen=True, slots=True)
class Notice:
    """告知书 A notice that was made: the document, the address in its code, and the record it is about."""

    document: bytes
    address: str
    record: OneRecord


def base_url(setting: str | None) -> str:
    """Under which address phones reach this platform. Raises MissingSetting."""
    if not setting:
        problem = "is not set: the code on a notice needs the address under which phones reach this platform"
        raise MissingSetting("LIANXIN_BASE_URL", _EXAMPLE, problem, "没有设置：告知书上的二维码要写手机能打开的网址")
    if not _ADDRESS.fullmatch(setting):
        problem = f'"{setting}" is no address (http or https, host, port or folder, nothing behind)'
        raise MissingSetting(
            "LIANXIN_BASE_URL", _EXAMPLE, problem, f"“{setting}”不是网址（http 或 https 开头，不带参数）"
        )
    return setting.rstrip("/")


def make(
    ledger: Ledger, view: View, record: Ref | Stated, base: str, on: date, *, made_by: str, party: str | None = None,
    expires_on: date | None = None, reach: Reach = EVERYTHING,
) -> Notice:  # fmt: skip
    """Write a notice, and store the link that its code opens. `party`: whom a stated decision is about.

    Raises NotKnown, BadQuestion, OutOfScope.
    """
    from services.repair_notice import notice_docx  # here: nothing else needs what writes Word documents

    if expires_on is not None and expires_on < on:
        raise BadQuestion(f"{expires_on} is over already", f"有效期 {expires_on} 已经过去")
    shown = _reached(view, record, on, party, reach)
    token = record_links.TOKEN.draw()
    address = f"{base}/r/{token}"
    document = notice_docx(shown, address)  # before the link: a notice that cannot be written leaves none behind
    snapshot = record.snapshot() if isinstance(record, Stated) else None
    record_links.make(ledger, shown.ref, made_by=made_by, snapshot=snapshot, expires_on=expires_on, token=token)
    return Notice(document, address, shown)


def _reached(view: View, record: Ref | Stated, on: date, party: str | None, reach: Reach) -> OneRecord:
    """The record where it is one of an authority that is reached; a stated one may be of the ledger after all."""
    if isinstance(record, Stated) and not reach.recognises(record.authority):
        raise OutOfScope
    try:
        found = _shown(view, record, on, party)
    except NotKnown as unknown:
        raise reach.refusal(unknown) from None
    if not reach.recognises(found.authority):
        raise OutOfScope
    return found


def links(ledger: Ledger, view: View, reach: Reach) -> list[RecordLink]:
    """The links of the records that are reached, the newest first."""
    found = record_links.links(ledger)
    return [each for each in found if reach.recognises(_authority(view, each))] if reach.limited else found


def end_link(ledger: Ledger, view: View, number: int, ended_by: str, reach: Reach) -> None:
    """End a link: its code opens nothing any more. Raises NotKnown, Conflict, OutOfScope."""
    if reach.limited and number not in {each.id for each in links(ledger, view, reach)}:
        raise OutOfScope
    record_links.end(ledger, number, ended_by)


def _authority(view: View, link: RecordLink) -> str:
    """Who made the record of a link: as the ledger has it, else as it was stated."""
    event = event_of(view, link.record)
    stated: str = (link.snapshot or {}).get("authority", "")
    return stated if event is None else authority_of(event)


def _shown(view: View, record: Ref | Stated, on: date, party: str | None) -> OneRecord:
    """The record as the ledger has it; what was stated of it only where the ledger does not have it yet."""
    ref = record.ref if isinstance(record, Stated) else record
    found = one_record.of_ledger(view, ref, on)
    if found is None and isinstance(record, Stated):
        made = _stated(view, record, on, party)
        if made.finding is None:
            raise BadQuestion(f"no days can be told on {on}: {made.no_finding}", f"{on} 算不出日期：{made.no_finding}")
        return made
    if found is None:
        raise NotKnown("credit record", "信用记录", f"{ref.type}/{ref.key}")
    return found


def open_link(ledger: Ledger, view: View, token: str, on: date) -> Opened:
    """What a token opens on a day."""
    link = record_links.find(ledger, token)
    if link is None:
        return Opened(None, None)
    state = link.state(on)
    return Opened(state, of_link(view, link, on) if state is LinkState.OPEN else None)


def of_link(view: View, link: RecordLink, on: date) -> OneRecord | None:
    """The record of a link; None where the ledger holds it no more and nothing was stated of it."""
    found = one_record.of_ledger(view, link.record, on)
    if found is None and link.snapshot is not None:
        return _stated(view, one_record.stated_again(link.snapshot), on)
    return found


def _stated(view: View, stated: Stated, on: date, party: str | None = None) -> OneRecord:
    standards = sector_standards(view).standards
    return one_record.of_statement(stated, on, party=party, synthetic=_synthetic(view), standards=standards)


def reference(id: str) -> Ref:
    """The record that an id names: Penalty/… . Raises NotKnown."""
    kind, _, key = id.partition("/")
    if not key:
        raise NotKnown("credit record", "信用记录", id)
    return Ref(kind, key)


def authority_code(text: str) -> str:
    """The credit code of an authority as typed, checked; blank where none is. Raises BadQuestion."""
    try:
        return Uscc(text) if text else ""
    except ValueError as error:
        raise BadQuestion(f'authority: "{text[:20]}" {error}', f"机关的统一社会信用代码“{text[:20]}”不对") from error


def _synthetic(view: View) -> bool:
    """Whether all data of the ledger are made up: then so is what is stated beside them."""
    datasets: Sequence[bool] = [each.synthetic for each in view.datasets]
    return bool(datasets) and all(datasets)
