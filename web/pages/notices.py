"""告知书和二维码 Notices of decisions: written for a record of the ledger or for a decision not loaded yet; and the
links in their codes, which can be ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from cases.record_links import RecordLink
from lianxin.errors import BadFact, BadQuestion, NotKnown, OutOfScope
from rules.credit_repair.facts import CHINESE, Band, Facts, Procedure, Sanction, Sector, System, read_facts
from services import notices
from services.credit.facts import LABELS
from services.credit_records import event_of
from services.notices import DOCX, Notice
from services.one_record import Stated
from services.through import Brief, brief, newest
from web.pages import frame
from web.parameters import takes
from web.security import Permission, allowed, permission, reach
from web.state import platform
from web.visitor import visitor

SHOWN: Final = 20  # records and links on the page
FORM_FACTS: Final = (
    "authority_system", "procedure", "fine_yuan", "fine_band", "published", "published_on", "document_date",
    "duties_done_on", "measure_ends_on", "special_sector",
)  # fmt: skip
"""Facts of a decision that the form asks for, beside its sanctions."""
CHOICES: Final[dict[str, Any]] = {
    "authority_system": System,
    "procedure": Procedure,
    "fine_band": Band,
    "special_sector": Sector,
}


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link with what is known of its record. `record`: None where it is not loaded."""

    link: RecordLink
    record: Brief | None
    state: str

    @property
    def called(self) -> str:
        if self.record is not None:
            return f"{self.record.authority} {self.record.number or self.record.id}"
        stated = self.link.snapshot or {}
        return f"{stated.get('authority', self.link.record.key)} {stated.get('number', '')}".strip()


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/repair/notices", view_func=notice_list)
    blueprint.add_url_rule("/repair/notices", view_func=write_notice, methods=["POST"])
    blueprint.add_url_rule("/repair/notices/new", view_func=notice_form)
    blueprint.add_url_rule("/repair/notices/new", view_func=write_stated_notice, methods=["POST"])
    blueprint.add_url_rule("/repair/links/<number>/end", view_func=end_link, methods=["POST"])
    blueprint.app_context_processor(
        lambda: {
            "may_notice": allowed(Permission.NOTICE_WRITE),
            "may_read_reports": allowed(Permission.REPORTS_READ),
        }
    )


@takes("authority")
@permission(Permission.NOTICE_WRITE)
def notice_list() -> str:
    """GET /repair/notices?authority=: the newest records, each with its notice, and the links that were made."""
    authority = request.args.get("authority", "").strip()
    mine = reach(Permission.NOTICE_WRITE)
    found = newest(frame.view(), frame.asked_day(), authority, SHOWN, mine)
    links = notices.links(platform().ledger, frame.view(), mine)
    return render_template(
        "notices.html",
        authority=authority,
        records=found.records,
        whole=found.complete,
        links=_rows(links[:SHOWN]),
        links_total=len(links),
        ready=_base() is not None,
        only=mine.authorities,
    )


@permission(Permission.NOTICE_WRITE)
def write_notice() -> Response:
    """POST /repair/notices: the notice of a record of the ledger, as a Word document; its code opens from now on."""
    record = notices.reference(request.form.get("record", ""))
    return _document(
        notices.make(
            platform().ledger,
            frame.view(),
            record,
            notices.base_url(_base()),
            platform().today(),
            made_by=visitor().signature,
            expires_on=_day("expires_on", "有效期"),
            reach=reach(Permission.NOTICE_WRITE),
        )
    )


@permission(Permission.NOTICE_WRITE)
def notice_form() -> str:
    """GET /repair/notices/new: the facts of a decision that no register has yet."""
    mine = reach(Permission.NOTICE_WRITE).authorities or ()
    return _form({"authority": next(iter(mine))} if len(mine) == 1 else {}, "")


@permission(Permission.NOTICE_WRITE)
def write_stated_notice() -> Response | tuple[str, int]:
    """POST /repair/notices/new: its notice; what is refused stands above the form, which keeps what was typed."""
    given = {name: request.form.get(name, "").strip() for name in request.form if name != "csrf_token"}
    given["sanctions"] = ";".join(request.form.getlist("sanctions"))
    try:
        made = notices.make(
            platform().ledger,
            frame.view(),
            _stated(given),
            notices.base_url(_base()),
            platform().today(),
            made_by=visitor().signature,
            party=given.get("party") or None,
            expires_on=_day("expires_on", "有效期"),
            reach=reach(Permission.NOTICE_WRITE),
        )
    except BadFact as refused:
        label = LABELS.get(refused.field, refused.field)
        return _form(given, f"{label}“{refused.value}”{refused.problem_zh}"), 422
    except BadQuestion as refused:
        return _form(given, refused.zh), 422
    except OutOfScope as refused:
        return _form(given, refused.zh), 403
    return _document(made)


@permission(Permission.NOTICE_WRITE)
def end_link(number: str) -> AnyResponse:
    """POST /repair/links/<number>/end: the code opens nothing any more."""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotKnown("link of a record", "记录的网址", number[:20])
    mine = reach(Permission.NOTICE_WRITE)
    notices.end_link(platform().ledger, frame.view(), int(number), visitor().signature, mine)
    return redirect(f"{frame.go('pages.notice_list')}#links", 303)


def _base() -> str | None:
    """The address for codes: the setting; in the demo the address that the page was asked for by."""
    return platform().base_url or (request.url_root if platform().demo else None)


def _stated(given: dict[str, str]) -> Stated:
    """Raises BadFact, BadQuestion."""
    uscc = notices.authority_code(given.get("authority_uscc", ""))
    cells = {name: given.get(name, "") for name in FORM_FACTS}
    facts: Facts = read_facts({**cells, "kind": "penalty", "sanctions": given["sanctions"]})
    return Stated(facts, given.get("authority", ""), given.get("number", ""), uscc)


def _form(given: dict[str, str], refused: str) -> str:
    return render_template(
        "notice_new.html",
        given=given,
        refused=refused,
        sanctions=[(each.value, CHINESE[each]) for each in Sanction],
        chosen=set(given.get("sanctions", "").split(";")),
        choices={name: [(each.value, CHINESE[each]) for each in kinds] for name, kinds in CHOICES.items()},
        labels=LABELS,
        ready=_base() is not None,
    )


def _rows(links: Sequence[RecordLink]) -> list[LinkRow]:
    today, view = platform().today(), frame.view()
    found = []
    for link in links:
        event = event_of(view, link.record)
        record = None if event is None else brief(view, event)
        found.append(LinkRow(link, record, link.state(today).value))
    return found


def _document(made: Notice) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="lianxin-notice.docx"'}
    return Response(made.document, mimetype=DOCX, headers=headers)


def _day(name: str, label: str) -> date | None:
    text = request.form.get(name, "").strip()
    return frame.read_day(text, name, label) if text else None
