"""Outcomes 办理结果: what an act in a case comes to for its record, as a record and a link of the graph.

The definition says which action has which outcome. It is written in the transaction of the event itself, as a row of
the data set `cases`: the file is the case, the row its event, the digest the event's own hash. So an event has its
outcome or is not there at all, and nothing is written twice.

An outcome holds only for a record that a source states, that is against the enterprise of the case, and that the
authority of the case made: what somebody types into a case changes nothing about others. Until then it waits;
`catch_up` writes it when the record is loaded, as it does for events from before their definition declared an outcome.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select

from cases import event_log
from cases.accounts import Role
from cases.case import Case, Event, fold
from cases.definitions import Registry
from graph.ledger.merge import Judgement, decisions
from graph.ledger.request import LoadRequest, SourceFileInfo
from graph.ledger.schema import case_event, dataset, load, load_file
from graph.ledger.stating import linked, said_of_one, state
from graph.ledger.store import Store
from graph.ontology import RECORD_TYPES, Against, Basis, Outcome, Ref, Settles, chinese
from lianxin.errors import NotKnown

DATASET: Final = "cases"
FORMAT: Final = "case-outcomes"
LABEL: Final = "案件办理结果"


def statements(case: Case, event: Event) -> tuple[Outcome, Settles] | None:
    """What an event comes to; None where its action has no outcome, or names nothing that it could be about.

    What the party itself does is only its word; all others act for whoever decides.
    """
    action = case.definition.action(event.action)
    about = _about(case)
    if action is None or action.effect is None or about is None:
        return None
    effect, day = action.effect, event.stated_day(action.effect.day) or event.on
    until = event.stated_day(effect.until)
    outcome = Outcome(
        key=f"{case.id}/{event.seq}",
        title=f"{case.definition.words.zh}第 {case.id} 号：{chinese(effect.kind)}",
        kind=effect.kind,
        decided_on=day,
        until=until,
        authority=case.authority,
        case_no=case.id,
        event_no=event.seq,
    )
    basis = Basis.CLAIMED if event.role == Role.ENTERPRISE else Basis.OBSERVED
    return outcome, Settles(from_ref=outcome.ref, to_ref=about, basis=basis, valid_from=day, valid_to=until)


def _about(case: Case) -> Ref | None:
    """The record that a case names, by type and key; where its kind names none, its enterprise."""
    named = case.definition.about_record
    if named is None:
        return None if case.enterprise is None else Ref("Enterprise", case.enterprise)
    type_name, _, key = str(case.opened.get(named, "")).partition("/")
    ref = Ref(type_name, key)
    return ref if type_name in RECORD_TYPES and ("Outcome", type_name) in Settles.ends and key else None


# --- writing ----------------------------------------------------------------------------------------------------------


def write(connection: Connection, case: Case, event: Event) -> bool:
    """Write the outcome of an event, in a transaction that holds the write lock. Gives whether there was one.

    The caller sees to it that it is not written yet.
    """
    made = _holding(connection, case, event)
    if made is None:
        return False
    file = SourceFileInfo(f"案件 {case.id}", event.hash, len(event_log.canonical(dict(event.data))), 1)
    request = LoadRequest(DATASET, FORMAT, LABEL, "increment", [file], event.at)
    state(connection, request, event.seq, made)
    return True


def catch_up(ledger: Store, registry: Registry) -> int:
    """Write the outcomes that are not written yet, in the order of the log; gives how many.

    An outcome that was undone in the ledger has been written: it stays undone.
    """
    with ledger.reading() as connection:
        waiting = [
            number for number, case, event in _unwritten(connection, registry) if _holding(connection, case, event)
        ]
    done = 0
    for number in waiting:
        with ledger.changing() as connection:
            found = next((each for each in _unwritten(connection, registry, number)), None)
            if found is not None:  # another process may have written it meanwhile
                done += write(connection, found[1], found[2])
    return done


def _holding(connection: Connection, case: Case, event: Event) -> tuple[Outcome, Settles] | None:
    """What an event comes to, where it holds for the record that it is about."""
    made = statements(case, event)
    return made if made is not None and _holds_for(connection, case, made[1].to_ref) else None


def _holds_for(connection: Connection, case: Case, about: Ref) -> bool:
    """Whether a record is one of the parties' of a case, as the sources have it."""
    said = said_of_one(connection, about)
    if not said or case.definition.about_record is None:
        return bool(said)
    made_by = {each.get("authority") for each in said}
    if case.authority is not None and case.authority not in made_by:
        return False
    return case.enterprise is None or Ref("Enterprise", case.enterprise) in _parties(connection, about)


def _parties(connection: Connection, about: Ref) -> set[Ref]:
    """The enterprises that a record is against, with those that were decided to be the same."""
    found = set(linked(connection, Against.__name__, about))
    same = [each for each in decisions(connection) if each.judgement is Judgement.SAME]
    while more := {end for each in same if found & {each.left, each.right} for end in (each.left, each.right)} - found:
        found |= more
    return found


def _unwritten(
    connection: Connection, registry: Registry, number: int | None = None
) -> Iterator[tuple[int, Case, Event]]:
    """The events whose action has an outcome that no row of the data set holds: each with its number and its case."""
    declared = {action.name for each in registry.all() for action in each.actions if action.effect is not None}
    written = (
        select(load_file.c.digest)
        .join(load, load.c.id == load_file.c.load)
        .join(dataset, dataset.c.id == load.c.dataset)
        .where(dataset.c.name == DATASET)
    )
    table = case_event.c
    query = select(table.id, table["case"], table.seq).where(
        table.action.in_(sorted(declared)), table.hash.not_in(written)
    )
    if number is not None:
        query = query.where(table.id == number)
    folded: dict[int, Case | None] = {}
    for id, case, seq in connection.execute(query.order_by(table.id)).all():
        if case not in folded:
            folded[case] = _folded(connection, registry, case)
        found = folded[case]
        if found is not None:
            yield id, found, found.events[seq - 1]


def _folded(connection: Connection, registry: Registry, number: int) -> Case | None:
    """A case; None where this program does not know its definition: another one has to look after it."""
    found = event_log.events(connection, number)
    try:
        return fold(registry.of(found[0].data["kind"], found[0].data["version"]), found)
    except NotKnown:
        return None


def load_of(connection: Connection, event: Event) -> int | None:
    """The load by which the outcome of an event was written; None where it was not."""
    query = select(load_file.c.load).join(load, load.c.id == load_file.c.load)
    found: int | None = connection.execute(
        query.join(dataset, dataset.c.id == load.c.dataset).where(
            dataset.c.name == DATASET, load_file.c.digest == event.hash
        )
    ).scalar()
    return found
