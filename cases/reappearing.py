"""Reappearing 再次出现: a record that a case has settled, and that a later load of a register states again.

A load notes which settled records its rows state, changed or not (see `graph.ledger.load`). The platform then does what
the definition declares, once for each load, and both sides are told. What reaches only up to the day of the decision
may have been written before it, and proves nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from cases import outcomes
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.case import PLATFORM, Case, Event
from cases.definition import Action, Reappearance
from cases.engine import Engine, Plan, told_of
from graph.ledger.schema import case_file, dataset, load, load_file, record, record_version, restated
from graph.ontology import Outcome, Ref, read_body


@dataclass(frozen=True, slots=True)
class Seen:
    """A load that states a record again, and where."""

    load: int
    label: str
    file: str
    row: int


def look(engine: Engine, on: date, at: datetime) -> int:
    """Take up what loads state again, in cases of every kind that says what follows; gives how many events."""
    order = Order(Actor(Role.ADMINISTRATOR, PLATFORM), on, at)
    with engine.ledger.reading() as connection:
        found = [number for number in _candidates(connection, engine) if _next(connection, engine, number) is not None]
    done = 0
    for number in found:
        with engine.ledger.changing() as connection:
            planned = _next(connection, engine, number)
            if planned is not None:  # another process may have done it meanwhile
                engine.by_platform(connection, planned[0], planned[1], order)
                done += 1
    return done


def _candidates(connection: Connection, engine: Engine) -> list[int]:
    """The cases of such kinds, where any record was stated again."""
    kinds = [each.kind for each in engine.registry.all() if each.reappearance is not None]
    if connection.execute(select(restated.c.id).limit(1)).first() is None:
        return []
    query = select(case_file.c.id).where(case_file.c.kind.in_(kinds)).order_by(case_file.c.id)
    return list(connection.execute(query).scalars())


def _next(connection: Connection, engine: Engine, number: int) -> tuple[Case, Plan] | None:
    """What the platform has to do in a case, because a load states its record again."""
    case = engine.folded(connection, number)
    declared = case.definition.reappearance
    action = None if declared is None else case.definition.action(declared.action)
    if declared is None or action is None or case.state_name not in action.sources:
        return None
    settled = _settled(case, declared)
    seen = None if settled is None else next(_seen(connection, case, declared, settled), None)
    return None if seen is None else (case, _plan(case, action, seen))


def _plan(case: Case, action: Action, seen: Seen) -> Plan:
    where = f"{seen.label}，第 {seen.load} 次入库，{seen.file} 第 {seen.row} 行"
    data = {"load": seen.load, "to": action.target, "values": {"where": where[:200]}}
    return Plan(action.name, data, tell=told_of(case.definition, action.name))


def _settled(case: Case, declared: Reappearance) -> tuple[Event, Outcome, Ref] | None:
    """The event by which the record was settled last, its outcome, and the record."""
    for event in reversed(case.events):
        made = outcomes.statements(case, event)
        if made is not None and made[0].kind in declared.after:
            return event, made[0], made[1].to_ref
    return None


def _seen(
    connection: Connection, case: Case, declared: Reappearance, settled: tuple[Event, Outcome, Ref]
) -> Iterator[Seen]:
    """The loads that state the record as displayed after it was settled, and are not taken up yet; the newest first."""
    event, outcome, about = settled
    written = outcomes.load_of(connection, event)
    if written is None:
        return
    day = outcome.decided_on or event.on
    taken = [each.data["load"] for each in case.events if each.action == declared.action]
    query = (
        select(
            restated.c.load, restated.c.record, restated.c.row, load_file.c.name, load.c.data_day, load.c.started_at,
            load.c.dataset, dataset.c.label,
        )
        .join(record, record.c.id == restated.c.record)
        .join(load, load.c.id == restated.c.load)
        .join(dataset, dataset.c.id == load.c.dataset)
        .join(load_file, load_file.c.id == restated.c.file)
        .where(record.c.type == about.type, record.c.key == about.key, restated.c.load > max([written, *taken]))
        .order_by(restated.c.load.desc())
    )  # fmt: skip
    for row in connection.execute(query).all():
        reaches = row.data_day or row.started_at.date()
        if reaches > day and declared.shown(_said(connection, about.type, row.record, row.dataset, row.load)):
            yield Seen(row.load, row.label, row.name, row.row)


def _said(connection: Connection, record_type: str, number: int, of: int, upto: int) -> dict[str, object]:
    """What a data set said of a record when a load was done."""
    table = record_version.c
    query = select(table.body).where(table.record == number, table.dataset == of, table.load <= upto, table.present)
    newest = connection.execute(query.order_by(table.id.desc()).limit(1)).scalar()
    return {} if newest is None else read_body(record_type, newest)
