"""What API v4 tells about the account itself: its people, pipelines, sources, hooks, chats and files."""

from typing import Any

import msgspec

from backend.kommo.api.models import Model


class AccountEmbedded(Model, frozen=True):
    """Parts of an account that come with ``with``."""

    amojo_rights: dict[str, bool] | None = None
    users_groups: tuple[dict[str, Any], ...] = ()
    task_types: tuple[dict[str, Any], ...] = ()
    datetime_settings: dict[str, Any] | None = None


class Account(Model, frozen=True):
    """The account. https://www.amocrm.ru/developers/content/crm_platform/account-info"""

    id: int
    name: str = ""
    subdomain: str = ""
    current_user_id: int | None = None
    country: str | None = None
    currency: str | None = None
    currency_symbol: str | None = None
    customers_mode: str | None = None
    is_unsorted_on: bool | None = None
    is_loss_reason_enabled: bool | None = None
    is_helpbot_enabled: bool | None = None
    is_technical_account: bool | None = None
    contact_name_display_order: int | None = None
    amojo_id: str | None = None
    uuid: str | None = None
    version: int | None = None
    drive_url: str | None = None
    is_api_filter_enabled: bool | None = None
    embedded: AccountEmbedded = msgspec.field(name="_embedded", default_factory=AccountEmbedded)


class User(Model, frozen=True):
    """A user of the account. ``rights`` values: A all, G group, M own, D denied."""

    id: int
    name: str = ""
    email: str | None = None
    lang: str | None = None
    rights: dict[str, Any] = msgspec.field(default_factory=dict)
    amojo_id: str | None = None
    phone_number: str | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the user administers the account."""
        return bool(self.rights.get("is_admin"))

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in."""
        return bool(self.rights.get("is_active", True))


class Status(Model, frozen=True):
    """A stage. ``type`` 1 is the stage of incoming leads."""

    id: int
    name: str = ""
    sort: int | None = None
    type: int = 0
    color: str | None = None
    is_editable: bool | None = None
    pipeline_id: int | None = None


class PipelineEmbedded(Model, frozen=True):
    """The stages of a pipeline."""

    statuses: tuple[Status, ...] = ()


class Pipeline(Model, frozen=True):
    """A pipeline with its stages."""

    id: int
    name: str = ""
    sort: int | None = None
    is_main: bool = False
    is_unsorted_on: bool | None = None
    is_archive: bool | None = None
    account_id: int | None = None
    embedded: PipelineEmbedded = msgspec.field(name="_embedded", default_factory=PipelineEmbedded)

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Its stages in their order."""
        return tuple(sorted(self.embedded.statuses, key=lambda status: status.sort or 0))


class Source(Model, frozen=True):
    """One line of our channel in a pipeline. ``external_id`` is ours and never changes."""

    id: int
    name: str = ""
    external_id: str | None = None
    pipeline_id: int | None = None
    default: bool | None = None
    origin_code: str | None = None
    services: list[Any] | None = None


class Webhook(Model, frozen=True):
    """A subscription to account events; ``disabled`` once Kommo gave up on us."""

    id: int
    destination: str
    settings: tuple[str, ...] = ()
    disabled: bool = False
    sort: int | None = None
    created_by: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    account_id: int | None = None


class ChatTie(Model, frozen=True):
    """Which contact a chat belongs to. The id changes when the chat is tied to another contact."""

    id: int
    chat_id: str
    contact_id: int


class Talk(Model, frozen=True):
    """A conversation in a chat, from its first message to its closing."""

    talk_id: int
    chat_id: str | None = None
    contact_id: int | None = None
    entity_id: int | None = None
    entity_type: str | None = None
    origin: str | None = None
    is_in_work: bool | None = None
    is_read: bool | None = None
    rate: int | None = None
    created_at: int | None = None
    updated_at: int | None = None


class Template(Model, frozen=True):
    """A prepared text for chats."""

    id: int
    name: str = ""
    content: str = ""
    type: str | None = None
    external_id: str | None = None
    is_editable: bool | None = None
    buttons: list[Any] | None = None
    attachment: Any = None
    created_at: int | None = None
    updated_at: int | None = None


class FileLink(Model, frozen=True):
    """A file that hangs at an entity; lists of them are walked down by ``id``."""

    id: int
    file_uuid: str


class FileSession(Model, frozen=True):
    """An upload in parts. Sizes in bytes."""

    session_id: int
    upload_url: str
    max_file_size: int
    max_part_size: int


class File(Model, frozen=True):
    """A stored file. https://www.amocrm.ru/developers/content/files/files-api"""

    uuid: str
    version_uuid: str | None = None
    name: str = ""
    sanitized_name: str | None = None
    type: str | None = None
    size: int = 0
    is_trashed: bool = False
    metadata: dict[str, Any] | None = None
    links: dict[str, Any] = msgspec.field(name="_links", default_factory=dict)

    @property
    def download_url(self) -> str | None:
        """Where its bytes are, if the answer says so."""
        link = self.links.get("download")
        return link.get("href") if isinstance(link, dict) else None
