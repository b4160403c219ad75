"""Tables of the ledger. All are append-only: triggers refuse UPDATE and DELETE (see the first migration).

A *position* belongs to a commit, not to a row: it is inserted as the last statement of a transaction that holds the
write lock, so positions become visible in order. A version's position is that of its load.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

dataset = Table(
    "dataset",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("format", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("trust", Integer, nullable=False),
    Column("synthetic", Boolean, nullable=False),
)

load = Table(
    "load",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", ForeignKey("dataset.id"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("undoes", ForeignKey("load.id"), unique=True),
    Column("started_at", DateTime, nullable=False),
    Column("report", Text, nullable=False),  # JSON: the counts, notes, skips and refusals
)

load_file = Table(
    "load_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("load", ForeignKey("load.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the file as it was read
    Column("size", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    UniqueConstraint("type", "key"),
)

record_version = Table(
    "record_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", ForeignKey("record.id"), nullable=False),
    Column("dataset", ForeignKey("dataset.id"), nullable=False),
    Column("part", Text, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("body", Text, nullable=False),  # JSON of the properties
    Column("load", ForeignKey("load.id"), nullable=False),
    Column("file", ForeignKey("load_file.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Index("record_version_identity", "record", "dataset", "part"),
)

link_version = Table(
    "link_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("from_record", ForeignKey("record.id"), nullable=False),
    Column("to_record", ForeignKey("record.id"), nullable=False),
    Column("dataset", ForeignKey("dataset.id"), nullable=False),
    Column("part", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("present", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("load", ForeignKey("load.id"), nullable=False),
    Column("file", ForeignKey("load_file.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Index("link_version_identity", "from_record", "to_record", "type", "dataset", "part"),
)

merge_decision = Table(
    "merge_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("left_record", ForeignKey("record.id"), nullable=False),
    Column("right_record", ForeignKey("record.id"), nullable=False),
    Column("judgement", Text, nullable=False),  # same | different | unsure; the latest for a pair holds
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", DateTime, nullable=False),
)

position = Table(
    "position",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("load", ForeignKey("load.id"), unique=True),
    Column("decision", ForeignKey("merge_decision.id"), unique=True),
    Column("committed_at", DateTime, nullable=False),
)

APPEND_ONLY = tuple(table.name for table in metadata.sorted_tables)
