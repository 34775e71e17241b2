"""Bringing what Kommo has for an account to what our rows say: connected after an installation, off with its last line.

Every job here reads the rows first and does what they ask for, so that a repeated or late one does no harm.
"""

import logging

from sqlalchemy import Engine

from backend.accounts import store as accounts
from backend.channels import store
from backend.channels.records import Channel, Scope
from backend.channels.sources import Sources
from backend.db import Clock, transaction, utc_now
from backend.jobs import store as jobs
from backend.jobs.periodic import Periodic
from backend.jobs.run import Job
from backend.kommo import amojo
from backend.kommo.errors import KommoError
from backend.seal import Sealer

log = logging.getLogger(__name__)

CONNECTION = "channel.connection"  # job: bring one account's connection and sources to what its links say
CONNECTIONS = "channel.connections"  # job: promise the one above for every account
EVERY_CONNECTION = Periodic(CONNECTIONS, 6 * 3600)


class Connections:
    """Handlers of jobs about an account's connection to its channels."""

    def __init__(
        self, engine: Engine, sealer: Sealer, chats: amojo.AmojoClient, sources: Sources, clock: Clock = utc_now
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._chats = chats
        self._sources = sources
        self._clock = clock

    def follow(self, job: Job) -> None:
        """Connect an account that has lines and is not connected, disconnect one whose last line is gone, and bring its
        sources in step."""
        wanted = self._wanted(job.body["installation_id"])
        for scope, channel, has_lines in wanted:
            if has_lines and not scope.is_connected:
                self._connect(scope, channel)
            elif scope.is_connected and not has_lines:
                self._disconnect(scope, channel)
        if wanted:
            self._sources.follow(job.body["installation_id"])

    def reconnect(self, job: Job) -> None:
        """Connect again after an installation: Kommo has dropped the connection with the old one.

        https://developers.kommo.com/reference/connect-channel
        """
        for scope, channel, has_lines in self._wanted(job.body["installation_id"]):
            if has_lines:
                self._connect(scope, channel)
        self._sources.follow(job.body["installation_id"])

    def drop(self, job: Job) -> None:
        """Disconnect an account that is gone, and delete its sources while the token that it left still works.

        Kommo disconnects by itself; asking again makes sure, and needs no token. An account that has come back
        meanwhile is left to the job of its installation.
        """
        installation_id = job.body["installation_id"]
        with self._engine.connect() as conn:
            home = accounts.installation(conn, installation_id)
        if home is None or home.state != "uninstalled":
            return
        self._sources.abandon(installation_id)
        with self._engine.connect() as conn:
            found = [(scope, store.channel(conn, self._sealer, scope.channel_id))
                     for scope in store.scopes_of(conn, installation_id) if scope.is_connected]  # fmt: skip
        for scope, channel in found:
            try:
                self._chats.disconnect(channel.signing, scope.amojo_id)
            except KommoError as error:
                if not error.permanent:
                    raise
        with transaction(self._engine) as conn:
            store.mark_disconnected(conn, installation_id)
            job.finish(conn)

    def promise_checks(self, job: Job) -> None:
        """Promise a look at every account's connection and sources: people change them in Kommo."""
        with transaction(self._engine) as conn:
            for home in accounts.all_installations(conn, ("active",)):
                if store.scopes_of(conn, home.id):
                    jobs.put(conn, kind=CONNECTION, lane=f"account:{home.id}", body={"installation_id": home.id},
                             now=self._clock())  # fmt: skip
            job.finish(conn)

    def _wanted(self, installation_id: int) -> list[tuple[Scope, Channel, bool]]:
        with self._engine.connect() as conn:
            home = accounts.installation(conn, installation_id)
            if home is None or not home.is_active:
                return []
            return [
                (
                    scope,
                    store.channel(conn, self._sealer, scope.channel_id),
                    bool(store.links_of_scope(conn, self._sealer, scope.id)),
                )
                for scope in store.scopes_of(conn, installation_id)
            ]

    def _connect(self, scope: Scope, channel: Channel) -> None:
        """Connect with the chat id that the account has now."""
        with self._engine.connect() as conn:
            home = accounts.installation(conn, scope.installation_id)
        amojo_id = home.amojo_id if home is not None and home.amojo_id else scope.amojo_id
        address = self._chats.connect(channel.signing, amojo_id, channel.name)
        with transaction(self._engine) as conn:
            store.save_scope(conn, channel_id=channel.id, installation_id=scope.installation_id, scope_id=address,
                             amojo_id=amojo_id, now=self._clock())  # fmt: skip
            accounts.record(conn, "channel.connected", actor="backend", now=self._clock(),
                            installation_id=scope.installation_id)  # fmt: skip

    def _disconnect(self, scope: Scope, channel: Channel) -> None:
        self._chats.disconnect(channel.signing, scope.amojo_id)
        with transaction(self._engine) as conn:
            store.mark_disconnected(conn, scope.installation_id)
            accounts.record(conn, "channel.disconnected", actor="backend", now=self._clock(),
                            installation_id=scope.installation_id)  # fmt: skip
