"""The API described in OpenAPI 3.1, out of the same models that read its bodies, and a page to try it.

https://spec.openapis.org/oas/v3.1.0
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from flask import Blueprint, Response, jsonify, send_from_directory
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

_PAGE = Path(__file__).parent / "page"
_REF = "#/components/schemas/{model}"
_KEY = re.compile(r"<(\w+)>")


class FieldProblem(BaseModel):
    """One wrong member of a body."""

    path: str
    message: str


class Problem(BaseModel):
    """Every error has this form. ``code`` is stable, ``detail`` is for people."""

    type: str
    title: str
    status: int
    code: str = Field(examples=["token_expired"])
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None
    retry_after: int | None = Field(None, description="Seconds to wait before the next try.")


_PROOFS = {  # body: the token is a member of the body
    "header": ("oneTimeToken", {
        "type": "apiKey", "in": "header", "name": "X-Auth-Token",
        "description": "The one-time token that Kommo's page gives the widget.",
    }),
    "query": ("tokenInAddress", {
        "type": "apiKey", "in": "query", "name": "token",
        "description": "The one-time token with which Kommo's mobile app opens a frame.",
    }),
    "operator": ("operator", {"type": "http", "scheme": "bearer", "description": "The token of the operator's tools."}),
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """One method of one address: what it takes, what it gives, and how it refuses (status → codes)."""

    method: str
    path: str
    title: str
    gives: Mapping[int, type[BaseModel] | None]
    takes: type[BaseModel] | None = None
    refuses: Mapping[int, str] = field(default_factory=dict)
    proof: Literal["header", "query", "body", "operator"] = "header"  # where the caller proves itself
    media: str = "application/json"

    def describe(self) -> dict[str, Any]:
        """Return the operation as OpenAPI writes it."""
        answers: dict[str, Any] = {str(status): _answer(model, self.media) for status, model in self.gives.items()}
        answers |= {str(status): _refusal(codes) for status, codes in sorted(self.refuses.items())}
        described: dict[str, Any] = {"summary": self.title, "operationId": _name(self), "responses": answers}
        if self.takes is not None:
            content = {"application/json": {"schema": {"$ref": _REF.format(model=self.takes.__name__)}}}
            described["requestBody"] = {"required": True, "content": content}
        names = _KEY.findall(self.path)
        if names:
            key = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
            described["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": key} for name in names
            ]  # fmt: skip
        if self.proof in _PROOFS:
            described["security"] = [{_PROOFS[self.proof][0]: []}]
        return described


def document(operations: Sequence[Operation], *, server: str) -> dict[str, Any]:
    """Return the whole description."""
    models = {model for each in operations for model in (each.takes, *each.gives.values()) if model is not None}
    named = sorted(models | {Problem}, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in named], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(_KEY.sub(r"{\1}", each.path), {})[each.method.lower()] = each.describe()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kommo Channel Kit",
            "version": "1",
            "description": "What Kommo's widget, bots and mobile frames ask of this backend.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": dict(_PROOFS.values())},
    }


def blueprint(operations: Sequence[Operation], *, server: str) -> Blueprint:
    """Serve ``/openapi.json`` and the page ``/docs``."""
    views = Blueprint("openapi", __name__)
    described = document(operations, server=server)

    @views.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(described)

    @views.get("/docs")
    def page() -> Response:
        return send_from_directory(_PAGE, "docs.html")

    @views.get("/docs/<any('docs.js', 'docs.css'):name>")
    def asset(name: str) -> Response:
        return send_from_directory(_PAGE, name)

    return views


def _answer(model: type[BaseModel] | None, media: str) -> dict[str, Any]:
    if model is None and media != "application/json":
        return {"description": "The page or the text.", "content": {media: {"schema": {"type": "string"}}}}
    if model is None:
        return {"description": "Done."}
    schema = {"$ref": _REF.format(model=model.__name__)}
    text = (model.__doc__ or "").strip().splitlines()[0]
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _refusal(codes: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {"description": codes, "content": content}


def _name(operation: Operation) -> str:
    return operation.method.lower() + re.sub(r"\W+", "_", _KEY.sub(r"\1", operation.path)).rstrip("_")
