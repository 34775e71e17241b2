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


def blueprint(*, installer: Installer, consent_sites: Mapping[str, str], sign_ins: CameBack | None = None) -> Blueprint:
    """Serve the OAuth doors. ``consent_sites`` is where a person consents, by platform.

    ``sign_ins`` is asked first about everybody who comes back: a person may have consented to sign in only.
    """
    views = Blueprint("oauth", __name__)
    doors = Doors(installer, consent_sites, sign_ins or (lambda args: None))
    views.register_error_handler(Refusal, _refused)
    views.add_url_rule("/oauth/start", view_func=doors.start)
    views.add_url_rule("/oauth/callback", view_func=doors.callback)
    views.add_url_rule("/oauth/uninstall", view_func=doors.uninstall)
    return views


class Doors:
    """One method a door."""

    def __init__(self, installer: Installer, consent_sites: Mapping[str, str], sign_ins: CameBack) -> None:
        self._installer = installer
        self._consent_sites = consent_sites
        self._sign_ins = sign_ins

    def start(self) -> Response:
        """Send a person to the consent page of the integration's platform with a state of ours."""
        mode = request.args.get("mode")
        ours, state = self._installer.begin(request.args.get("client_id", ""))
        address = consent_url(
            self._consent_sites[ours.platform], client_id=ours.client_id, state=state,
            mode=mode if mode in _MODES else None,
        )  # fmt: skip
        answer = redirect(address)
        answer.headers["Cache-Control"] = "no-store"
        return Response(answer.response, answer.status, answer.headers)

    def callback(self) -> Response:
        """Take a code, from a browser with state or from Kommo's server without one."""
        args = request.args
        elsewhere = self._sign_ins(args)
        if elsewhere is not None:
            return Response(status=302, headers={"Location": elsewhere, "Cache-Control": "no-store"})
        if args.get("error"):
            return message_page("Access was not given", "Nothing was connected. You can close this window.")
        self._installer.receive(
            Callback(
                code=args.get("code", ""),
                referer=args.get("referer", ""),
                client_id=args.get("client_id", ""),
                state=args.get("state", ""),
                is_unattended="from_widget" in args or "from_exchange" in args,
            )
        )
        return message_page("Connected", "The account is being connected. You can close this window.")

    def uninstall(self) -> Response:
        """Take an account out. The id of the integration has two names in the documentation."""
        self._installer.remove(
            client_id=request.args.get("client_uuid") or request.args.get("client_id", ""),
            account_id=request.args.get("account_id", ""),
            signature=request.args.get("signature", ""),
        )
        return Response(status=204)


def _refused(error: Refusal) -> Response:
    """Show a person a page, and a program a problem."""
    if request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) == "text/html":
        return message_page("This did not work", error.detail, error.status)
    return refused(error)
