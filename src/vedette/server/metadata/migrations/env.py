"""Alembic's entry: the engine hands over its connection."""

from alembic import context

from vedette.server.metadata.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
