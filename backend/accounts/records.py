"""What a row of this room is, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime

from backend.kommo.hosts import PLATFORMS, Platform


@dataclass(frozen=True)
class Integration:
    """One registration of ours, on one of the two platforms. Where its accounts and its chats live follows from it."""

    id: int
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    widget_code: str
    platform: str

    @property
    def home(self) -> Platform:
        """The platform's hosts."""
        return PLATFORMS[self.platform]


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
