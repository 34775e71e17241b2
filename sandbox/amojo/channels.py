"""Registered channels and the accounts they are connected in.

https://developers.kommo.com/reference/connect-channel , https://developers.kommo.com/reference/disconnect-channel
"""

from typing import Any

from sandbox.accounts import Account, Accounts
from sandbox.amojo.errors import Refused, bad_request, not_registered
from sandbox.amojo.reading import Part
from sandbox.amojo.records import Scope
from sandbox.ground import Ground, locked
from sandbox.registration import Channel, Integration


class Channels:
    """All channels by id and all scopes by id."""

    def __init__(self, ground: Ground, accounts: Accounts, channels: list[Channel]) -> None:
        self.ground = ground
        self.accounts = accounts
        self.channels = {each.id: each for each in channels}
        self.scopes: dict[str, Scope] = {}

    def channel_at(self, address: str) -> Channel:
        """Return the channel of a path part, which is a channel id or a scope id; raise Refused."""
        channel = self.channels.get(address.partition("_")[0].lower())
        if channel is None:
            raise not_registered(f"no channel {address.partition('_')[0]}")
        return channel

    def scope_at(self, address: str) -> Scope:
        """Return a connected scope; raise Refused."""
        scope = self.scopes.get(address)
        if scope is None:
            raise not_registered(f"scope {address} was never connected")
        if not scope.is_connected:
            raise not_registered(f"scope {address} is disconnected")
        return scope

    @locked
    def connect(self, channel: Channel, body: Part) -> dict[str, Any]:
        """Connect a channel in an account, or renew its settings; raise Refused."""
        amojo_id = body.uuid("account_id", required=True)
        hook_version = self._hook_version(body)
        title = body.text("title", required=self.ground.switches.is_kommo) or channel.name
        is_disabled = body.flag("is_time_window_disabled")
        account = self._allowed(channel, amojo_id)
        scope_id = f"{channel.id}_{amojo_id}"
        scope = Scope(scope_id, channel.id, amojo_id, account.id, title, hook_version, is_disabled)
        self.scopes[scope_id] = scope
        self.ground.bus.publish("connect", {"scope_id": scope_id, "title": title}, account_id=account.id)
        answer: dict[str, Any] = {
            "account_id": amojo_id,
            "scope_id": scope_id,
            "title": title,
            "hook_api_version": hook_version,
        }
        if self.ground.switches.time_window_in_connect:
            answer |= {"is_time_window_disabled": is_disabled}
        return answer

    @locked
    def disconnect(self, channel: Channel, body: Part) -> None:
        """Disconnect a channel from an account; a second time is fine; raise Refused for one never connected."""
        scope_id = f"{channel.id}_{body.uuid('account_id', required=True)}"
        scope = self.scopes.get(scope_id)
        if scope is None:
            raise not_registered(f"scope {scope_id} was never connected")
        self._part(scope)

    @locked
    def disconnect_account(self, account: Account, integration: Integration) -> None:
        """Disconnect every channel of an integration from an account, as uninstalling does."""
        for scope in self.scopes.values():
            if scope.account_id == account.id and self.channels[scope.channel_id].client_id == integration.client_id:
                self._part(scope)

    def of_account(self, account_id: int) -> list[Scope]:
        """Return the scopes of an account, disconnected ones too."""
        return [scope for scope in self.scopes.values() if scope.account_id == account_id]

    def _part(self, scope: Scope) -> None:
        scope.is_connected = False
        self.ground.bus.publish("disconnect", {"scope_id": scope.id}, account_id=scope.account_id)

    def _hook_version(self, body: Part) -> str:
        is_kommo = self.ground.switches.is_kommo
        version = body.text("hook_api_version", required=is_kommo) or "v1"
        known = ("v2",) if is_kommo else ("v1", "v2")
        if version not in known:
            raise bad_request(f"hook_api_version must be one of {', '.join(known)}")
        return version

    def _allowed(self, channel: Channel, amojo_id: str) -> Account:
        account = self.accounts.by_amojo_id(amojo_id)
        if account is None or (channel.allowed and amojo_id not in channel.allowed):
            status = self.ground.switches.private_refusal_status
            why = f"account {amojo_id} is not on the list of the private channel"
            raise Refused(status, "ORIGIN_NOT_ALLOWED", "account is not allowed", why=why)
        return account
