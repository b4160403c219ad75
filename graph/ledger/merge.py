"""Merge decisions 合并决定: whether two records are the same party; stored with who and when, never overwritten."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from graph.identifiers import Uscc
from graph.ledger.commit import insert_row, take_position
from graph.ledger.reading import record_number
from graph.ledger.schema import merge_decision, position, record
from graph.ledger.store import Store
from graph.ontology import Ref
from lianxin.clock import utc_now
from lianxin.errors import Conflict


class Judgement(StrEnum):
    """What was decided about a pair 同一, 不同, 未定. `unsure` takes an earlier decision back."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about a pair of records; the pair has no order (the smaller reference is stored as the left)."""

    left: Ref
    right: Ref
    judgement: Judgement
    reason: str
    decided_by: str

    def pair(self) -> tuple[Ref, Ref]:
        return (self.left, self.right) if self.left <= self.right else (self.right, self.left)


def decide(ledger: Store, decision: Decision) -> int:
    """Append a decision. Raises NotKnown for a record that the ledger does not have, Conflict for a pair of one."""
    if decision.left == decision.right:
        key = decision.left.key
        raise Conflict(
            f"{key} cannot be decided against itself; name two records",
            f"{key} 不能与自身作合并判断；请给出两条不同的记录",
        )
    with ledger.changing() as connection:
        left, right = (record_number(connection, ref) for ref in decision.pair())
        stored = insert_row(
            connection,
            merge_decision,
            left_record=left,
            right_record=right,
            judgement=decision.judgement.value,
            reason=decision.reason,
            decided_by=decision.decided_by,
            decided_at=utc_now(),
        )
        return take_position(connection, decision=stored)


def decisions(connection: Connection) -> list[Decision]:
    """The latest decision of each pair, `unsure` ones left out."""
    left, right = record.alias("left_of"), record.alias("right_of")
    rows = connection.execute(
        select(left.c.type, left.c.key, right.c.type, right.c.key, merge_decision)
        .join_from(merge_decision, left, left.c.id == merge_decision.c.left_record)
        .join(right, right.c.id == merge_decision.c.right_record)
        .order_by(merge_decision.c.id)
    )
    latest: dict[tuple[Ref, Ref], Decision] = {}
    for row in rows:
        decision = Decision(
            Ref(row[0], row[1]), Ref(row[2], row[3]), Judgement(row.judgement), row.reason, row.decided_by
        )
        latest[decision.pair()] = decision
    return [decision for decision in latest.values() if decision.judgement is not Judgement.UNSURE]


def merged(connection: Connection, upto: int) -> dict[int, int]:
    """What was decided to be the same party, at a position: record number → the number that stands for the party.

    A record keyed by a unified social credit code stands for its party, else the one known first.
    """
    query = (
        select(merge_decision)
        .join(position, position.c.decision == merge_decision.c.id)
        .where(position.c.position <= upto)
        .order_by(merge_decision.c.id)
    )
    # `decide` stores the two of a pair in one order, so the pair itself is the key.
    latest = {(d.left_record, d.right_record): d.judgement for d in connection.execute(query)}
    if Judgement.SAME.value not in latest.values():
        return {}
    import networkx as nx  # here, since every command opens a ledger and hardly one has a merged party to look at

    graph: nx.Graph[int] = nx.Graph(pair for pair, said in latest.items() if said == Judgement.SAME.value)
    numbers = connection.execute(select(record.c.id, record.c.key).where(record.c.id.in_(list(graph))))
    keys = {row.id: row.key for row in numbers}
    return {
        member: stands
        for party in nx.connected_components(graph)
        for stands in [min(party, key=lambda number: (not _is_uscc(keys[number]), number))]
        for member in party - {stands}
    }


def _is_uscc(key: str) -> bool:
    try:
        return Uscc(key) == key
    except ValueError:
        return False
