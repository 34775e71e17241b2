"""``GET /media/<token>/<name>``: files through us, streamed, never executed by a browser."""

import itertools
from collections.abc import Callable, Iterator, Mapping

from flask import Blueprint, Response

from backend.errors import Refusal
from backend.media.fetch import CannotFetch, File
from backend.media.kinds import SHOWN, recognise
from backend.media.links import Links

Source = Callable[[str], File]


def blueprint(*, links: Links, sources: Mapping[str, Source]) -> Blueprint:
    """Serve the files of ``sources`` by the name that stands in the link."""
    views = Blueprint("media", __name__)

    @views.get("/media/<token>/<name>")
    def file(token: str, name: str) -> Response:
        named = links.open(token)
        source = sources.get(named[0]) if named else None
        if named is None or source is None:
            raise Refusal("There is no such file.", status=404, code="not_found")
        try:
            return _streamed(source(named[1]))
        except (CannotFetch, FileNotFoundError) as error:
            raise Refusal("The file cannot be had any more.", status=404, code="not_found") from error

    return views


def _streamed(file: File) -> Response:
    """Answer with what the file is by its own bytes; what a browser cannot show safely it may only save."""
    chunks = iter(file.chunks)
    first = next(chunks, b"")
    kind = recognise(first)
    response = Response(_all(first, chunks), mimetype=kind)
    response.headers["Content-Disposition"] = "inline" if kind in SHOWN else "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "private, max-age=86400"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if file.size is not None:
        response.headers["Content-Length"] = str(file.size)
    return response


def _all(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield from itertools.chain([first], rest)
