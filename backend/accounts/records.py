"""What a row of this room is, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime

PLATFORM_OF_ZONE = {"amocrm.ru": "amocrm"}


def platform_of(host: str) -> str:
    """Return which of the two platforms a host belongs to: ``amocrm`` (Russia) or ``kommo`` (everybody else)."""
    return PLATFORM_OF_ZONE.get(host.partition(".")[2], "kommo")


@dataclass(frozen=True)
class Integration:
    """One registration of ours at Kommo."""

    id: int
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    widget_code: str


@dataclass(frozen=True)
class Installation:
    """One account's consent. Tokens are not part of it: ``tokens.py`` gives them."""

    id: int
    integration_id: int
    platform: str
    account_id: str
    host: str
    amojo_id: str
    name: str
    kind: str
    state: str
    reason: str
    version: int
    access_expires_at: datetime | None
    refresh_issued_at: datetime | None
    uncertain_since: datetime | None
    installed_at: datetime

    @property
    def is_active(self) -> bool:
        """Whether calls for this account can be made."""
        return self.state == "active"
