"""News for apps: a stream of events that can be taken up again, and pushes for those whose app is closed."""

import json
import time
from collections.abc import Callable, Iterator
from threading import BoundedSemaphore

from sqlalchemy import Engine, insert, select

from backend.companion import push, store
from backend.companion.models import companion_keys
from backend.companion.store import Device
from backend.crm import store as crm
from backend.crm.on import Subscription
from backend.crm.store import SavedEvent
from backend.db import Clock, transaction, utc_now
from backend.errors import NeighbourError
from backend.jobs import store as jobs
from backend.jobs.run import Job
from backend.kommo.api import Api
from backend.seal import Sealer

PUSH = "companion.push"
WORTH_A_PUSH = ("message.received", "lead.added", "lead.changed", "lead.status_changed", "lead.responsible_changed")
STREAM_S = 55.0  # shorter than the idle limit of common proxies
LOOK_EVERY_S = 0.5
HEARTBEAT_S = 15.0
PAGE = 200


class TooManyStreams(Exception):
    """As many streams are open as this process can bear: each takes a thread."""


def shown(saved: SavedEvent) -> dict[str, object]:
    """What an app is told: that something happened and to what. What the user may see of it, the app asks for."""
    event = saved.event
    told: dict[str, object] = {
        "id": saved.id,
        "kind": event.kind,
        "entity_type": event.entity_type,
        "entity_id": event.entity_id,
        "at": int(saved.told_at.timestamp()),
    }
    if event.entity_type in ("message", "talk") and event.fields.get("entity_type") == "lead":
        told["lead_id"] = event.fields.get("entity_id")
    return told | ({"lead_id": event.entity_id} if event.entity_type == "lead" else {})


class Streams:
    """Opens streams, ``at_once`` at the most; each ends after ``stream_s`` and is taken up again by the app."""

    def __init__(self, engine: Engine, *, at_once: int = 4, stream_s: float = STREAM_S) -> None:
        self._engine = engine
        self._places = BoundedSemaphore(at_once)
        self.stream_s = stream_s

    def after(self, installation_id: int, key: int) -> list[SavedEvent]:
        """What came after event ``key``."""
        with self._engine.connect() as conn:
            return crm.events_after(conn, installation_id, key, PAGE)

    def newest(self, installation_id: int) -> int:
        """Where news begin for an app that has seen none."""
        with self._engine.connect() as conn:
            return crm.newest_event(conn, installation_id)

    def open(self, installation_id: int, after: int, is_alive: Callable[[], bool]) -> Iterator[str]:
        """Server-sent events after ``after``. ``is_alive`` ends the stream early. Raises ``TooManyStreams``."""
        if not self._places.acquire(blocking=False):
            raise TooManyStreams
        return self._run(installation_id, after, is_alive)

    def _run(self, installation_id: int, after: int, is_alive: Callable[[], bool]) -> Iterator[str]:
        try:
            ends_at = time.monotonic() + self.stream_s
            quiet_until = 0.0
            yield f"retry: 1000\nid: {after}\n\n"
            while time.monotonic() < ends_at and is_alive():
                found = self.after(installation_id, after)
                for saved in found:
                    after = saved.id
                    yield f"id: {after}\nevent: news\ndata: {json.dumps(shown(saved), ensure_ascii=False)}\n\n"
                if found or time.monotonic() >= quiet_until:
                    quiet_until = time.monotonic() + HEARTBEAT_S
                    yield ": still here\n\n"
                if len(found) < PAGE:
                    time.sleep(LOOK_EVERY_S)
        finally:
            self._places.release()


class Pushes:
    """Promises and sends pushes."""

    def __init__(self, engine: Engine, sealer: Sealer, contact: str, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._sealer = sealer
        self._contact = contact
        self._clock = clock

    def subscription(self) -> Subscription:
        """The reaction that promises a push for each event worth one."""
        return Subscription("companion.push", WORTH_A_PUSH, self.promise)

    def promise(self, saved: SavedEvent, _api: Api) -> None:
        """Promise a push to every device that wants to know. Repeating it changes nothing."""
        with transaction(self._engine) as conn:
            for device in store.devices_of_account(conn, saved.installation_id):
                if _concerns(device, saved):
                    body = {"device_id": device.id, "message": shown(saved)}
                    key = f"push:{device.id}:{saved.id}"
                    jobs.put(conn, kind=PUSH, lane=f"push:{device.id}", body=body, dedupe_key=key, now=self._clock())

    def send(self, job: Job) -> None:
        """Send one push: the handler of ``PUSH``. A device that is gone is forgotten."""
        device_id = job.body["device_id"]
        with self._engine.connect() as conn:
            where = store.push_of_device(conn, self._sealer, device_id)
        if where is None:
            return
        try:
            message = job.body["message"]
            topic = f"lead-{message['lead_id']}" if message.get("lead_id") else ""  # a later push takes its place
            push.Sender(self.keys(), self._contact).send(where, message, topic=topic[:32])
        except push.Gone:
            with transaction(self._engine) as conn:
                store.forget_push(conn, device_id)
        except ValueError as error:
            raise NeighbourError(f"the device gave keys that are none: {error}", permanent=True) from error

    def keys(self) -> push.Keys:
        """Our pair for VAPID, made when it is first asked for: devices subscribe to one key and keep to it."""
        with transaction(self._engine) as conn:
            row = conn.execute(select(companion_keys).where(companion_keys.c.id == 1)).first()
            if row is not None:
                return push.Keys(self._sealer.open("companion_keys:1:private", row.private), row.public)
            made = push.new_keys()
            sealed = self._sealer.seal("companion_keys:1:private", made.private)
            conn.execute(insert(companion_keys).values(id=1, private=sealed, public=made.public))
            return made


def _concerns(device: Device, saved: SavedEvent) -> bool:
    """Messages concern everybody of the account, a lead whoever is responsible for it; nobody's own doing does."""
    fields = saved.event.fields
    if saved.event.entity_type != "lead":
        return True
    return fields.get("responsible_user_id") == str(device.user_id) != fields.get("modified_user_id")
