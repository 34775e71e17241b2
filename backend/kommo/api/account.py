"""The calls about the account itself: its people, pipelines, sources, hooks, chats and files."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from backend.kommo.api.account_models import (
    ChatTie,
    File,
    FileLink,
    FileSession,
    Pipeline,
    Source,
    Talk,
    Template,
    User,
    Webhook,
)
from backend.kommo.api.batch import Outcome, write_all
from backend.kommo.api.drafts import ChatTieDraft, SourceDraft, TemplateDraft
from backend.kommo.api.entities import Collection
from backend.kommo.api.errors import BadAnswer, NotFound
from backend.kommo.api.listing import MAX_LIMIT, Envelope, Listing
from backend.kommo.api.wire import Wire, decode

T = TypeVar("T")

TEMPLATES_LIMIT = 50  # https://www.amocrm.ru/developers/content/crm_platform/chat-templates-api
BINARY = "application/octet-stream"


class Pipelines:
    """Pipelines and their stages; one answer holds them all."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self) -> list[Pipeline]:
        """Every pipeline."""
        answer = self._wire.get(self._wire.url("/leads/pipelines"), Envelope[Pipeline])
        return answer.embedded.get("pipelines", []) if answer else []

    def get(self, id: int) -> Pipeline | None:
        """One pipeline."""
        return self._wire.get(self._wire.url(f"/leads/pipelines/{id}"), Pipeline)


class Sources(Collection[Source, SourceDraft]):
    """Lines of this integration; at most 100, at most 50 in one call.

    https://www.amocrm.ru/developers/content/crm_platform/sources-api
    """

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, "/sources", Source)

    def delete(self, ids: Sequence[int]) -> None:
        """Remove lines; the external id of a removed line may get its old number back."""
        self._wire.write("DELETE", "/sources", [{"id": id} for id in ids], dict)


class Webhooks:
    """Subscriptions to account events. https://www.amocrm.ru/developers/content/crm_platform/webhooks-api"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self, destination: str | None = None) -> list[Webhook]:
        """The account's subscriptions, or the one to exactly this address."""
        query = {"filter": {"destination": destination}} if destination else None
        answer = self._wire.get(self._wire.url("/webhooks", query), Envelope[Webhook])
        return answer.embedded.get("webhooks", []) if answer else []

    def subscribe(self, destination: str, settings: Sequence[str]) -> Webhook:
        """Subscribe, or change the subscription to the same address. Needs an administrator's token."""
        body = {"destination": destination, "settings": list(settings)}
        return told(self._wire.write("POST", "/webhooks", body, Webhook))

    def unsubscribe(self, destination: str) -> bool:
        """End the subscription; False if there was none."""
        try:
            self._wire.write("DELETE", "/webhooks", {"destination": destination}, dict)
        except NotFound:
            return False
        return True


class Chats:
    """Chats and talks. https://www.amocrm.ru/developers/content/crm_platform/talks-api"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def of(self, *, chat_ids: Sequence[str] = (), contact_ids: Sequence[int] = ()) -> list[ChatTie]:
        """Whose chats these are, or which chats these contacts have. Needs an administrator's token."""
        url = self._wire.url("/contacts/chats", {"chat_id": list(chat_ids), "contact_id": list(contact_ids)})
        answer = self._wire.get(url, Envelope[ChatTie])
        return answer.embedded.get("chats", []) if answer else []

    def tie(self, drafts: Iterable[ChatTieDraft]) -> list[Outcome[ChatTieDraft]]:
        """Give chats to contacts; a chat belongs to one contact."""
        return write_all(self._wire, "POST", "/contacts/chats", "chats", drafts)

    def talk(self, id: int) -> Talk | None:
        """One talk; None if there is none."""
        try:
            return self._wire.get(self._wire.url(f"/talks/{id}"), Talk)
        except NotFound:
            return None

    def close_talk(self, id: int, *, force: bool = False) -> None:
        """Close a talk. Raises ``Refused`` (422) if it is closed already."""
        self._wire.write("POST", f"/talks/{id}/close", {"force_close": force}, dict)

    def templates(self) -> "Templates":
        """Our own prepared texts."""
        return Templates(self._wire)


class Templates(Collection[Template, TemplateDraft]):
    """Prepared texts for chats. https://www.amocrm.ru/developers/content/crm_platform/chat-templates-api"""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, "/chats/templates", Template, limit=TEMPLATES_LIMIT, key="chat_templates")

    def delete(self, id: int) -> None:
        """Remove a text. Raises ``NotFound``."""
        self._wire.write("DELETE", f"/chats/templates/{id}", None, dict)


class Files:
    """Files as far as chats need them. ``drive_url`` comes from ``account(with_=["drive_url"])``.

    https://www.amocrm.ru/developers/content/files/files-api
    """

    def __init__(self, wire: Wire, drive_url: str) -> None:
        self._wire = wire
        self._base = f"{drive_url.rstrip('/')}/v1.0"

    def upload(self, name: str, size: int, parts: Iterator[bytes], *, content_type: str | None = None) -> File:
        """Store a file. ``parts`` are any pieces; they are cut to what the session takes. Raises ``KommoError``."""
        wish = {"file_name": name, "file_size": size} | ({"content_type": content_type} if content_type else {})
        session = decode(self._wire.send("POST", f"{self._base}/sessions", msgspec.json.encode(wish)), FileSession)
        url = session.upload_url
        for part in _cut(parts, session.max_part_size):
            answer = self._wire.send("POST", url, part, BINARY)
            step = decode(answer, dict)
            if "next_url" not in step:
                return decode(answer, File)
            url = step["next_url"]
        raise BadAnswer("the file was sent whole and the answer names no file", permanent=True, host=self._wire.host)

    def get(self, uuid: str) -> File | None:
        """What is known about a stored file."""
        try:
            return self._wire.get(f"{self._base}/files/{uuid}", File)
        except NotFound:
            return None

    def attach(self, entity_type: str, id: int, uuids: Sequence[str]) -> None:
        """Hang files at an entity."""
        self._wire.write("PUT", f"/{entity_type}/{id}/files", [{"file_uuid": uuid} for uuid in uuids], dict)

    def detach(self, entity_type: str, id: int, uuids: Sequence[str]) -> None:
        """Take files off an entity."""
        self._wire.write("DELETE", f"/{entity_type}/{id}/files", [{"file_uuid": uuid} for uuid in uuids], dict)

    def attached(self, entity_type: str, id: int, *, limit: int = MAX_LIMIT) -> Iterator[FileLink]:
        """The files at an entity, newest first; this list goes on below the last id instead of by links."""
        before: int | None = None
        while True:
            url = self._wire.url(f"/{entity_type}/{id}/files", {"limit": limit, "before_id": before})
            answer = self._wire.get(url, Envelope[FileLink])
            found = answer.embedded.get("files", []) if answer else []
            yield from found
            if not found or (before is not None and found[-1].id >= before):
                return
            before = found[-1].id


def users(wire: Wire) -> Listing[User]:
    """The account's users, with their role, group and chat id. Needs an administrator's token."""
    url = wire.url("/users", {"limit": MAX_LIMIT, "with": "role,group,uuid,amojo_id"})
    return Listing(wire, url, "users", User)


def told(answer: T | None) -> T:
    """The answer, which must not be empty here. Raises ``BadAnswer``."""
    if answer is None:
        raise BadAnswer("an empty answer where a value is due", permanent=True)
    return answer


def _cut(parts: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of ``size``, the last one shorter."""
    rest = b""
    for part in parts:
        rest += part
        while len(rest) >= size:
            yield rest[:size]
            rest = rest[size:]
    if rest:
        yield rest
