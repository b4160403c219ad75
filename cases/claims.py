"""Claims 企业自述: what a party says of its own record. Stored with who and when, shown as said, changing no finding.

A claim is taken back by a row of its own; nothing is overwritten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, select

from cases import documents
from cases.accounts import Role
from cases.documents import Document, MediaType, Proof
from graph.ledger import schema
from graph.ledger.commit import insert_row
from graph.ledger.reading import record_number
from graph.ledger.store import Store
from graph.ontology import Ref
from lianxin.clock import utc_now
from lianxin.errors import BadQuestion, Conflict, NotKnown

MOST_PROOFS: Final = 3  # in one claim


class ClaimedFact(StrEnum):
    """What a party may say of its record. The values are names of facts of the rules."""

    DUTIES_DONE = "duties_done_on"  # 义务已经履行完毕
    COMMITMENT = "public_commitment"  # 已经作出公开信用承诺

    @property
    def chinese(self) -> str:
        """How pages say it."""
        return "义务已履行完毕" if self is ClaimedFact.DUTIES_DONE else "已作出公开信用承诺"


@dataclass(frozen=True, slots=True)
class Claim:
    """自述 One statement of a party about one record. `day`: on which the act was done. `said_by`: the role that wrote
    it down, and the account behind it. `said_at` is UTC."""

    id: int
    party: Ref
    record: Ref
    fact: ClaimedFact
    day: date
    said_by: str
    said_at: datetime
    documents: Sequence[Document]

    @property
    def role(self) -> str:
        """Who wrote it down: the account is for the auditor, who reads the ledger."""
        return self.said_by.partition(" ")[0]

    @property
    def by_itself(self) -> bool:
        """Whether the party stated it itself, and nobody for it."""
        return self.role == Role.ENTERPRISE


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be stored: whose record, which fact, done on which day, who said so, with which proofs."""

    party: Ref
    record: Ref
    fact: ClaimedFact
    day: date
    said_by: str
    proofs: Sequence[Proof] = ()


def say(ledger: Store, statement: Statement, today: date) -> int:
    """Store a claim and give its number; the same one said again while it stands keeps its number.

    Raises BadQuestion (a day that has not come, too many proofs), BadDocument, NotKnown (no such record).
    """
    if statement.day > today:
        raise BadQuestion(
            f"{statement.day} has not come yet; state the day on which it was done",
            f"{statement.day} 还没有到；请填已经办完的那一天",
        )
    if len(statement.proofs) > MOST_PROOFS:
        raise BadQuestion(
            f"{len(statement.proofs)} files; at most {MOST_PROOFS} go with one statement",
            f"一次最多交 {MOST_PROOFS} 份材料，这里有 {len(statement.proofs)} 份",
        )
    with ledger.changing() as connection:
        return _stored(connection, statement)


def _stored(connection: Connection, said: Statement) -> int:
    kept = sorted({documents.keep(connection, proof) for proof in said.proofs})
    values = {
        "party": record_number(connection, said.party),
        "record": record_number(connection, said.record),
        "fact": said.fact.value,
        "day": said.day,
        "said_by": said.said_by,
    }
    if (known := _said_before(connection, values, kept)) is not None:
        return known
    claim = insert_row(connection, schema.claim, **values, said_at=utc_now())
    for document in kept:
        insert_row(connection, schema.claim_document, claim=claim, document=document)
    return claim


def _said_before(connection: Connection, values: dict[str, Any], kept: Sequence[int]) -> int | None:
    """The number of the same claim with the same documents, where it still stands."""
    same = _standing()
    for name, value in values.items():
        same = same.where(schema.claim.c[name] == value)
    for row in connection.execute(same):
        attached = select(schema.claim_document.c.document).where(schema.claim_document.c.claim == row.id)
        if sorted(connection.execute(attached).scalars()) == list(kept):
            return int(row.id)
    return None


def withdraw(ledger: Store, claim: int, said_by: str) -> None:
    """Take a claim back. Raises NotKnown, Conflict where it was taken back before."""
    with ledger.changing() as connection:
        table = schema.claim
        found = connection.execute(select(table).where(table.c.id == claim, table.c.withdraws.is_(None))).first()
        if found is None:
            raise NotKnown("claim", "自述", str(claim))
        if connection.execute(select(table.c.id).where(table.c.withdraws == claim)).first() is not None:
            raise Conflict(f"claim {claim} was withdrawn before", f"第 {claim} 号自述已经撤回过")
        taken = {name: getattr(found, name) for name in ("party", "record", "fact", "day")}
        insert_row(connection, table, **taken, withdraws=claim, said_by=said_by, said_at=utc_now())


def standing(ledger: Store, records: Iterable[Ref] | None = None) -> list[Claim]:
    """The claims that stand, of these records or of all, the newest first."""
    wanted = None if records is None else frozenset(records)
    if wanted is not None and not wanted:
        return []
    party, record = schema.record.alias("party"), schema.record.alias("about")
    query = (
        _standing()
        .join(party, party.c.id == schema.claim.c.party)
        .join(record, record.c.id == schema.claim.c.record)
        .add_columns(party.c.type, party.c.key, record.c.type.label("about_type"), record.c.key.label("about_key"))
        .order_by(schema.claim.c.id.desc())
    )
    if wanted is not None:
        query = query.where(record.c.key.in_({ref.key for ref in wanted}))
    with ledger.reading() as connection:
        rows = [row for row in connection.execute(query) if wanted is None or _about(row) in wanted]
        attached = _documents(connection, [row.id for row in rows])
    return [_claim(row, attached.get(row.id, ())) for row in rows]


def _about(row: Row[Any]) -> Ref:
    return Ref(row.about_type, row.about_key)


def _claim(row: Row[Any], attached: Sequence[Document]) -> Claim:
    party = Ref(row.type, row.key)
    return Claim(row.id, party, _about(row), ClaimedFact(row.fact), row.day, row.said_by, row.said_at, attached)


def _standing() -> Select[Any]:
    """Claims that no later row takes back."""
    later = schema.claim.alias("later")
    back = select(later.c.id).where(later.c.withdraws == schema.claim.c.id)
    return select(schema.claim).where(schema.claim.c.withdraws.is_(None), ~back.exists())


def _documents(connection: Connection, claims: Sequence[int]) -> dict[int, list[Document]]:
    joined, table = schema.claim_document, schema.document
    query = (
        select(joined.c.claim, table.c.digest, table.c.media_type, table.c.size)
        .join_from(joined, table, table.c.id == joined.c.document)
        .where(joined.c.claim.in_(claims))
        .order_by(joined.c.id)
    )
    found: dict[int, list[Document]] = {}
    for claim, digest, kind, size in connection.execute(query):
        found.setdefault(claim, []).append(Document(digest, MediaType(kind), size))
    return found
