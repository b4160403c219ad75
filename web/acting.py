"""Who acts 经办人 in a case, taken from whoever asks; and what of an order comes in the head of a request."""

import re
from typing import Final

from flask import request

from cases.accounts import OPERATOR, Role
from cases.actor import Actor, Order
from lianxin.clock import utc_now
from lianxin.errors import VersionMissing
from services.cases import engine
from web.security import Permission, allowed
from web.state import platform
from web.visitor import visitor

GUEST: Final = "guest"  # of the demo, who has not logged in
_VERSION: Final = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def actor() -> Actor:
    """Whoever asks: the account with its limits, or the operator at this machine."""
    who = visitor()
    if who.account is not None:
        return Actor.of(who.account)
    role = who.role or Role.AUDITOR
    return Actor(role, OPERATOR if role is Role.ADMINISTRATOR else GUEST)


def cases_reached() -> frozenset[int]:
    """The numbers of the cases that whoever asks may see."""
    if not allowed(Permission.CASE_READ):
        return frozenset()
    return frozenset(each.id for each in engine(platform().ledger).heads(actor()))


def order(seen: int | None = None) -> Order:
    """An act of whoever asks, today, under the idempotency key that the request carries."""
    return Order(actor(), platform().today(), utc_now(), seen, request.headers.get("Idempotency-Key"))


def seen_version(case: int) -> int:
    """The version on which an act was decided, as If-Match names it. Raises VersionMissing."""
    found = _VERSION.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        raise VersionMissing(case)
    return int(found[1])
