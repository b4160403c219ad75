"""What was refused 没有发出: an act that a rule or a limit of the law refuses, shown to whoever tried it, alone.

It is no event of the case: nothing was done. What stood in the form is kept, so that it can be put right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, select

from graph.ledger.commit import insert_row
from graph.ledger.schema import case_refusal
from graph.ledger.store import Store

SHOWN: Final = 20  # of one account in one case, the newest


@dataclass(frozen=True, slots=True)
class Refused:
    """没有发出 One act that was refused. `seq`: the version of the case then; `form`: where it was typed; `at` is UTC.

    `what`: the act, `why`: the ground with its clause, `cure`: what would help, blank where nothing is known to.
    """

    seq: int
    at: datetime
    form: str
    what: str
    why: str
    cure: str
    typed: Mapping[str, Any]


def remember(ledger: Store, case: int, account: str, refused: Refused) -> None:
    """Keep it for the account that tried it; tried again in the same way, it is there once."""
    with ledger.changing() as connection:
        last = connection.execute(_newest(case, account).limit(1)).first()
        if last is not None and _same(_read(last), refused):
            return
        typed = orjson.dumps(refused.typed).decode()
        values = {name: getattr(refused, name) for name in ("seq", "at", "form", "what", "why", "cure")}
        insert_row(connection, case_refusal, case=case, account=account, typed=typed, **values)


def of_account(ledger: Store, case: int, account: str) -> list[Refused]:
    """What an account was refused in a case, in order; the newest of them where there are many."""
    with ledger.reading() as connection:
        return [_read(row) for row in connection.execute(_newest(case, account).limit(SHOWN))][::-1]


def _newest(case: int, account: str) -> Any:
    table = case_refusal
    wanted = (table.c["case"] == case) & (table.c.account == account)
    return select(table).where(wanted).order_by(table.c.id.desc())


def _read(row: Row[Any]) -> Refused:
    return Refused(row.seq, row.at, row.form, row.what, row.why, row.cure, orjson.loads(row.typed))


def _same(one: Refused, other: Refused) -> bool:
    return (one.seq, one.form, one.why, one.typed) == (other.seq, other.form, other.why, dict(other.typed))
