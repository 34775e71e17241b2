from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select, update

from backend.db import transaction
from backend.jobs import periodic, store
from backend.jobs.models import BURIED, inbox, outbox
from backend.jobs.run import Runner

NOW = datetime(2026, 2, 3, 9, 15, tzinfo=UTC)
HOURLY = periodic.Periodic("tidy", 3600)


def kinds(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(select(outbox.c.kind).order_by(outbox.c.id)).scalars())


def test_work_that_comes_round_is_promised_once_a_slot_however_many_sweep(engine: Engine) -> None:
    for now in (NOW, NOW + timedelta(minutes=5), NOW + timedelta(hours=1)):
        with transaction(engine) as conn:
            periodic.promise(conn, [HOURLY], now)
    assert kinds(engine) == ["tidy", "tidy"]


def test_old_hooks_and_done_jobs_are_forgotten_and_buried_ones_kept_with_their_hooks(engine: Engine) -> None:
    long_ago = NOW - timedelta(days=periodic.KEEP_DAYS + 1)
    for number in (1, 2):
        with transaction(engine) as conn:
            kept = store.receive(conn, kind="amojo", dedupe_key=f"m{number}", body=b"{}", now=long_ago)
            store.put(conn, kind="note", lane="a", body={"inbox": kept}, now=long_ago)
    Runner(engine, {"note": lambda job: None}, clock=lambda: long_ago).run_due()
    with transaction(engine) as conn:
        conn.execute(update(outbox).where(outbox.c.id == 2).values(state=BURIED))
        store.put(conn, kind=periodic.PURGE, lane="p", body={}, now=NOW)
    Runner(engine, {periodic.PURGE: periodic.purging(engine, lambda: NOW)}, clock=lambda: NOW).run_due()
    with engine.connect() as conn:
        assert list(conn.execute(select(inbox.c.dedupe_key)).scalars()) == ["m2"]
    assert kinds(engine) == ["note", periodic.PURGE]
