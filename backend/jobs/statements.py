"""The statements that run for every job, built once: to put one together takes longer than to run it.

States stand in them as literals, because an index over the waiting rows alone is used only where the database can see
that no others are asked for.
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, Executable, bindparam, exists, func, literal_column, or_, select, update
from sqlalchemy.types import BigInteger, String

from backend.db import UtcDateTime, insert_into
from backend.jobs.models import BURIED, DONE, READY, inbox, lane, outbox


def _is(state: str) -> ColumnElement[bool]:
    return outbox.c.state == literal_column(f"'{state}'", String)


IS_READY, IS_BURIED = _is(READY), _is(BURIED)
_NOW = bindparam("now", type_=UtcDateTime)
_KEY, _EPOCH = bindparam("of_lane", type_=String), bindparam("of_epoch", type_=BigInteger)
_IS_DUE = (lane.c.next_at <= _NOW) & or_(lane.c.leased_until.is_(None), lane.c.leased_until < _NOW)
_IS_HELD = (lane.c.key == _KEY) & (lane.c.epoch == _EPOCH)

OVERDUE = select(lane.c.key).where(_IS_DUE).order_by(lane.c.next_at)
DUE = (
    select(lane.c.key, lane.c.epoch, lane.c.leased_until)
    .where(_IS_DUE)
    .order_by(lane.c.next_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
TAKE = (
    update(lane)
    .where(lane.c.key == _KEY)
    .values(epoch=bindparam("new_epoch"), leased_until=bindparam("until", type_=UtcDateTime))
)
WAITING = (
    select(
        outbox.c.id, outbox.c.kind, outbox.c.lane, outbox.c.body,
        outbox.c.attempts, outbox.c.not_before, outbox.c.created_at,
    )
    .where(outbox.c.lane == _KEY, IS_READY)
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
)  # fmt: skip
FINISH = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), IS_READY, exists().where(_IS_HELD))
    .values(state=DONE, finished_at=_NOW)
)
MINE = select(lane.c.key).where(_IS_HELD).with_for_update()
FREE = update(lane).where(_IS_HELD).values(next_at=bindparam("then", type_=UtcDateTime), leased_until=None)
NEXT_DUE = select(func.min(lane.c.next_at)).where(lane.c.leased_until.is_(None))


@lru_cache
def keep(dialect: str) -> Executable:
    """Keep a hook once."""
    return insert_into(dialect, inbox, ("dedupe_key",)).returning(inbox.c.id)


@lru_cache
def promise(dialect: str) -> Executable:
    """Promise a job once."""
    return insert_into(dialect, outbox, ("dedupe_key",)).returning(outbox.c.id)


@lru_cache
def wake(dialect: str) -> Executable:
    """Make an idle lane due; a lane that is due or waiting keeps its time."""
    insert = insert_into(dialect, lane)
    first = func.coalesce(lane.c.next_at, insert.excluded.next_at)
    return insert.on_conflict_do_update(index_elements=["key"], set_={"next_at": first}).returning(lane.c.next_at)
