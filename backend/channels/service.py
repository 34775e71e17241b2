"""Linking lines of a messenger to accounts. Decisions are here; the network is spoken to outside any transaction."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from backend.accounts import store as accounts
from backend.accounts.api import AccountApi
from backend.accounts.callers import Caller
from backend.accounts.records import Installation
from backend.accounts.tries import Tries
from backend.channels import store
from backend.channels.connection import CONNECTION
from backend.channels.records import Channel, Link
from backend.db import Clock, transaction, utc_now
from backend.errors import NeighbourError, Refusal
from backend.jobs import store as jobs
from backend.kommo import amojo
from backend.kommo.account import read_account
from backend.kommo.errors import KommoError
from backend.providers.base import Line, Provider, WrongCredentials
from backend.seal import Sealer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LinkRequest:
    """What a person asks for in the widget's form."""

    provider: str
    login: str
    password: str = field(repr=False)
    amojo_id: str
    address: str = ""

    def tries(self, home: Installation) -> dict[str, str]:
        """What a guess at the password is counted for."""
        counted = {"login": f"{self.provider} {self.login}", "account": str(home.id)}
        return counted | ({"address": self.address} if self.address else {})


class Links:
    """Links, unlinks and lists lines for proved callers."""

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        api: AccountApi,
        chats: amojo.AmojoClient,
        providers: Mapping[str, Provider],
        *,
        line_taken: Literal["refuse", "move"] = "refuse",
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._api = api
        self._chats = chats
        self._providers = providers
        self._line_taken = line_taken
        self._tries = Tries(engine, clock)
        self._clock = clock

    def link(self, caller: Caller, request: LinkRequest) -> tuple[Link, bool]:
        """Prove the messenger account, connect the channel, save the line. Return it and whether it is new."""
        home = caller.installation
        channel = self._channel(home)
        amojo_id = self._proved_amojo_id(home, request.amojo_id)
        line = self._proved_line(home, request)
        with self._engine.connect() as conn:
            self._elsewhere(conn, home, request.provider, line)
        scope_id = self._connect(channel, amojo_id)
        for _ in "12":  # another request may save the same line at the same moment: then it is found the second time
            try:
                with transaction(self._engine) as conn:
                    return self._save(conn, caller, channel, request, line, scope_id, amojo_id)
            except IntegrityError:
                continue
        raise _taken()

    def _channel(self, home: Installation) -> Channel:
        with self._engine.connect() as conn:
            found = store.channel_of(conn, self._sealer, home.integration_id)
        if found is None:
            raise Refusal("No chat channel is registered here: the operator must import support's answer.",
                          status=502, code="channel_refused")  # fmt: skip
        return found

    def _proved_amojo_id(self, home: Installation, claimed: str) -> str:
        """Return the account's own chat id if ``claimed`` is it; what a page says is never believed."""
        known = home.amojo_id
        if claimed.lower() != known:
            try:
                answer = self._api.call(home.id, "GET", "/api/v4/account", query={"with": "amojo_id"})
                known = read_account(answer).amojo_id
            except NeighbourError as error:
                raise _unreachable(error) from error
            with transaction(self._engine) as conn:
                accounts.change_installation(conn, home.id, amojo_id=known)
        if not known or claimed.lower() != known:
            raise Refusal("The amojo_id is not that of your account.", status=403, code="amojo_id_mismatch")
        return known

    def _proved_line(self, home: Installation, request: LinkRequest) -> Line:
        provider = self._providers.get(request.provider)
        if provider is None:
            raise Refusal(f"Unknown provider; known are: {', '.join(sorted(self._providers)) or 'none'}.")
        self._tries.begin(request.tries(home))
        try:
            line = provider.check(request.login, request.password)
        except WrongCredentials:
            with transaction(self._engine) as conn:
                accounts.record(conn, "link.wrong_credentials", actor=request.address, now=self._clock(),
                                installation_id=home.id, provider=request.provider)  # fmt: skip
            raise Refusal("Wrong login or password.", status=422, code="wrong_credentials") from None
        except NeighbourError as error:
            self._tries.succeeded(request.tries(home))
            raise _unreachable(error) from error
        self._tries.succeeded(request.tries(home))
        return line

    def _elsewhere(self, conn: Connection, home: Installation, provider: str, line: Line) -> list[Link]:
        """Return where else a line lives and may be taken from. Raises ``Refusal`` if it may not.

        From an account that has removed us it may always be taken.
        """
        found = store.links_of_line(conn, self._sealer, provider, line.key)
        others = [link for link in found if link.scope.installation_id != home.id]
        owners = [accounts.installation(conn, other.scope.installation_id) for other in others]
        if self._line_taken == "refuse" and any(owner and owner.state != "uninstalled" for owner in owners):
            raise _taken()
        return others

    def _connect(self, channel: Channel, amojo_id: str) -> str:
        try:
            return self._chats.connect(channel.signing, amojo_id, channel.name)
        except KommoError as error:
            if not error.permanent:
                raise _unreachable(error) from error
            log.error("amojo refused to connect an account: %s", error.reason)
            raise Refusal("Kommo refused to connect the chat channel to this account.", status=502,
                          code="channel_refused") from error  # fmt: skip

    def _save(
        self, conn: Connection, caller: Caller, channel: Channel, request: LinkRequest, line: Line,
        scope_id: str, amojo_id: str,
    ) -> tuple[Link, bool]:  # fmt: skip
        now, home = self._clock(), caller.installation.id
        others = self._elsewhere(conn, caller.installation, request.provider, line)
        for other in others:
            self._remove(conn, other, actor=f"installation {home}")
        scope = store.save_scope(conn, channel_id=channel.id, installation_id=home, scope_id=scope_id,
                                 amojo_id=amojo_id, now=now)  # fmt: skip
        key, is_new = store.save_link(
            conn, self._sealer, scope=scope, provider=request.provider, login=request.login, line=line, now=now
        )
        accounts.record(conn, "link.new" if is_new else "link.again", actor=caller.actor, now=now,
                        installation_id=home, link_id=key, provider=request.provider)  # fmt: skip
        for touched in sorted({home, *(other.scope.installation_id for other in others)}):
            self._promise_connection(conn, touched)  # in one order: two accounts may take lines from each other at once
        found = store.link(conn, self._sealer, key)
        if found is None:
            raise LookupError(f"link {key} vanished while it was saved")
        return found, is_new

    def listed(self, caller: Caller) -> tuple[list[Link], int | None]:
        """Return the account's lines and the pipeline of its new leads."""
        with self._engine.connect() as conn:
            found = store.links_of(conn, self._sealer, caller.installation.id)
            return found, store.pipeline_of(conn, caller.installation.id)

    def unlink(self, caller: Caller, key: int) -> None:
        """Take a line out. Raises ``Refusal`` 404 for one that is not the caller's account's."""
        with transaction(self._engine) as conn:
            self._remove(conn, self._own(conn, caller, key), actor=caller.actor)
            self._promise_connection(conn, caller.installation.id)

    def pause(self, caller: Caller, key: int, *, is_paused: bool) -> Link:
        """Stop or go on relaying a line without taking it out."""
        with transaction(self._engine) as conn:
            found = self._own(conn, caller, key)
            state = "paused" if is_paused else "active"
            store.change_link(conn, found.id, state=state)
            accounts.record(conn, f"link.{state}", actor=caller.actor, now=self._clock(),
                            installation_id=found.scope.installation_id, link_id=key)  # fmt: skip
            return self._own(conn, caller, key)

    def choose_pipeline(self, caller: Caller, pipeline_id: int) -> None:
        """Save where new leads go, and tell Kommo's sources."""
        with transaction(self._engine) as conn:
            store.save_pipeline(conn, caller.installation.id, pipeline_id)
            self._promise_connection(conn, caller.installation.id)

    def _own(self, conn: Connection, caller: Caller, key: int) -> Link:
        found = store.link(conn, self._sealer, key)
        if found is None or found.scope.installation_id != caller.installation.id:
            raise Refusal("Your account has no such line.", status=404, code="not_found")
        return found

    def _remove(self, conn: Connection, found: Link, *, actor: str) -> None:
        store.change_link(conn, found.id, state="removed", secret=None)
        accounts.record(conn, "link.removed", actor=actor, now=self._clock(),
                        installation_id=found.scope.installation_id, link_id=found.id)  # fmt: skip

    def _promise_connection(self, conn: Connection, installation_id: int) -> None:
        body = {"installation_id": installation_id}
        jobs.put(conn, kind=CONNECTION, lane=f"account:{installation_id}", body=body, now=self._clock())


def _taken() -> Refusal:
    return Refusal("This messenger account is linked in another Kommo account: disconnect it there first.",
                   status=409, code="line_taken")  # fmt: skip


def _unreachable(error: NeighbourError) -> Refusal:
    wait_s = error.retry_after_s
    extra = {"retry_after": int(wait_s)} if wait_s else {}
    headers = {"Retry-After": str(int(wait_s))} if wait_s else {}
    return Refusal("A service we need does not answer: try again later.", status=502, code="kommo_unreachable",
                   headers=headers, **extra)  # fmt: skip
