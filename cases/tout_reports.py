"""Reports of touts 代办收费举报: who asked money for a repair that is free. What people write can be erased."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from cases.erasing import erase
from graph.ledger.commit import insert_row
from graph.ledger.schema import tout_report, tout_report_text
from graph.ledger.store import Store
from lianxin.clock import utc_now
from lianxin.errors import BadQuestion, Conflict, NotKnown

LONGEST: Final = 2_000  # characters of what was said
LONGEST_LINE: Final = 200  # characters of an amount and of a contact
_FORM: Final = re.compile(r"[0-9a-f]{32}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells: what was asked, by whom, how much, and how to reach the teller (all but the first may be
    blank)."""

    asked: str
    who: str = ""
    amount: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class ToutReport:
    """举报 One report. `told`: None where it was erased. `reported_at` is UTC."""

    id: int
    reported_at: datetime
    told: Told | None

    @property
    def number(self) -> str:
        """How people call it."""
        return number(self.id)


def number(id: int) -> str:
    """The number of a report as it is told to who reports: JB-000007."""
    return f"JB-{id:06}"


def numbered(text: str) -> int:
    """The report of a number. Raises NotKnown for what is none."""
    plain = text.strip().upper().removeprefix("JB-")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise NotKnown("report", "举报", text[:20])
    return int(plain)


def erase_text(ledger: Store, id: int) -> None:
    """Take out what was told; that there was a report stays. Raises NotKnown, Conflict where it is gone already."""
    with ledger.reading() as connection:
        known = connection.execute(select(tout_report.c.id).where(tout_report.c.id == id)).scalar()
    if known is None:
        raise NotKnown("report", "举报", number(id))
    if not erase(ledger, tout_report_text, tout_report_text.c.report, id):
        raise Conflict(f"what {number(id)} told is erased already", f"{number(id)} 的内容已经删过")


def draw_form() -> str:
    """A number for an empty form, so that a form sent twice is one report."""
    return secrets.token_hex(16)


def report(ledger: Store, form: str, told: Told) -> str:
    """Store a report and give its number. Raises BadQuestion."""
    _check(form, told)
    with ledger.changing() as connection:
        known = connection.execute(select(tout_report.c.id).where(tout_report.c.form == form)).scalar()
        if known is not None:
            return number(int(known))
        at = utc_now()
        id = insert_row(connection, tout_report, form=form, reported_at=at)
        text = {"asked": told.asked, "who": told.who, "amount": told.amount, "contact": told.contact}
        connection.execute(tout_report_text.insert().values(report=id, **text))
    return number(id)


def _check(form: str, told: Told) -> None:
    if not _FORM.fullmatch(form):
        raise BadQuestion("the form has no number; open it again", "表单没有编号，请重新打开举报页")
    if not told.asked.strip():
        raise BadQuestion("say what was asked of you", "请写明对方说了什么、要您做什么")
    limits = (("asked", "说了什么", LONGEST), ("who", "是谁", LONGEST), ("amount", "要多少钱", LONGEST_LINE),
              ("contact", "联系方式", LONGEST_LINE))  # fmt: skip
    for name, label, longest in limits:
        text = getattr(told, name)
        if len(text) > longest:
            raise BadQuestion(f"{name}: at most {longest} characters", f"“{label}”最多 {longest} 个字")
        if _CONTROL.search(text):
            raise BadQuestion(f"{name}: contains control characters", f"“{label}”含有不允许的控制字符")


def reports(ledger: Store, *, before: int | None = None, limit: int = 50) -> Sequence[ToutReport]:
    """The reports, the newest first. `before`: only those with a smaller number, for the next page."""
    query = (
        select(tout_report, tout_report_text)
        .outerjoin(tout_report_text, tout_report_text.c.report == tout_report.c.id)
        .order_by(tout_report.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tout_report.c.id < before)
    with ledger.reading() as connection:
        return [
            ToutReport(
                row.id,
                row.reported_at,
                None if row.report is None else Told(row.asked, row.who, row.amount, row.contact),
            )
            for row in connection.execute(query)
        ]
