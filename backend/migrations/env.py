"""Run by Alembic: applies migrations through the engine that ``backend.migrations.upgrade`` hands in."""

from alembic import context

from backend.migrations import all_tables


def _run() -> None:
    engine = context.config.attributes["engine"]
    # On SQLite the lock is taken at once: a service that looks for its tables all the while would else make it fail.
    with engine.connect().execution_options(writes=True) as connection:
        context.configure(connection=connection, target_metadata=all_tables(), render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


_run()
