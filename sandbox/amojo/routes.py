"""The addresses of the chat service: check the request as the cloud does, then ask the models."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from sandbox.amojo.channels import Channels
from sandbox.amojo.errors import Refused, bad_request
from sandbox.amojo.models import HISTORY_LIMIT
from sandbox.amojo.reading import Part, read
from sandbox.amojo.signature import Signed, check_body_signature, check_envelope, check_signature
from sandbox.ground import Ground
from sandbox.registration import Channel
from sandbox.visit import explain
from sandbox.world import World

BASE = "/v2/origin/custom"


def signed_request() -> Signed:
    """Return the request as it came over the wire."""
    headers = request.headers
    return Signed(
        request.method,
        target_as_sent(),
        headers.get("Content-Type", ""),
        headers.get("Content-MD5", ""),
        headers.get("Date", ""),
        headers.get("X-Signature", ""),
        request.get_data(cache=True),
    )


def target_as_sent() -> str:
    """Return path and query without any decoding; a proxy's absolute form loses scheme and host."""
    raw = str(request.environ.get("RAW_URI", request.full_path))
    return raw if raw.startswith("/") else "/" + raw.partition("://")[2].partition("/")[2]


def verified_channel(ground: Ground, channels: Channels, address: str, *, had_legacy: bool = False) -> Channel:
    """Check signature, body hash and age in the order of the service; return the channel or raise Refused."""
    signed = signed_request()
    if had_legacy and ground.switches.legacy_signatures and signed.signature and is_legacy_form(signed):
        channel = channels.channel_at(address)
        check_body_signature(channel.secret, signed)
        return channel
    check_envelope(signed, ground.clock.now())
    channel = channels.channel_at(address)
    check_signature(channel.secret, signed)
    return channel


def is_legacy_form(signed: Signed) -> bool:
    """Say whether a request is of the older scheme, which has neither date nor body hash."""
    return not signed.date and not signed.content_md5


def sent() -> Part:
    """Return the JSON body; raise Refused."""
    return read(request.get_data(cache=True))


def blueprint(world: World) -> Blueprint:
    """Return the routes of the chat host."""
    routes = Blueprint("amojo", __name__, url_prefix=BASE)

    def verified(address: str, *, had_legacy: bool = False) -> Channel:
        return verified_channel(world.ground, world.channels, address, had_legacy=had_legacy)

    def done() -> Response | tuple[str, int, dict[str, str]]:
        return jsonify({}) if world.ground.switches.is_kommo else ("", 200, {"Content-Type": "application/json"})

    @routes.errorhandler(Refused)
    def refused(refusal: Refused) -> tuple[Response, int]:
        explain(f"refused: {refusal.why}")
        return jsonify(refusal.as_json()), refusal.status

    @routes.post("/<channel_id>/connect")
    def connect(channel_id: str) -> Response:
        channel = verified(channel_id, had_legacy=True)
        return jsonify(world.channels.connect(channel, sent()))

    @routes.delete("/<channel_id>/disconnect")
    def disconnect(channel_id: str) -> Response | tuple[str, int, dict[str, str]]:
        channel = verified(channel_id, had_legacy=True)
        world.channels.disconnect(channel, sent())
        return done()

    @routes.post("/<scope_id>")
    def write(scope_id: str) -> Response:
        verified(scope_id, had_legacy=True)
        scope = world.channels.scope_at(scope_id)
        is_legacy = world.ground.switches.legacy_signatures
        return jsonify(world.chats.write(scope, sent(), is_legacy=is_legacy))

    @routes.post("/<scope_id>/chats")
    def create_chat(scope_id: str) -> Response:
        verified(scope_id)
        return jsonify(world.chats.create(world.channels.scope_at(scope_id), sent()))

    _add_chat_routes(routes, world, verified, done)
    return routes


def _add_chat_routes(
    routes: Blueprint,
    world: World,
    verified: Callable[[str], Channel],
    done: Callable[[], Response | tuple[str, int, dict[str, str]]],
) -> None:
    """Add what concerns messages of a chat: history, delivery, typing, reactions."""

    @routes.get("/<scope_id>/chats/<chat_id>/history")
    def history(scope_id: str, chat_id: str) -> Response | tuple[str, int]:
        verified(scope_id)
        scope = world.channels.scope_at(scope_id)
        offset, limit = page(world.ground)
        found = world.chats.history(scope, chat_id.lower(), offset, limit)
        return jsonify({"messages": found}) if found else ("", 204)

    @routes.post("/<scope_id>/<message_id>/delivery_status")
    def delivery_status(scope_id: str, message_id: str) -> Response | tuple[str, int, dict[str, str]]:
        verified(scope_id)
        world.chats.report(world.channels.scope_at(scope_id), message_id, sent())
        return done()

    @routes.post("/<scope_id>/typing")
    def typing(scope_id: str) -> tuple[str, int]:
        verified(scope_id)
        scope = world.channels.scope_at(scope_id)
        try:
            world.chats.type(scope, sent())
        except Refused as refusal:
            refusal.status = refusal.code = world.ground.switches.typing_error_status
            raise
        return "", 204

    @routes.post("/<scope_id>/react")
    def react(scope_id: str) -> Response | tuple[str, int, dict[str, str]]:
        verified(scope_id)
        world.chats.react(world.channels.scope_at(scope_id), sent())
        return done()


def page(ground: Ground) -> tuple[int, int]:
    """Return offset and limit of a history request; raise Refused."""
    try:
        offset, limit = (
            int(request.args.get(name, value)) for name, value in (("offset", 0), ("limit", HISTORY_LIMIT))
        )
    except ValueError:
        raise bad_request("offset and limit must be integers") from None
    if offset < 0 or limit < 1:
        raise bad_request("offset and limit must not be negative")
    if limit > HISTORY_LIMIT and ground.switches.strict_history:
        raise bad_request(f"limit must be at most {HISTORY_LIMIT}")
    return offset, min(limit, HISTORY_LIMIT)
