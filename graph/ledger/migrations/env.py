"""Alembic's entry: `Ledger.open` hands over its own connection, inside the transaction that it began."""

from alembic import context

from graph.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
