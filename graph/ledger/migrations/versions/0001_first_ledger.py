"""The first ledger: data sets, loads, records, links, merge decisions, positions; all append-only."""

import sqlalchemy as sa
from alembic import op

from graph.ledger.database import refusing_changes

revision = "0001"
down_revision = None

TABLES = ("dataset", "load", "load_file", "record", "record_version", "link_version", "merge_decision", "position")


IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("trust", sa.Integer, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
    )
    op.create_table(
        "load",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dataset", sa.Integer, sa.ForeignKey("dataset.id"), nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("load.id"), unique=True),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
    )
    op.create_table(
        "load_file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("load", sa.Integer, sa.ForeignKey("load.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("type", IDENTITY, nullable=False),
        sa.Column("key", IDENTITY, nullable=False),
        sa.UniqueConstraint("type", "key"),
    )
    op.create_table(
        "record_version",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("record", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("dataset", sa.Integer, sa.ForeignKey("dataset.id"), nullable=False),
        sa.Column("part", IDENTITY, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("load", sa.Integer, sa.ForeignKey("load.id"), nullable=False),
        sa.Column("file", sa.Integer, sa.ForeignKey("load_file.id"), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
    )
    op.create_index("record_version_identity", "record_version", ["record", "dataset", "part"])
    op.create_table(
        "link_version",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("type", IDENTITY, nullable=False),
        sa.Column("from_record", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("to_record", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("dataset", sa.Integer, sa.ForeignKey("dataset.id"), nullable=False),
        sa.Column("part", IDENTITY, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("load", sa.Integer, sa.ForeignKey("load.id"), nullable=False),
        sa.Column("file", sa.Integer, sa.ForeignKey("load_file.id"), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
    )
    op.create_index("link_version_identity", "link_version", ["from_record", "to_record", "type", "dataset", "part"])
    op.create_table(
        "merge_decision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("left_record", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("right_record", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("judgement", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "position",
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("load", sa.Integer, sa.ForeignKey("load.id"), unique=True),
        sa.Column("decision", sa.Integer, sa.ForeignKey("merge_decision.id"), unique=True),
        sa.Column("committed_at", sa.DateTime, nullable=False),
    )
    for table in TABLES:
        for statement in refusing_changes(op.get_bind().dialect.name, table):
            op.execute(statement)
