"""``/console``: pages for the operator, behind a password."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request, send_from_directory, url_for
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from backend.console import store
from backend.console.login import COOKIE, LASTS_S, Door, TooManyTries
from backend.db import Clock, transaction, utc_now
from backend.errors import Refusal
from backend.jobs import review

PAGES = Path(__file__).parent / "pages"
Told = ParamSpec("Told")


class Pages:
    """One method a page."""

    def __init__(self, engine: Engine, door: Door, clock: Clock) -> None:
        self._engine = engine
        self._door = door
        self._clock = clock

    def overview(self) -> str:
        """Health at a glance: what waits, what was given up, how fast things go, the lines, the newest messages."""
        return self._show("overview.html", has_all=True)

    def live(self) -> str:
        """What the page asks for again and again: the newest messages, and all the rest if it says so."""
        return self._show("live.html", has_all="all" in request.args)

    def _show(self, page: str, *, has_all: bool) -> str:
        now = self._clock()
        with self._engine.connect() as conn:
            rest = {
                "counts": review.counts(conn),
                "buckets": store.buckets(conn, now),
                "links": store.all_links(conn, now),
            } if has_all else {}  # fmt: skip
            return render_template(page, messages=store.timeline(conn), now=now, **rest)

    def buried(self) -> str:
        """What was given up, with its reason."""
        with self._engine.connect() as conn:
            jobs = review.jobs(conn, state="buried", limit=200)
            total = review.counts(conn).get("buried", 0)
        again = request.args.get("again", type=int)
        return render_template("buried.html", jobs=jobs, total=total, again=again, now=self._clock())

    def replay(self) -> AnyResponse:
        """Try the chosen jobs once more, or all of them."""
        with transaction(self._engine) as conn:
            if request.form.get("all"):
                again = review.replay_all(conn, self._clock())
            else:
                chosen = [int(job_id) for job_id in request.form.getlist("id") if job_id.isdecimal()]
                again = review.replay(conn, chosen, self._clock())
        return redirect(url_for("console.buried", again=len(again)), 303)

    def search(self) -> str:
        """Conversations by name or id."""
        text = request.args.get("q", "").strip()[:100]
        with self._engine.connect() as conn:
            found = store.search(conn, text) if text else []
        return render_template("search.html", text=text, found=found)

    def conversation(self, conversation_id: int) -> str | tuple[str, int]:
        """The messages of one conversation, and what it is called where."""
        return self._tell("conversation.html", conversation_id)

    def conversation_live(self, conversation_id: int) -> str | tuple[str, int]:
        """Its messages alone, for the page that asks again and again."""
        return self._tell("live.html", conversation_id)

    def _tell(self, page: str, conversation_id: int) -> str | tuple[str, int]:
        with self._engine.connect() as conn:
            one = store.conversation(conn, conversation_id)
            if one is None:
                return render_template("missing.html"), 404
            messages = store.timeline(conn, 200, conversation_id)
        return render_template(page, one=one, messages=messages, now=self._clock())

    def login(self) -> AnyResponse | str:
        """Ask for the password, or let in."""
        if request.method == "GET":
            return render_template("login.html", problem="")
        try:
            cookie = self._door.enter(request.form.get("password", ""))
        except TooManyTries:
            return Response(render_template("login.html", problem="Too many tries. Wait a minute."), 429)
        if cookie is None:
            return Response(render_template("login.html", problem="This is not the password."), 403)
        answer = redirect(url_for("console.overview"), 303)
        answer.set_cookie(COOKIE, cookie, max_age=LASTS_S, httponly=True, samesite="Strict", path="/console",
                          secure=request.is_secure)  # fmt: skip
        return answer

    def logout(self) -> AnyResponse:
        """Forget the cookie."""
        answer = redirect(url_for("console.login"), 303)
        answer.delete_cookie(COOKIE, path="/console")
        return answer

    def inside(self, page: Callable[Told, Any]) -> Callable[Told, Any]:
        """Show ``page`` only to those who are inside."""

        @wraps(page)
        def shown(*arguments: Told.args, **named: Told.kwargs) -> Any:
            if not self._door.is_inside(request.cookies.get(COOKIE)):
                return redirect(url_for("console.login"), 303)
            return page(*arguments, **named)

        return shown


def blueprint(*, engine: Engine, door: Door, clock: Clock = utc_now) -> Blueprint:
    """Serve the console."""
    pages = Pages(engine, door, clock)
    views = Blueprint("console", __name__, url_prefix="/console", template_folder=str(PAGES))
    views.add_url_rule("", "overview", pages.inside(pages.overview))
    views.add_url_rule("/live", "live", pages.inside(pages.live))
    views.add_url_rule("/buried", "buried", pages.inside(pages.buried))
    views.add_url_rule("/buried", "replay", pages.inside(pages.replay), methods=["POST"])
    views.add_url_rule("/search", "search", pages.inside(pages.search))
    views.add_url_rule("/conversations/<int:conversation_id>", "conversation", pages.inside(pages.conversation))
    views.add_url_rule("/conversations/<int:conversation_id>/live", "conversation_live",
                       pages.inside(pages.conversation_live))  # fmt: skip
    views.add_url_rule("/login", "login", pages.login, methods=["GET", "POST"])
    views.add_url_rule("/logout", "logout", pages.logout, methods=["POST"])

    @views.get("/assets/<name>")
    def asset(name: str) -> Response:
        return send_from_directory(PAGES, name, max_age=3600)

    @views.before_request
    def _own_origin_only() -> None:
        """A form on another site must not act here, whatever the browser thinks of the cookie."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        is_foreign = site not in ("same-origin", "none") if site else origin and urlsplit(origin).netloc != request.host
        if request.method == "POST" and is_foreign:
            raise Refusal("This form belongs to another site.", status=403, code="forbidden")

    @views.after_request
    def _keep_nothing(response: Response) -> Response:
        if not request.path.startswith("/console/assets/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    return views
