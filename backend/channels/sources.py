"""Keeping Kommo's sources in step with our lines: one source a line, named by our ``external_id``.

https://www.amocrm.ru/developers/content/crm_platform/sources-api
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from backend.accounts import store as accounts
from backend.accounts.api import AccountApi
from backend.channels import store
from backend.channels.records import Link
from backend.db import Clock, transaction, utc_now
from backend.kommo.errors import KommoError
from backend.seal import Sealer

log = logging.getLogger(__name__)

PATH = "/api/v4/sources"
Json = dict[str, Any]


class Sources:
    """Creates, renames and deletes sources; notices one that a person deleted in Kommo."""

    def __init__(self, engine: Engine, sealer: Sealer, api: AccountApi, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._sealer = sealer
        self._api = api
        self._clock = clock

    def follow(self, installation_id: int) -> None:
        """Bring an account's sources to what our rows say.

        Raises ``KommoError`` where a later try may help. An account that may not use sources (an integration without
        an uploaded widget, an external one) keeps its lines: messages then go to its default source.
        """
        with self._engine.connect() as conn:
            lines = store.links_of(conn, self._sealer, installation_id)
            removed = store.removed_sources(conn, installation_id)
            pipeline_id = store.pipeline_of(conn, installation_id)
        if not lines and not removed:
            return
        try:
            known = {str(each["external_id"]): each for each in self._listed(installation_id)}
            self._delete(installation_id, removed, known)
            has_default = any(each.get("default") for each in known.values())
            for line in lines:
                wanted = self._wanted(line, pipeline_id, is_default=not has_default)
                has_default = (
                    self._match(installation_id, line, known.get(line.source_external_id), wanted) or has_default
                )
        except KommoError as error:
            if not error.permanent:
                raise
            log.warning("sources of installation %s are out of step: %s", installation_id, error.reason)

    def abandon(self, installation_id: int) -> None:
        """Delete the sources of an account that has removed us, if the token that it left still works, and forget it.

        Kommo withdraws tokens when an integration is removed; whether before or after it tells us is not documented.
        Sources that cannot be deleted stay with Kommo, and are made anew when the account comes back.
        https://developers.kommo.com/docs/oauth-20
        """
        with self._engine.connect() as conn:
            token = accounts.last_token(conn, self._sealer, installation_id)
            known = store.sources_of(conn, installation_id)
        left = self._delete_last(installation_id, token, known) if token else ""
        with transaction(self._engine) as conn:
            accounts.forget_last_token(conn, installation_id)
            store.forget_sources(conn, installation_id)
            if token and known:
                event = "sources.left" if left else "sources.deleted"
                accounts.record(conn, event, actor="backend", now=self._clock(), installation_id=installation_id,
                                count=len(known), reason=left)  # fmt: skip

    def _delete_last(self, installation_id: int, token: str, known: Sequence[int]) -> str:
        """Delete sources one by one; give the reason why the others cannot be, once one cannot."""
        for source_id in known:
            try:
                self._api.last_call(installation_id, token, "DELETE", f"{PATH}/{source_id}")
            except KommoError as error:
                if error.status != 404:
                    return error.reason
        return ""

    def _listed(self, installation_id: int) -> Sequence[Json]:
        body = self._api.call(installation_id, "GET", PATH).json()
        return list((body or {}).get("_embedded", {}).get("sources", []))

    def _wanted(self, line: Link, pipeline_id: int | None, *, is_default: bool) -> Json:
        wanted: Json = {"name": line.title}
        if pipeline_id is not None:
            wanted["pipeline_id"] = pipeline_id
        if is_default:
            wanted["default"] = True
        return wanted

    def _match(self, installation_id: int, line: Link, found: Json | None, wanted: Json) -> bool:
        """Create or change the source of one line. True if a default source exists afterwards because of it."""
        if found is None and line.source_id is not None:
            self._note_deleted(line)
            return False
        if found is None:
            if line.state == "broken":
                return False
            body = [{**wanted, "external_id": line.source_external_id}]
            answer = self._api.call(installation_id, "POST", PATH, json=body).json()
            found = answer["_embedded"]["sources"][0]
        else:
            changed = {name: value for name, value in wanted.items() if found.get(name) != value}
            if changed:
                self._api.call(installation_id, "PATCH", f"{PATH}/{int(found['id'])}", json=changed)
        if line.source_id != found["id"]:
            with transaction(self._engine) as conn:
                store.change_link(conn, line.id, source_id=int(found["id"]))
        return bool(wanted.get("default"))

    def _note_deleted(self, line: Link) -> None:
        """A person took the source out in Kommo: do not put it back, show the line as broken."""
        with transaction(self._engine) as conn:
            store.change_link(conn, line.id, source_id=None, state="broken")
            accounts.record(conn, "source.deleted", actor="kommo", now=self._clock(),
                            installation_id=line.scope.installation_id, link_id=line.id)  # fmt: skip
        log.warning("the source of line %s was deleted in Kommo", line.id)

    def _delete(self, installation_id: int, removed: Mapping[int, str], known: Mapping[str, Json]) -> None:
        """Delete the sources of lines that were taken out."""
        for link_id, external_id in removed.items():
            found = known.get(external_id)
            if found is not None:
                try:
                    self._api.call(installation_id, "DELETE", f"{PATH}/{int(found['id'])}")
                except KommoError as error:
                    if error.status != 404:
                        raise
            with transaction(self._engine) as conn:
                store.change_link(conn, link_id, source_id=None)
