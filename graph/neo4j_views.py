"""The states of a graph in Neo4j, and the thread that keeps the graph up to the ledger. No Cypher stands here."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from graph.ledger import Ledger
from graph.neo4j_projection import Applied, Projection, applied, checked
from graph.neo4j_server import Server
from graph.neo4j_view import Neo4jView
from graph.ontology import Ref
from lianxin.errors import LianxinError, NotKnown, StoreUnavailable

STATES = 5  # kept ready, least recently used out
LOOK_SECONDS = 1.0  # how often the ledger is looked at
PATIENCE_SECONDS = 15.0  # for a writer that makes no progress: a transaction takes one or two


class Neo4jViews:
    """The newest state of one graph and past ones; implements `graph.view.Views`."""

    def __init__(self, ledger: Ledger, server: Server) -> None:
        self._ledger, self._server = ledger, server
        self._lock = threading.Lock()
        self._states: OrderedDict[int, Neo4jView] = OrderedDict()
        self._refs: dict[int, Ref] = {}
        self._last: Applied | None = None
        self._stop = threading.Event()
        self._follower: threading.Thread | None = None

    def newest(self) -> Neo4jView:
        """The state that the graph holds, which may lie behind the ledger.

        Raises StoreUnavailable while nothing was projected yet, ViewMismatch when the graph is of another ledger.
        """
        return self._state(self._applied())

    def at(self, position: int) -> Neo4jView:
        """The state at a position. Raises NotKnown for one that the ledger has not reached, else as `newest`."""
        reached = self._applied()
        if not 0 <= position <= max(reached, self._ledger.position()):
            raise NotKnown("position", "账本位置", str(position))
        if position > reached:
            raise _behind(self._server.address.shown, reached)
        return self._state(position)

    def _applied(self) -> int:
        found = checked(self._ledger, self._server)
        self._forget_other_history(found)
        if found is None or found.position is None or (found.position == 0 and self._ledger.position()):
            raise _empty(self._server.address.shown)
        return found.position

    def _forget_other_history(self, found: Applied | None) -> None:
        """States of a ledger in whose place a backup was put, after which the graph was rebuilt, answer no more."""
        with self._lock:
            last = self._last
            if last is not None and last.position:
                committed = self._ledger.committed_at(last.position)
                if committed is None or committed.isoformat() != last.committed_at:
                    self._states.clear()
                    self._refs = {}
            self._last = found

    def _state(self, position: int) -> Neo4jView:
        with self._lock:
            if position not in self._states:
                self._states[position] = Neo4jView(self._server, position, self._refs)
                while len(self._states) > STATES:
                    self._states.popitem(last=False)
            self._states.move_to_end(position)
            return self._states[position]

    def close(self) -> None:
        """Stop following and give the connections back."""
        self._stop.set()
        if self._follower is not None:
            self._follower.join()
        self._server.close()

    # --- following the ledger -----------------------------------------------------------------------------------------

    def follow(self, trouble: Callable[[LianxinError], None]) -> None:
        """Keep the graph up to the ledger from a thread; `trouble` is told what keeps it from that, each time once."""
        self._follower = threading.Thread(target=self._follow, args=(trouble,), name="neo4j-follower", daemon=True)
        self._follower.start()

    def _follow(self, trouble: Callable[[LianxinError], None]) -> None:
        projection, told = Projection(self._ledger, self._server), ""
        others = _OthersWork()
        while True:
            try:
                found = applied(self._server)
                if not others.going_on(found) and (found is None or found.position != self._ledger.position()):
                    projection.catch_up(self._halt)
                told = ""
            except _Halted:
                return
            except LianxinError as error:
                if str(error) != told:
                    trouble(error)
                told = str(error)
            if self._stop.wait(LOOK_SECONDS):
                return

    def _halt(self, done: int, total: int) -> None:  # noqa: ARG002  # as a projection calls it
        if self._stop.is_set():
            raise _Halted


class _Halted(Exception):
    """The process ends: what is left is projected by the next one."""


class _OthersWork:
    """Whether another process writes into the graph: it has put its name there, and makes progress."""

    def __init__(self) -> None:
        self._seen: Applied | None = None
        self._since = 0.0

    def going_on(self, found: Applied | None) -> bool:
        if found is None or found.writer is None:
            return False
        if found != self._seen:
            self._seen, self._since = found, time.monotonic()
        return time.monotonic() - self._since < PATIENCE_SECONDS


def _empty(where: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"{where}: the graph is not built yet. lianxin serve builds it by itself, lianxin view rebuild does it at "
        "once; lianxin view status says how far it is. The ledger is untouched",
        f"{where}：图还没有建好。lianxin serve 会自动建，也可以执行 lianxin view rebuild；"
        "用 lianxin view status 查看进度。账本不受影响",
    )


def _behind(where: str, reached: int) -> StoreUnavailable:
    return StoreUnavailable(
        f"{where}: the graph has reached position {reached} only. Ask again when it has caught up: lianxin view status",
        f"{where}：图目前只到位置 {reached}，请等它赶上账本后再问（lianxin view status）",
    )
