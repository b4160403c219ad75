"""举报代办收费 Reports of those who ask money for a repair: written by anybody, read by the lead department."""

from typing import Final

from flask import Blueprint, render_template, request

from cases import tout_reports
from cases.tout_reports import LONGEST, LONGEST_LINE, Told
from lianxin.errors import BadQuestion
from web.parameters import takes
from web.security import Permission, permission
from web.state import platform

PAGE: Final = 50


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/repair/report", view_func=report_tout, methods=["POST"])
    blueprint.add_url_rule("/repair/reports", view_func=tout_list)
    blueprint.app_context_processor(
        lambda: {"tout_form": tout_reports.draw_form, "tout_longest": LONGEST, "tout_longest_line": LONGEST_LINE}
    )


@permission(Permission.PUBLIC)
def report_tout() -> str:
    """POST /repair/report: what was asked, by whom, how much, and how to reach whoever tells it."""
    told = Told(*(_line_ends(request.form.get(name, "")) for name in ("asked", "who", "amount", "contact")))
    number = tout_reports.report(platform().ledger, request.form.get("form", ""), told)
    return render_template("tout_done.html", number=number, contact=bool(told.contact))


@takes("before")
@permission(Permission.REPORTS_READ)
def tout_list() -> str:
    """GET /repair/reports?before=: the newest first."""
    found = tout_reports.reports(platform().ledger, before=_before(), limit=PAGE + 1)
    return render_template("touts.html", reports=found[:PAGE], more=found[PAGE - 1].id if len(found) > PAGE else None)


def _line_ends(text: str) -> str:
    """A form sends the line ends of its text areas as \\r\\n."""
    return text.replace("\r\n", "\n").strip()


def _before() -> int | None:
    text = request.args.get("before", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadQuestion("before: is no number of a report", "before 不是举报编号")
    return int(text)
