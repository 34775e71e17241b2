"""Where Kommo and a person's browser come to install and remove: ``/oauth/…``."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, redirect, request

from backend.accounts.install import Callback, Installer
from backend.errors import Refusal
from backend.kommo.oauth import consent_url
from backend.web.page import message_page
from backend.web.problems import refused

CameBack = Callable[[Mapping[str, str]], str | None]  # where to send the person, None if it is none of its own

_MODES = ("popup", "post_message")


def blueprint(*, installer: Installer, consent_site: str, sign_ins: CameBack | None = None) -> Blueprint:
    """Serve the OAuth doors. ``consent_site`` is where a person consents, such as ``https://www.kommo.com``.

    ``sign_ins`` is asked first about everybody who comes back: a person may have consented to sign in only.
    """
    views = Blueprint("oauth", __name__)

    @views.errorhandler(Refusal)
    def _refuse(error: Refusal) -> Response:
        """Show a person a page, and a program a problem."""
        if request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) == "text/html":
            return message_page("This did not work", error.detail, error.status)
        return refused(error)

    @views.get("/oauth/start")
    def start() -> Response:
        """Send a person to the consent page with a state of ours."""
        mode = request.args.get("mode")
        ours, state = installer.begin(request.args.get("client_id", ""))
        address = consent_url(
            consent_site, client_id=ours.client_id, state=state, mode=mode if mode in _MODES else None
        )
        answer = redirect(address)
        answer.headers["Cache-Control"] = "no-store"
        return Response(answer.response, answer.status, answer.headers)

    @views.get("/oauth/callback")
    def callback() -> Response:
        """Take a code, from a browser with state or from Kommo's server without one."""
        args = request.args
        elsewhere = sign_ins(args) if sign_ins else None
        if elsewhere is not None:
            return Response(status=302, headers={"Location": elsewhere, "Cache-Control": "no-store"})
        if args.get("error"):
            return message_page("Access was not given", "Nothing was connected. You can close this window.")
        installer.receive(
            Callback(
                code=args.get("code", ""),
                referer=args.get("referer", ""),
                client_id=args.get("client_id", ""),
                state=args.get("state", ""),
                is_unattended="from_widget" in args or "from_exchange" in args,
            )
        )
        return message_page("Connected", "The account is being connected. You can close this window.")

    @views.get("/oauth/uninstall")
    def uninstall() -> Response:
        """Take an account out. The id of the integration has two names in the documentation."""
        installer.remove(
            client_id=request.args.get("client_uuid") or request.args.get("client_id", ""),
            account_id=request.args.get("account_id", ""),
            signature=request.args.get("signature", ""),
        )
        return Response(status=204)

    return views
