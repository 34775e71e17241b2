"""Files: the host page's own, the vendored libraries, the CRM's control templates, and the widget's archive."""

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory

from sandbox.page.policy import Policy
from sandbox.visit import explain
from sandbox.world import World

HERE = Path(__file__).parent
TEXT_TYPES = {".twig": "text/plain", ".js": "text/javascript", ".json": "application/json"}


def control_templates() -> dict[str, str]:
    """Return the CRM's controls by name (``button``, ``checkboxes_dropdown/values_title``) as Twig sources."""
    folder = HERE / "controls"
    found = sorted(folder.rglob("*.twig"))
    return {str(path.relative_to(folder).with_suffix("")): path.read_text(encoding="utf-8").strip() for path in found}


def content_type(name: str) -> str:
    """Return the type of a file of the archive."""
    return TEXT_TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the routes of files. Nothing is cached: a new build must show at the next reload."""

    @routes.get("/_page/static/<path:name>")
    def static_file(name: str) -> Response:
        return send_from_directory(HERE / "static", name, max_age=0)

    @routes.get("/_page/vendor/<path:name>")
    def vendored_file(name: str) -> Response:
        return send_from_directory(HERE / "vendor", name, max_age=3600)

    @routes.get("/tmpl/controls/<path:name>.twig")  # noqa: S108  an address, not a folder
    def control(name: str) -> Response:
        source = control_templates().get(name)
        if source is None:
            abort(404)
        return Response(source, mimetype="text/plain")

    @routes.get("/upl/<code>/<int:stamp>/widget/<path:name>")
    def widget_file(code: str, stamp: int, name: str) -> Response:
        widget = world.widgets.get(code)
        content = widget.files.get(name.lstrip("/")) if widget else None
        if widget is None or content is None:
            explain(f"refused: no {name!r} in the archive of {code!r}" if widget else f"refused: no widget {code!r}")
            abort(404)
        answer = Response(content, content_type=content_type(name))
        answer.headers["Cache-Control"] = "no-cache"
        if request.args.get("v", widget.version) != widget.version:
            explain(f"served, though asked for version {request.args['v']!r} and the archive is {widget.version!r}")
        return answer
