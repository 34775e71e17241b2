"""The API that the widget uses: ``/api/v1/…``."""

from flask import Blueprint, Response, request
from pydantic import BaseModel

from backend.accounts.callers import HEADER, Caller, Callers
from backend.channels.api import AllLinks, LinkBody, LinkView, OneLink, PipelineBody, StateBody
from backend.channels.service import LinkRequest, Links
from backend.errors import Refusal
from backend.web.body import read


def blueprint(*, callers: Callers, links: Links, messenger: str = "webchat") -> Blueprint:
    """Serve links and the pipeline. ``messenger`` is meant where a request names none: the widget's form never does."""
    views = Blueprint("links", __name__, url_prefix="/api/v1")

    def changer() -> Caller:
        return callers.identify_for_change(request.headers.get(HEADER))

    @views.get("/links")
    def list_links() -> Response:
        found, pipeline_id = links.listed(callers.identify(request.headers.get(HEADER)))
        return _shown(AllLinks(links=[LinkView.of(link) for link in found], pipeline_id=pipeline_id))

    @views.post("/links")
    def add_link() -> Response:
        caller = changer()
        body = read(LinkBody)
        password, address = body.password.get_secret_value(), request.remote_addr or ""
        asked = LinkRequest(body.provider or messenger, body.login, password, body.amojo_id, address)
        link, is_new = links.link(caller, asked)
        if body.pipeline_id is not None:
            links.choose_pipeline(caller, body.pipeline_id)
        return _shown(OneLink(link=LinkView.of(link)), 201 if is_new else 200)

    @views.delete("/links/<key>")
    def remove_link(key: str) -> Response:
        links.unlink(changer(), _key(key))
        return Response(status=204)

    @views.patch("/links/<key>")
    def change_link(key: str) -> Response:
        caller = changer()
        return _shown(OneLink(link=LinkView.of(links.pause(caller, _key(key), is_paused=read(StateBody).is_paused))))

    @views.put("/pipeline")
    def put_pipeline() -> Response:
        caller = changer()
        links.choose_pipeline(caller, read(PipelineBody).pipeline_id)
        return Response(status=204)

    return views


def _key(text: str) -> int:
    """Read a key of ours out of the address; what cannot be one is not found."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refusal("Your account has no such line.", status=404, code="not_found")
    return int(text)


def _shown(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
