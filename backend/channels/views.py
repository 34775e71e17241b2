"""The API that the widget uses: ``/api/v1/…``."""

from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, request
from pydantic import Field, SecretStr, StringConstraints

from backend.accounts.callers import HEADER, Caller, Callers
from backend.channels.records import Link
from backend.channels.service import LinkRequest, Links
from backend.web.body import Body, Line, read

MAX_KEY = 2**63 - 1
PipelineId = Annotated[int, Field(ge=1, le=2**31 - 1)]
AmojoId = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class LinkBody(Body):
    """What the connection form sends."""

    login: Line = Field(description="Login of the messenger's service account.")
    password: SecretStr = Field(min_length=1, max_length=1024, description="Its password; checked and not kept.")
    amojo_id: AmojoId = Field(description="The account's id in the chat service, as the page knows it.")
    pipeline_id: PipelineId | None = Field(None, description="Where new leads go.")
    provider: Line = Field("webchat", description="Which messenger.")


class PipelineBody(Body):
    """What adding the widget as a lead source sends."""

    pipeline_id: PipelineId = Field(description="Where new leads go.")


class StateBody(Body):
    """Whether a line relays messages."""

    is_paused: bool


def link_json(link: Link) -> dict[str, Any]:
    """Return a line as the widget sees it."""
    return {
        "id": link.id,
        "provider": link.provider,
        "title": link.title,
        "login": link.login,
        "state": link.shown_state,
        "scope_id": link.scope.scope_id,
        "visitor_url": link.visitor_url,
        "created_at": link.created_at.isoformat(),
    }


def blueprint(*, callers: Callers, links: Links) -> Blueprint:
    """Serve links and the pipeline."""
    views = Blueprint("links", __name__, url_prefix="/api/v1")

    def changer() -> Caller:
        return callers.identify_for_change(request.headers.get(HEADER))

    @views.get("/links")
    def list_links() -> Response:
        found, pipeline_id = links.listed(callers.identify(request.headers.get(HEADER)))
        return jsonify(links=[link_json(link) for link in found], pipeline_id=pipeline_id)

    @views.post("/links")
    def add_link() -> tuple[Response, int]:
        caller = changer()
        body = read(LinkBody)
        password, address = body.password.get_secret_value(), request.remote_addr or ""
        asked = LinkRequest(body.provider, body.login, password, body.amojo_id, address)
        link, is_new = links.link(caller, asked)
        if body.pipeline_id is not None:
            links.choose_pipeline(caller, body.pipeline_id)
        return jsonify(link=link_json(link)), 201 if is_new else 200

    @views.delete(f"/links/<int(max={MAX_KEY}):key>")
    def remove_link(key: int) -> Response:
        links.unlink(changer(), key)
        return Response(status=204)

    @views.patch(f"/links/<int(max={MAX_KEY}):key>")
    def change_link(key: int) -> Response:
        caller = changer()
        return jsonify(link=link_json(links.pause(caller, key, is_paused=read(StateBody).is_paused)))

    @views.put("/pipeline")
    def put_pipeline() -> Response:
        caller = changer()
        links.choose_pipeline(caller, read(PipelineBody).pipeline_id)
        return Response(status=204)

    return views
