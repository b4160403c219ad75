"""Drafts of what is prepared in a case, answer by answer, with its papers; what was refused, for its author alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "case_draft",
        sa.Column("case", sa.Integer, sa.ForeignKey("case_file.id"), primary_key=True),
        sa.Column("role", IDENTITY, primary_key=True),
        sa.Column("action", IDENTITY, primary_key=True),
        sa.Column("field", IDENTITY, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "case_draft_paper",
        sa.Column("case", sa.Integer, sa.ForeignKey("case_file.id"), primary_key=True),
        sa.Column("role", IDENTITY, primary_key=True),
        sa.Column("action", IDENTITY, primary_key=True),
        sa.Column("material", IDENTITY, primary_key=True),
        sa.Column("document", sa.Integer, sa.ForeignKey("document.id"), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "case_refusal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case", sa.Integer, sa.ForeignKey("case_file.id"), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("account", IDENTITY, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("cure", sa.Text, nullable=False),
        sa.Column("typed", sa.Text, nullable=False),
    )
    op.create_index("case_refusal_of", "case_refusal", ["case", "account"])
