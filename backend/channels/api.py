"""What goes over the wire of the widget's API: the models that read bodies, write answers and describe both."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, StringConstraints

from backend.channels.records import Link
from backend.web.body import Body, Line
from backend.web.openapi import Operation

PipelineId = Annotated[int, Field(ge=1, le=2**31 - 1)]
AmojoId = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class LinkBody(Body):
    """What the connection form sends."""

    login: Line = Field(description="Login of the messenger's service account.")
    password: SecretStr = Field(min_length=1, max_length=1024, description="Its password; checked and not kept.")
    amojo_id: AmojoId = Field(description="The account's id in the chat service, as the page knows it.")
    pipeline_id: PipelineId | None = Field(None, description="Where new leads go.")
    provider: Line | None = Field(None, description="Name of the messenger, if not the one of KCK_MESSENGER.")


class PipelineBody(Body):
    """What adding the widget as a lead source sends."""

    pipeline_id: PipelineId = Field(description="Where new leads go.")


class StateBody(Body):
    """Whether a line relays messages."""

    is_paused: bool


class LinkView(BaseModel):
    """One line of a messenger, linked to the account."""

    id: int
    provider: str
    title: str
    login: str
    state: Literal["active", "paused", "broken"]
    scope_id: str
    visitor_url: str | None = Field(description="Where a customer can start writing.")
    created_at: datetime

    @classmethod
    def of(cls, link: Link) -> "LinkView":
        """Show a line as the widget sees it."""
        return cls.model_validate(
            {
                "id": link.id, "provider": link.provider, "title": link.title, "login": link.login,
                "state": link.shown_state, "scope_id": link.scope.scope_id, "visitor_url": link.visitor_url,
                "created_at": link.created_at,
            }
        )  # fmt: skip


class OneLink(BaseModel):
    """A line."""

    link: LinkView


class AllLinks(BaseModel):
    """The account's lines and the pipeline of its new leads."""

    links: list[LinkView]
    pipeline_id: int | None


_CALLER = {401: "token_missing, token_invalid, token_expired", 409: "account_not_installed"}
_CHANGER = _CALLER | {400: "invalid_request", 403: "forbidden", 413: "too_large", 415: "invalid_request"}
_LINKER = {
    403: "forbidden, amojo_id_mismatch", 409: "account_not_installed, line_taken", 422: "wrong_credentials",
    429: "too_many_tries", 502: "channel_refused, kommo_unreachable",
}  # fmt: skip
_ONE = "/api/v1/links/<key>"

OPERATIONS = (
    Operation("GET", "/api/v1/links", "List the account's lines", {200: AllLinks}, refuses=_CALLER),
    Operation("POST", "/api/v1/links", "Link a line", {201: OneLink, 200: OneLink}, LinkBody, _CHANGER | _LINKER),
    Operation("DELETE", _ONE, "Take a line out", {204: None}, refuses=_CALLER | {403: "forbidden", 404: "not_found"}),
    Operation("PATCH", _ONE, "Pause a line or go on", {200: OneLink}, StateBody, _CHANGER | {404: "not_found"}),
    Operation("PUT", "/api/v1/pipeline", "Choose where new leads go", {204: None}, PipelineBody, _CHANGER),
)
