"""Records that a case has settled and that a later load states again, changed or not."""

import sqlalchemy as sa
from alembic import op

from graph.ledger.database import refusing_changes

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "restated",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("record", sa.Integer, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("load", sa.Integer, sa.ForeignKey("load.id"), nullable=False),
        sa.Column("file", sa.Integer, sa.ForeignKey("load_file.id"), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.UniqueConstraint("record", "load"),
    )
    for statement in refusing_changes(op.get_bind().dialect.name, "restated"):
        op.execute(statement)
