"""The companion's doors: signing in, the API under ``/companion/api/v1``, and the web app's files.

A device proves itself by its token in ``Authorization: Bearer``, never by a cookie. Calls to Kommo are made with the
rights of its user.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from flask import Blueprint, Response, g, jsonify, redirect, request, send_from_directory
from msgspec import UNSET
from pydantic import Field

from backend.accounts import store as accounts
from backend.companion import push, store
from backend.companion.incoming import Incoming
from backend.companion.leads import Leads
from backend.companion.news import TooManyStreams, shown
from backend.companion.room import Companion
from backend.companion.sign_in import Wish
from backend.companion.store import Device, Push
from backend.crm.calls import log_calls
from backend.db import transaction
from backend.errors import Refusal
from backend.kommo.api import Api
from backend.kommo.api.drafts import CallDraft, CallStatus
from backend.kommo.api.errors import NotAllowed, Unauthorized
from backend.kommo.errors import KommoError
from backend.kommo.oauth import consent_url
from backend.web.body import Body, Line, read
from backend.web.page import message_page
from backend.web.problems import problem, refused

APP = Path(__file__).parent / "app"
API = "/api/v1"
SEEN_EVERY_S = 60
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class TokenWish(Body):
    """What an app gives for its token."""

    code: Line
    code_verifier: Line
    device_name: Line


class PushKeys(Body):
    """The keys of a browser's subscription."""

    p256dh: Line
    auth: Line


class PushWish(Body):
    """A browser's subscription, as ``PushSubscription.toJSON`` gives it."""

    endpoint: str = Field(max_length=2000)
    keys: PushKeys
    expirationTime: float | None = None  # the browser's name for it


class CallWish(Body):
    """A call to log."""

    phone: Line
    direction: Literal["inbound", "outbound"]
    duration: int = Field(ge=0, le=86_400)
    status: int = Field(ge=1, le=8)
    result: str = Field("", max_length=255)
    uniq: str = Field("", max_length=64)


class Doors:
    """One method a door, apart from those about leads."""

    def __init__(self, companion: Companion, consent_sites: Mapping[str, str]) -> None:
        self._companion = companion
        self._consent_sites = consent_sites

    def sign_in(self) -> Response:
        """Send a person to the consent page."""
        args = request.args
        wish = Wish(
            args.get("code_challenge", ""),
            args.get("code_challenge_method", ""),
            args.get("redirect_uri", ""),
            args.get("state", ""),
            args.get("client_id", ""),
        )
        ours, state = self._companion.sign_ins.begin(wish)
        answer = Response(status=302)
        answer.location = consent_url(self._consent_sites[ours.platform], client_id=ours.client_id, state=state)
        return answer

    def token(self) -> tuple[Response, int]:
        """Let a device in."""
        wish = read(TokenWish)
        token, device = self._companion.sign_ins.finish(wish.code, wish.code_verifier, wish.device_name[:100])
        return jsonify(token=token, **self._about(device)), 201

    def me(self) -> Response:
        """Who is signed in, and where."""
        return jsonify(self._about(g.device))

    def _about(self, device: Device) -> dict[str, object]:
        with self._companion.engine.connect() as conn:
            found = accounts.installation(conn, device.installation_id)
        account = {"name": found.name, "host": found.host, "id": found.account_id} if found else {}
        return {"device": _device(device, device.id), "account": account,
                "user": {"id": device.user_id, "name": device.user_name}}  # fmt: skip

    def devices(self) -> Response:
        """The user's devices."""
        with self._companion.engine.connect() as conn:
            found = store.devices_of_user(conn, g.device.installation_id, g.device.user_id)
        return jsonify(devices=[_device(device, g.device.id) for device in found])

    def revoke(self, device_id: int) -> Response:
        """Sign a device of the user out."""
        with transaction(self._companion.engine) as conn:
            mine = store.devices_of_user(conn, g.device.installation_id, g.device.user_id)
            if device_id not in [device.id for device in mine]:
                raise Refusal("You have no such device.", status=404, code="not_found")
            store.revoke(conn, device_id)
            accounts.record(conn, "companion.revoked", actor=f"user {g.device.user_id}", now=self._companion.clock(),
                            installation_id=g.device.installation_id, device=device_id)  # fmt: skip
        return Response(status=204)

    def call(self) -> tuple[Response, int]:
        """Log a call as the user's own."""
        wish = read(CallWish)
        draft = CallDraft(
            direction=wish.direction, duration=wish.duration, source="companion", phone=wish.phone,
            call_status=CallStatus(wish.status), call_responsible=g.device.user_id, created_by=g.device.user_id,
            responsible_user_id=g.device.user_id, call_result=wish.result or UNSET, uniq=wish.uniq or UNSET,
        )  # fmt: skip
        (outcome,) = log_calls(self._api(), [draft], unknown=self._companion.settings.unknown_callers)
        if outcome.failure is not None:
            raise outcome.failure
        if outcome.written is None:
            wrong = [{"path": mistake.path, "message": mistake.detail or mistake.code} for mistake in outcome.mistakes]
            raise Refusal("Kommo did not take the call.", status=422, code="call_refused", errors=wrong)
        told = outcome.written
        return jsonify(id=told.id or told.uid, entity_type=told.entity_type, entity_id=told.entity_id), 201

    def _api(self) -> Api:
        return self._companion.apis.of(g.device.installation_id).as_user(g.device.user_id)

    def events(self) -> Response:
        """News: a stream for those who ask for one, else what came after ``after``."""
        streams, key = self._companion.streams, g.device.installation_id
        given = request.headers.get("Last-Event-ID") or request.args.get("after") or ""
        after = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else streams.newest(key)
        if "text/event-stream" not in request.headers.get("Accept", ""):
            found = streams.after(key, after)
            return jsonify(events=[shown(saved) for saved in found], after=found[-1].id if found else after)
        token = _bearer()
        try:
            stream = streams.open(key, after, lambda: self._is_in(token))
        except TooManyStreams:
            raise Refusal("Too many open streams: ask without one.", status=503, code="poll_instead",
                          headers={"Retry-After": "30"}) from None  # fmt: skip
        return Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def _is_in(self, token: str) -> bool:
        with self._companion.engine.connect() as conn:
            return store.device_of_token(conn, token) is not None

    def push_key(self) -> Response:
        """What a browser subscribes with."""
        return jsonify(key=self._companion.pushes.keys().public)

    def subscribe(self) -> Response:
        """Remember where this device's pushes go."""
        wish = read(PushWish)
        if not push.is_allowed(wish.endpoint, self._companion.settings.dev_push_origins):
            raise Refusal("The endpoint is none of a known push service.", code="unknown_push_service")
        where = Push(0, g.device.id, wish.endpoint, wish.keys.p256dh, wish.keys.auth)
        try:
            push.encrypt(b"", where.p256dh, where.auth)
        except ValueError:
            raise Refusal("The keys are not those of a subscription.") from None
        with transaction(self._companion.engine) as conn:
            store.keep_push(conn, self._companion.sealer, where, self._companion.clock())
        return Response(status=204)

    def unsubscribe(self) -> Response:
        """Send this device no pushes any more."""
        with transaction(self._companion.engine) as conn:
            store.forget_push(conn, g.device.id)
        return Response(status=204)

    def identify(self) -> None:
        """Let nobody but signed-in devices of connected accounts pass."""
        now = self._companion.clock()
        with self._companion.engine.connect() as conn:
            device = store.device_of_token(conn, _bearer())
            found = accounts.installation(conn, device.installation_id) if device else None
        if device is None or found is None or not found.is_active:
            raise Refusal("Sign in.", status=401, code="signed_out", headers={"WWW-Authenticate": "Bearer"})
        if (now - device.seen_at).total_seconds() > SEEN_EVERY_S:
            with transaction(self._companion.engine) as conn:
                store.saw(conn, device.id, now)
        g.device, g.installation = device, found


def blueprint(*, companion: Companion, consent_sites: Mapping[str, str]) -> Blueprint:
    """Serve ``/companion/``. ``consent_sites`` is where a person consents, by platform."""
    views = Blueprint("companion", __name__, url_prefix="/companion")
    doors = Doors(companion, consent_sites)
    views.add_url_rule("/sign-in", view_func=doors.sign_in)
    views.add_url_rule(f"{API}/token", view_func=doors.token, methods=["POST"])
    views.register_error_handler(Refusal, _refuse)
    views.register_blueprint(_inner(doors, Leads(companion), Incoming(companion)))

    @views.get("/")
    @views.get("/<path:name>")
    def app(name: str = "index.html") -> Response:
        answer = send_from_directory(APP, name, max_age=0 if name in ("index.html", "sw.js") else 3600)
        answer.headers["Content-Security-Policy"] = _POLICY
        return answer

    @views.get("")
    def with_slash() -> Response:
        return Response(redirect("/companion/").response, 308, {"Location": "/companion/"})

    return views


def _inner(doors: Doors, leads: Leads, incoming: Incoming) -> Blueprint:
    """The doors that only signed-in devices pass."""
    inner = Blueprint("companion_api", __name__, url_prefix=API)
    inner.before_request(doors.identify)
    inner.register_error_handler(KommoError, _kommo_refused)
    for path, view, methods in (
        ("/me", doors.me, ["GET"]),
        ("/devices", doors.devices, ["GET"]),
        ("/devices/<int:device_id>", doors.revoke, ["DELETE"]),
        ("/leads", leads.page, ["GET"]),
        ("/leads", leads.create, ["POST"]),
        ("/leads/<int:lead_id>", leads.one, ["GET"]),
        ("/leads/<int:lead_id>/messages", leads.messages, ["GET"]),
        ("/incoming", incoming.page, ["GET"]),
        ("/incoming/<uid>/accept", incoming.accept, ["POST"]),
        ("/incoming/<uid>/decline", incoming.decline, ["POST"]),
        ("/pipelines", leads.pipelines, ["GET"]),
        ("/calls", doors.call, ["POST"]),
        ("/events", doors.events, ["GET"]),
        ("/push", doors.push_key, ["GET"]),
        ("/push", doors.subscribe, ["PUT"]),
        ("/push", doors.unsubscribe, ["DELETE"]),
    ):
        inner.add_url_rule(path, view.__qualname__.replace(".", "_"), view, methods=methods)

    @inner.after_request
    def _keep_out_of_caches(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return inner


def _refuse(error: Refusal) -> Response:
    """Show a person a page, and an app a problem."""
    if request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) == "text/html":
        return message_page("This did not work", error.detail, error.status)
    return refused(error)


def _kommo_refused(error: KommoError) -> Response:
    """Say whether the user lacks the right, or Kommo wants a pause; the rest is Kommo's failure."""
    if isinstance(error, Unauthorized | NotAllowed):
        return problem(403, "forbidden", "Kommo does not let your user do this.")
    if error.retry_after_s:
        wait = {"Retry-After": str(int(error.retry_after_s) + 1)}
        return problem(503, "kommo_busy", "Kommo asked for a pause: try again a little later.", headers=wait)
    return problem(502, "kommo_unreachable", "Kommo could not be reached or refused: try again later.")


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _device(device: Device, current: int) -> dict[str, object]:
    return {
        "id": device.id,
        "name": device.name,
        "created_at": device.created_at.isoformat(),
        "seen_at": device.seen_at.isoformat(),
        "is_current": device.id == current,
    }
