"""The fields of law that are stated on the engine, in the order of the rule table."""

from typing import Any, Final

from rules.chain.law import CHAIN
from rules.credit_repair.law import CREDIT_REPAIR
from rules.explain import Law
from rules.ip_finance.law import IP_FINANCE

LAWS: Final[tuple[Law[Any, Any, Any], ...]] = (CREDIT_REPAIR, IP_FINANCE, CHAIN)
