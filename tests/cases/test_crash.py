"""Killed with four writers at work: each act that was acknowledged is there, each chain holds, no key stands twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date

import pytest

from cases import event_log
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.engine import Engine
from graph.ledger import Ledger
from lianxin.clock import utc_now

KILLS = {"sqlite": 20, "postgresql": 5}
DAY = date(2026, 11, 24)
FIRM = Actor(Role.ENTERPRISE, "firm", "A")
WRITERS = """
import itertools, os, sys, threading
from datetime import date
from cases.accounts import Role
from cases.actor import Actor, Order
from graph.ledger import Ledger
from lianxin.clock import utc_now
from lianxin.errors import StaleVersion
from services.cases import engine

over, run, numbers = engine(Ledger.open(sys.argv[1])), sys.argv[2], [int(each) for each in sys.argv[3:]]
firm, lead = Actor(Role.ENTERPRISE, "firm", "A"), Actor(Role.LEAD_DEPARTMENT, "lead")
said = {"sentence": "x"}
turns = {"said": (lead, "take", {}), "in_hand": (lead, "ask", {"code": "unclear", **said})}
turns["more_wanted"] = (firm, "add", said)

def write(writer):
    for count in itertools.count():
        number = numbers[count % len(numbers)]
        case = over.case(number)
        by, action, values = turns[case.state_name]
        key = f"{run}.{writer}.{count}"
        try:
            done = over.act(number, action, values, Order(by, date(2026, 11, 24), utc_now(), case.version, key))
        except StaleVersion:
            continue
        os.write(1, f"{by.name} {key} {number} {done.event.seq}\\n".encode())

for each in [threading.Thread(target=write, args=(n,)) for n in range(4)]:
    each.start()
"""


def acknowledged(url: str, run: int, numbers: list[int], wait: float) -> Iterator[tuple[str, str, int, int]]:
    """Let writers write, kill them, and give what they had said until then: actor, key, case, seq."""
    command = [sys.executable, "-c", WRITERS, url, str(run), *map(str, numbers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        rest, said = process.communicate()
    assert first, said.decode()
    for line in (first + rest).decode().splitlines(keepends=True):
        if line.endswith("\n"):  # a line cut off was not said
            actor, key, case, seq = line.split()
            yield actor, key, int(case), int(seq)


def kept(ledger: Ledger) -> dict[tuple[str, str], tuple[int, int]]:
    query = 'SELECT k.actor, k.key, e."case", e.seq FROM case_key k JOIN case_event e ON e.id = k.event'
    with ledger.reading() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(query)]
    found = {(actor, key): (case, seq) for actor, key, case, seq in rows}
    assert len(found) == len(rows) == len({(case, seq) for _, _, case, seq in rows})
    return found


def test_what_was_acknowledged_survives_every_kill(engine: Engine, request: pytest.FixtureRequest) -> None:
    ledger = engine.ledger
    assert isinstance(ledger, Ledger)
    demand = {"topic": "training", "demand": "焊工培训的名额不够"}
    numbers = [engine.open("hr-channel", demand, Order(FIRM, DAY, utc_now())).case.id for _ in range(2)]
    chance, kills = random.Random(7), KILLS[ledger.engine.dialect.name]
    told: dict[tuple[str, str], tuple[int, int]] = {}
    for run in range(kills):
        url = ledger.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        for actor, key, case, seq in acknowledged(url, run, numbers, chance.uniform(0, 0.4)):
            assert (actor, key) not in told
            told[actor, key] = (case, seq)
        found = kept(ledger)
        assert told.items() <= found.items(), "an act that was acknowledged is lost"
        assert event_log.verify(ledger).broken == []
    assert len(told) > kills
    # Some kills leave an act that nobody was told of: sent again under its key, it is not done twice.
    events = event_log.verify(ledger).events
    (actor, key), (case, seq) = next(iter(found.items()))
    by = FIRM if actor == "firm" else Actor(Role.LEAD_DEPARTMENT, "lead")
    stored = engine.case(case).events[seq - 1]
    order = Order(by, DAY, utc_now(), seq - 1, key)
    done = engine.act(case, stored.action, stored.values, order)
    assert (done.again, done.event.seq, event_log.verify(ledger).events) == (True, seq, events)
    print(f"{request.node.name}: {len(told)} acknowledged, {len(found)} kept after {kills} kills")
