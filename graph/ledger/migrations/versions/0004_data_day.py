"""Up to which day the data of a load reach, where their source says so."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("load", sa.Column("data_day", sa.Date))
