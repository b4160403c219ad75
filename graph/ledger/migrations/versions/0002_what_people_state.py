"""What people state, hand in and report: claims with their documents, links of single records, reports of touts."""

import sqlalchemy as sa
from alembic import op

from graph.ledger.database import refusing_changes

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("document", "claim", "claim_document", "record_link", "record_link_end", "tout_report")


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("kept_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "document_content",
        sa.Column("document", sa.Integer, sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("party", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("record", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("withdraws", sa.Integer, sa.ForeignKey("claim.id"), unique=True),
        sa.Column("said_by", sa.Text, nullable=False),
        sa.Column("said_at", sa.DateTime, nullable=False),
    )
    op.create_index("claim_record", "claim", ["record"])
    op.create_table(
        "claim_document",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("claim", sa.Integer, sa.ForeignKey("claim.id"), nullable=False),
        sa.Column("document", sa.Integer, sa.ForeignKey("document.id"), nullable=False),
        sa.UniqueConstraint("claim", "document"),
    )
    op.create_table(
        "record_link",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text),
        sa.Column("expires_on", sa.Date),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "record_link_end",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("link", sa.Integer, sa.ForeignKey("record_link.id"), nullable=False, unique=True),
        sa.Column("ended_by", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "tout_report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("form", sa.Text, nullable=False, unique=True),
        sa.Column("reported_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "tout_report_text",
        sa.Column("report", sa.Integer, sa.ForeignKey("tout_report.id"), primary_key=True),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
    )
    for table in APPEND_ONLY:
        for statement in refusing_changes(op.get_bind().dialect.name, table):
            op.execute(statement)
