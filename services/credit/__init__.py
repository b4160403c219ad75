"""Credit of an enterprise 信用: its records with findings, the strip beside its name in lists, the plan over all."""

from services.credit.answer import (
    Change,
    Credit,
    CreditGroup,
    CreditPlan,
    CreditRecord,
    CreditStrip,
    FactFrom,
    FactMissing,
    KindSearched,
    RepairDay,
    Restriction,
    StripState,
    WayOfRecord,
)
from services.credit.find import authority_of, credit, credit_plan, credit_record, plan_of, record_of, strip, strip_of

__all__ = [
    "Change",
    "Credit",
    "CreditGroup",
    "CreditPlan",
    "CreditRecord",
    "CreditStrip",
    "FactFrom",
    "FactMissing",
    "KindSearched",
    "RepairDay",
    "Restriction",
    "StripState",
    "WayOfRecord",
    "authority_of",
    "credit",
    "credit_plan",
    "credit_record",
    "plan_of",
    "record_of",
    "strip",
    "strip_of",
]
