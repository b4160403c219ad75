"""The ledger 账本: the only system of record, append-only, on SQLite by default.

`store` opens it and turns the database's errors into ours, `schema` declares the tables, `load` writes a load or its
reversal, `reading` answers what is known at a position.
"""

from graph.ledger.load import LoadOutcome, LoadRequest, SourceFileInfo, Staging
from graph.ledger.reading import Dataset, Load
from graph.ledger.store import Ledger

__all__ = ["Dataset", "Ledger", "Load", "LoadOutcome", "LoadRequest", "SourceFileInfo", "Staging"]
