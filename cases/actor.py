"""Who acts in a case 经办人, when, and on what he has seen."""

from dataclasses import dataclass
from datetime import date, datetime

from cases.accounts import OPERATOR, Account, Role
from cases.reach import Reach


@dataclass(frozen=True, slots=True)
class Actor:
    """经办人. `enterprise`, `authorities`: how far he reaches; None sets no limit."""

    role: Role
    name: str = OPERATOR
    enterprise: str | None = None
    authorities: frozenset[str] | None = None

    @classmethod
    def of(cls, account: Account) -> "Actor":
        """An account with its limits: those of an enterprise and of a repair authority have some."""
        limited = account.role is Role.REPAIR_AUTHORITY
        authorities = frozenset(account.duty.authorities) if limited else None
        return cls(account.role, account.name, account.duty.enterprise, authorities)

    def reaches(self, enterprise: str | None, authority: str | None) -> bool:
        """Whether a case about this enterprise and this authority is within his limits."""
        return self.reach.owns(enterprise) and self.reach.recognises(authority)

    @property
    def reach(self) -> Reach:
        """His limits, as the records know them too."""
        return Reach(self.enterprise, self.authorities)


@dataclass(frozen=True, slots=True)
class Order:
    """How an act is asked for. `on`: the day on which it counts; `at`: the moment, UTC.

    `seen`: the version of the case on which it was decided; None where a case is opened. `key`: the idempotency key.
    """

    by: Actor
    on: date
    at: datetime
    seen: int | None = None
    key: str | None = None
