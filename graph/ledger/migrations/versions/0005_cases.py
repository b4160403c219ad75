"""Cases: their events, chained and append-only; what may be erased of them, idempotency keys, checkpoints, notices."""

import sqlalchemy as sa
from alembic import op

from graph.ledger.database import refusing_changes

revision = "0005"
down_revision = "0004"

IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
APPEND_ONLY = ("case_file", "case_event", "case_document", "case_key", "case_checkpoint")


def upgrade() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", IDENTITY, nullable=False),
        sa.Column("enterprise", IDENTITY),
        sa.Column("authority", IDENTITY),
        sa.Column("opened_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case", sa.Integer, sa.ForeignKey("case_file.id"), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("prev", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("case", "seq"),
    )
    op.create_table(
        "case_personal",
        sa.Column("event", sa.Integer, sa.ForeignKey("case_event.id"), primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "case_document",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("event", sa.Integer, sa.ForeignKey("case_event.id"), nullable=False),
        sa.Column("document", sa.Integer, sa.ForeignKey("document.id"), nullable=False),
        sa.UniqueConstraint("event", "document"),
    )
    op.create_table(
        "case_key",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("actor", IDENTITY, nullable=False),
        sa.Column("key", IDENTITY, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("event", sa.Integer, sa.ForeignKey("case_event.id"), nullable=False),
        sa.UniqueConstraint("actor", "key"),
    )
    op.create_table(
        "case_checkpoint",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("last_event", sa.Integer, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("prev", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "case_head",
        sa.Column("case", sa.Integer, sa.ForeignKey("case_file.id"), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_table(
        "case_notice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("event", sa.Integer, sa.ForeignKey("case_event.id"), nullable=False),
        sa.Column("case", sa.Integer, sa.ForeignKey("case_file.id"), nullable=False),
        sa.Column("account", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("reminder", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("read_at", sa.DateTime),
        sa.Column("mailed_at", sa.DateTime),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.UniqueConstraint("event", "account"),
    )
    op.create_index("case_notice_account", "case_notice", ["account"])
    op.create_table(
        "account_contact",
        sa.Column("account", sa.Integer, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("address", sa.Text),
        sa.Column("reminders", sa.Boolean, nullable=False),
        sa.Column("superior", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("deputy", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("deputy_from", sa.Date),
        sa.Column("deputy_to", sa.Date),
    )
    for table in APPEND_ONLY:
        for statement in refusing_changes(op.get_bind().dialect.name, table):
            op.execute(statement)
