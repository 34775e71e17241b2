"""The page itself: one shell for every address of the CRM, drawn by its JavaScript."""

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from sandbox.crm.access import PAGE_COOKIE
from sandbox.page.boot import LANGUAGES, boot, page_account, page_language
from sandbox.page.policy import Policy
from sandbox.visit import explain
from sandbox.world import World

SHEETS = ("base", "controls", "board", "modal", "chats", "cards")
PLACES = ("widgets", "communications")
ADDRESSES = (
    "/",
    "/leads/pipeline/",
    "/leads/pipeline/<int:number>/",
    "/<any(leads, contacts, todo):kind>/list/",
    "/<any(leads, contacts, companies):kind>/detail/<int:number>/",
    "/chats/",
    "/chats/<code>/",
    "/settings/<code>/",
    "/settings/pipeline/leads/",
    "/settings/pipeline/leads/<int:number>/",
    "/widget_page/<code>/",
    "/widget_page/<code>/<item>/",
    "/widget_page/<code>/<item>/<sub>/",
    "/mobile/",
    "/mobile/<int:number>/",
)


def add_routes(routes: Blueprint, world: World, policy: Policy) -> None:
    """Add the shell under every address of the CRM that the page draws."""

    def shell(code: str = "", **_: object) -> Response:
        if code and not request.path.startswith("/chats/") and code not in {*PLACES, *world.widgets}:
            explain(f"refused: the CRM has more pages here than the sandbox; no widget {code!r} is loaded")
            abort(404)
        account, lang = page_account(world), page_language(world)
        values: dict[str, Any] = {
            "lang": lang,
            "account": account,
            "sheets": SHEETS,
            "scheme": "dark" if request.cookies.get("kck_scheme") == "dark" else "light",
            "boot": boot(world, account, lang, policy),
        }
        answer = make_response(render_template("host.html", **values))
        answer.headers["Content-Security-Policy"] = policy.header()
        answer.headers["Cache-Control"] = "no-store"
        answer.set_cookie(PAGE_COOKIE, account.uuid, httponly=True, samesite="Lax")
        if request.args.get("lang") in LANGUAGES:
            answer.set_cookie("kck_lang", lang, samesite="Lax")
        return answer

    for address in ADDRESSES:
        routes.add_url_rule(address, "shell", shell)
