"""Cases of the demo 演示案件: a credit repair and a demand of the demo's enterprise, to try what can be done."""

from datetime import date, datetime
from typing import Final

from cases.accounts import Role
from cases.actor import Actor, Order
from graph.ledger import Ledger
from lianxin.errors import NotKnown
from services.cases import engine
from services.demo.accounts import AUTHORITY, ENTERPRISE, name_of

_FACTS: Final = {
    "record": "演示记录（合成）",
    "kind": "penalty",
    "authority_system": "ndrc",
    "sanctions": ["fine"],
    "fine_yuan": "20000",
    "published": True,
    "document_date": "2026-06-12",
    "duties_done_on": "2026-07-01",
    "public_commitment": True,
}
_DEMAND: Final = {"topic": "training", "positions": 30, "demand": "焊工技能培训的名额不够（合成）"}


def open_cases(ledger: Ledger, on: date, at: datetime) -> None:
    """Open them, once: started again, the demo finds them. A ledger without the demo's enterprise gets none."""
    over = engine(ledger)
    unit = Actor(Role.REPAIR_AUTHORITY, name_of(Role.REPAIR_AUTHORITY), authorities=frozenset({AUTHORITY}))
    firm = Actor(Role.ENTERPRISE, name_of(Role.ENTERPRISE), ENTERPRISE)
    try:
        over.open("credit-repair", _FACTS, Order(unit, on, at, key="demo"), enterprise=ENTERPRISE)
        over.open("hr-channel", _DEMAND, Order(firm, on, at, key="demo"))
    except NotKnown:
        return
