"""The ledger 账本: the only system of record, append-only, on SQLite by default.

`ledger` is what everybody uses, `store` opens the database, `schema` declares the tables, `staging` gathers a load and
`load` appends it, `undo` reverses it, `merge` keeps merge decisions, `reading` answers what is known at a position.
"""

from graph.ledger.ledger import Ledger
from graph.ledger.reading import Dataset, Load
from graph.ledger.request import LoadOutcome, LoadRequest, SourceFileInfo
from graph.ledger.staging import Staging

__all__ = ["Dataset", "Ledger", "Load", "LoadOutcome", "LoadRequest", "SourceFileInfo", "Staging"]
