"""The door for CRM hooks: ``POST /hooks/crm/<secret>``. Verify, save, answer; nothing else."""

import logging
from threading import BoundedSemaphore

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from backend.crm.hooks import Hooks, UnknownDoor
from backend.kommo.urlencoded import LIMITS, FormError

log = logging.getLogger(__name__)

MAX_BODY_BYTES = LIMITS.body_bytes
FORM = "application/x-www-form-urlencoded"
WAIT_S = 0.5  # for a place; with the database's patience it stays below the 2 s that the CRM waits


def blueprint(*, hooks: Hooks, at_once: int = 8) -> Blueprint:
    """Serve the door. ``at_once`` hooks are saved side by side; more wait, and are then asked to come back."""
    views = Blueprint("crm_hooks", __name__)
    places = BoundedSemaphore(at_once)

    @views.post("/hooks/crm/<secret>")
    def take(secret: str) -> Response:
        """Keep a hook. 200 once it is saved, 503 while it cannot be, 404 for an unknown secret."""
        if request.mimetype not in (FORM, ""):
            return Response(status=415)
        body = request.get_data(cache=False)  # before a place is taken: a slow sender holds none
        if not places.acquire(timeout=WAIT_S):
            return _later("too many hooks at once")
        try:
            hooks.keep(secret, body)
        except UnknownDoor:
            return Response(status=404)
        except FormError as error:
            log.warning("a hook is beyond the limits: %s", error)
            return Response(status=413 if error.limit in ("body_bytes", "pairs") else 400)
        except SQLAlchemyError:
            log.exception("a hook could not be saved")
            return _later("it could not be saved")
        finally:
            places.release()
        return Response(status=200)

    return views


def _later(reason: str) -> Response:
    return Response(f"not now: {reason}\n", status=503, headers={"Retry-After": "5"}, mimetype="text/plain")
