"""Run by Alembic: applies migrations through the engine that ``backend.migrations.upgrade`` hands in."""

from alembic import context

from backend.migrations import all_tables


def _run() -> None:
    engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=all_tables(), render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


_run()
