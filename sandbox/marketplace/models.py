"""Installing and uninstalling as the cloud does, widget settings, sources of a pipeline, one-time tokens.

https://developers.kommo.com/docs/authorization-public , https://developers.kommo.com/docs/oauth-20
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

from sandbox.accounts import Account, Accounts, User
from sandbox.ground import Ground, locked
from sandbox.marketplace.widget import Widget
from sandbox.oauth.jwt import one_time_token
from sandbox.oauth.models import Grant, OAuth
from sandbox.outbound import Outcome, Outgoing, Send
from sandbox.registration import Integration

HOOK_AGENT = "amoService-oAuth-Code-Sender/1.0"
Listener = Callable[[Account, Integration], None]


class NotInstalled(Exception):
    """The account has not installed this widget or integration."""


@dataclass
class Installed:
    """A widget in an account. ``pipelines`` are those where a person added it as a source."""

    code: str
    account_id: int
    is_active: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    installed_at: int = 0
    updated_at: int = 0
    pipelines: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the installation for the page and the control address."""
        return asdict(self)


class Marketplace:
    """Widgets and integrations of every account."""

    def __init__(
        self, ground: Ground, accounts: Accounts, oauth: OAuth, widgets: dict[str, Widget], send: Send
    ) -> None:
        self.ground = ground
        self.accounts = accounts
        self.oauth = oauth
        self.widgets = widgets
        self.installed: dict[tuple[int, str], Installed] = {}
        self.on_install: list[Listener] = []
        self.on_uninstall: list[Listener] = []
        self.on_place: list[Callable[[Account, Integration, int], None]] = []
        self._send = send

    def find(self, account_id: int, code: str) -> Installed | None:
        """Return the installation of a widget, or None."""
        return self.installed.get((account_id, code))

    def of_account(self, account_id: int) -> list[Installed]:
        """Return what the account has installed."""
        return [each for each in self.installed.values() if each.account_id == account_id]

    def integration_of(self, code: str) -> Integration:
        """Return the integration behind a widget code; raise NotInstalled when there is none."""
        for integration in self.oauth.integrations.values():
            if integration.widget_code == code:
                return integration
        raise NotInstalled(f"no integration has the widget code {code!r}")

    def is_installed(self, account_id: int, client_id: str) -> bool:
        """Say whether the integration is active in the account."""
        code = self.oauth.integrations[client_id].widget_code
        found = self.find(account_id, code)
        return found is not None and found.is_active

    def install(self, account_id: int, code: str, settings: dict[str, Any] | None = None) -> Outcome:
        """Switch a widget on in the page: the code goes to the redirect URI from server to server, once, 3 s."""
        integration = self.integration_of(code)
        with self.ground.lock:
            account = self.accounts.by_id[account_id]
            self.put(account, integration, settings)
            authorization = self.oauth.issue_code(Grant(integration.client_id, account.id, account.current_user_id))
        query = self.callback_query(account, integration, authorization) | {"from_widget": "1"}
        return self._call("install hook", account, f"{integration.redirect_uri}?{urlencode(query)}")

    def consent(self, account: Account, integration: Integration, user: User) -> dict[str, str]:
        """Install by the button flow and return the parameters of the browser's redirect (without ``state``)."""
        with self.ground.lock:
            if integration.widget_code:
                self.put(account, integration, None)
            code = self.oauth.issue_code(Grant(integration.client_id, account.id, user.id))
        return self.callback_query(account, integration, code)

    def callback_query(self, account: Account, integration: Integration, code: str) -> dict[str, str]:
        """Return what a redirect URI is called with."""
        return {
            "code": code,
            "referer": self.accounts.host(account),
            "platform": "2" if self.ground.switches.is_kommo else "1",
            "client_id": integration.client_id,
        }

    def uninstall(self, account_id: int, code: str) -> Outcome | None:
        """Remove a widget: the disable hook is sent, then every token of the installation is refused.

        Returns the hook's outcome, None when the integration has no disable address; raises NotInstalled.
        """
        integration = self.integration_of(code)
        account = self.accounts.by_id[account_id]
        if self.find(account_id, code) is None:
            raise NotInstalled(f"{code} is not installed in {account.subdomain}")
        outcome = None
        if integration.disable_url:
            url = f"{integration.disable_url}?{urlencode(disable_query(integration, account.id))}"
            outcome = self._call("disable hook", account, url)
        with self.ground.lock:
            self.installed.pop((account_id, code), None)
            self.oauth.revoke(integration.client_id, account.id)
            for listener in self.on_uninstall:
                listener(account, integration)
        self.ground.bus.publish("uninstall", {"code": code}, account_id=account_id)
        return outcome

    @locked
    def save_settings(self, account_id: int, code: str, settings: dict[str, Any], *, is_active: bool) -> Installed:
        """Keep what was typed in the settings modal; raise NotInstalled."""
        found = self._demand(account_id, code)
        found.settings, found.is_active = dict(settings), is_active
        found.updated_at = self.ground.clock.seconds()
        self.ground.bus.publish("settings", found.as_json(), account_id=account_id)
        return found

    @locked
    def place_in(self, account_id: int, code: str, pipeline_id: int) -> Installed:
        """Make the widget a source of one pipeline, taking it out of another; raise NotInstalled."""
        found, integration = self._demand(account_id, code), self.integration_of(code)
        found.pipelines = [pipeline_id]
        for listener in self.on_place:
            listener(self.accounts.by_id[account_id], integration, pipeline_id)
        self.ground.bus.publish("source", found.as_json(), account_id=account_id)
        return found

    @locked
    def remove_from_pipeline(self, account_id: int, code: str, pipeline_id: int) -> Installed:
        """Remove the widget from a pipeline's sources; raise NotInstalled."""
        found = self._demand(account_id, code)
        found.pipelines = [each for each in found.pipelines if each != pipeline_id]
        self.ground.bus.publish("source", found.as_json(), account_id=account_id)
        return found

    @locked
    def disposable_token(self, account_id: int, client_id: str, user_id: int | None = None) -> str:
        """Return a one-time token for the page's user; raise NotInstalled."""
        integration = self.oauth.integrations.get(client_id)
        account = self.accounts.by_id[account_id]
        if integration is None or not self.is_installed(account_id, client_id):
            raise NotInstalled(f"integration {client_id} is not installed in {account.subdomain}")
        return one_time_token(
            integration=integration,
            account=account,
            user=account.users[account.current_user_id if user_id is None else user_id],
            issuer=f"https://{self.accounts.host(account)}",
            jti=self.ground.ids.uuid(),
            now=self.ground.clock.seconds(),
        )

    def _demand(self, account_id: int, code: str) -> Installed:
        found = self.find(account_id, code)
        if found is None:
            raise NotInstalled(f"{code} is not installed in account {account_id}")
        return found

    @locked
    def put(self, account: Account, integration: Integration, settings: dict[str, Any] | None) -> Installed:
        """Mark a widget as installed and tell the rooms that care."""
        now = self.ground.clock.seconds()
        found = self.installed.setdefault(
            (account.id, integration.widget_code), Installed(integration.widget_code, account.id, installed_at=now)
        )
        found.is_active, found.updated_at = True, now
        if settings is not None:
            found.settings = dict(settings)
        for listener in self.on_install:
            listener(account, integration)
        self.ground.bus.publish("install", found.as_json(), account_id=account.id)
        return found

    def _call(self, label: str, account: Account, url: str) -> Outcome:
        wait_s = self.ground.switches.install_wait_s
        return self._send(Outgoing(label, "GET", url, {"User-Agent": HOOK_AGENT}, b"", wait_s, account.id))


def disable_query(integration: Integration, account_id: int) -> dict[str, str]:
    """Return the signed parameters of the disable hook."""
    message = f"{integration.client_id}|{account_id}"
    signature = hmac.new(integration.client_secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    return {"client_uuid": integration.client_id, "account_id": str(account_id), "signature": signature}
