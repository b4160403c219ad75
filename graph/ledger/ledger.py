"""The ledger as everybody above uses it: what can be asked of it and written to it."""

from datetime import datetime

from graph.ledger import merge as merging
from graph.ledger import reading as answers
from graph.ledger.request import LoadOutcome
from graph.ledger.staging import Staging
from graph.ledger.store import Store
from graph.ledger.undo import undo as undo_load


class Ledger(Store):
    """The ledger at one URL. Open it with `Ledger.open`."""

    def staging(self) -> Staging:
        """A place to gather the statements of one load before they are compared with the ledger."""
        return Staging(self)

    def undo(self, load: int) -> LoadOutcome:
        """Append the reversal of a load. Raises NotKnown, or Conflict when a later load stands on it."""
        return undo_load(self, load)

    def decide(self, decision: "merging.Decision") -> int:
        """Append a merge decision and return its position."""
        return merging.decide(self, decision)

    def decisions(self) -> "list[merging.Decision]":
        """The decisions that hold: the latest of each pair."""
        with self.reading() as connection:
            return merging.decisions(connection)

    def position(self) -> int:
        """The newest position, 0 for an empty ledger."""
        with self.reading() as connection:
            return answers.newest_position(connection)

    def committed_at(self, position: int) -> datetime | None:
        """When a position was committed (UTC), None where it is not there: tells two ledgers of one length apart."""
        with self.reading() as connection:
            return answers.committed_at(connection, position)

    def loads(self) -> "list[answers.Load]":
        """All loads, newest first."""
        with self.reading() as connection:
            return answers.loads(connection)

    def load(self, load: int) -> "answers.Load":
        """One load with its report. Raises NotKnown."""
        with self.reading() as connection:
            return answers.load(connection, load)

    def datasets(self) -> "list[answers.Dataset]":
        """The data sets loaded, each with its newest load that is not undone."""
        with self.reading() as connection:
            return answers.datasets(connection)
