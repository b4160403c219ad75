"""Printed sheets of credit 打印: the plan over all records of an enterprise, or how one record was judged, on A4."""

from flask import Blueprint, render_template, request

from rules.credit_repair.plan import OPEN_ZH
from services import credit as credit_service
from services.calendar_file import FREE
from services.credit import Credit, CreditRecord
from web.pages import credit as credit_pages
from web.pages import credit_words, frame
from web.pages.credit_walk import not_asked, walk_rows
from web.parameters import takes
from web.security import Permission, permission, reach


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/enterprises/<key>/credit/print", view_func=credit_print)


@takes("record")
@permission(Permission.CREDIT_READ)
def credit_print(key: str) -> str:
    """GET /enterprises/<key>/credit/print?record=: the plan, or one record."""
    reached = reach(Permission.CREDIT_READ)
    known = credit_service.credit(frame.view(), key, frame.asked_day(), reached)
    record = request.args.get("record", "").strip()
    return _of_record(known, credit_service.record_of(known, record, reached)) if record else _plan(known)


def _plan(known: Credit) -> str:
    plan = credit_service.plan_of(known)
    todos = credit_pages.todos_of(known, plan.plan)
    return render_template(
        "credit_print.html",
        known=known,
        heading=credit_pages.heading(known, plan.plan, todos),
        plan=plan,
        todos=todos,
        line=credit_words.strip_line(known.strip),
        position=frame.view().position,
        free_of_charge=FREE,
        open_words=OPEN_ZH,
        back=frame.go("pages.credit_page", key=known.ref.key),
    )


def _of_record(known: Credit, record: CreditRecord) -> str:
    finding = record.finding
    return render_template(
        "credit_record_print.html",
        known=known,
        record=record,
        heading=credit_pages.question_of(record),
        sentence=credit_pages.sentence(finding, record.no_finding),
        walk=[] if finding is None else walk_rows(finding),
        skipped=[] if finding is None else not_asked(finding),
        needs=credit_pages.needs(record),
        position=frame.view().position,
        free_of_charge=FREE,
        back=frame.go("pages.credit_record", key=known.ref.key, record=record.id),
    )
