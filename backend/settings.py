"""How this process runs: one frozen record, read from the environment once, every mistake reported together.

What an operator registers (integrations, channels, service accounts) lives in the database, not here.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

PREFIX = "KCK_"
_OF_PLATFORMS = frozenset({"kommo_zones", "amojo_host"})  # settings of earlier versions


class Settings(BaseModel):
    """Settings of one backend process; field ``database_url`` comes from the variable ``KCK_DATABASE_URL``, and so on.

    Tuples are written as comma lists. ``KCK_<NAME>_FILE`` names a file that holds the value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["development", "staging", "production"] = "development"
    database_url: str = "sqlite:///var/backend.db"
    public_url: str = Field("http://127.0.0.1:8000", description="Our own origin, as Kommo and browsers see it.")
    secret_keys: tuple[SecretStr, ...] = Field(
        (), description="Fernet keys that seal secrets at rest, newest first. Required outside development."
    )
    links_admins_only: bool = Field(
        True, description="Refuse to link and unlink for a user of whom Kommo says that he is no administrator."
    )
    line_taken: Literal["refuse", "move"] = Field(
        "refuse", description="A messenger account already linked in another Kommo account: refuse it, or move it here."
    )
    unknown_callers: Literal["contact", "unsorted", "refuse"] = Field(
        "contact",
        description="A logged call whose number nobody in the account has: create a contact, keep it as an incoming "
        "lead, or refuse it.",
    )
    companion_addresses: tuple[str, ...] = Field(
        (), description="Deep links that own apps may ask to be sent back to when they sign in, compared as a whole."
    )
    extensions: tuple[str, ...] = Field(
        (), description="Modules with own code that reacts to events of the CRM; imported when the service starts."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="How many proxies of ours stand in front: whose X-Forwarded-For is believed."
    )
    takes_v1_hooks: bool = Field(
        False, description="Take chat hooks of the first version, which name no account and no message."
    )
    console_password: SecretStr | None = Field(
        None, min_length=12, description="Opens the operator's console at /console. Without it there is none."
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="Opens /metrics to who sends it as a bearer. Without it there is nothing there.",
    )
    threads: int = Field(64, ge=4, le=512, description="Requests that the serving process works on at a time.")
    lease_s: float = Field(
        30.0, ge=1, description="Seconds after which the conversations of a worker that died are taken over."
    )
    broker_url: SecretStr | None = Field(
        None, description="RabbitMQ or Redis that wakes Celery's workers. Without it, threads of this process work."
    )
    open_streams: int = Field(
        8,
        ge=1,
        description="Visitors' pages that this process keeps connected at a time; the others ask every few seconds.",
    )
    streams_url: str | None = Field(
        None, description="Origin of the process that keeps visitors' pages connected, where no proxy sends them there."
    )
    messenger: str = Field("webchat", description="Name of the messenger whose accounts the widget's form connects.")
    telegram_url: str = Field("https://api.telegram.org", description="Address of Telegram's Bot API.")
    http_provider_url: str | None = Field(
        None, description="Address of a service of your own that is spoken to as a messenger."
    )
    http_provider_secret: SecretStr | None = Field(None, min_length=32, description="Secret that both sides sign with.")
    webchat_keep_days: int = Field(
        365,
        ge=30,
        description="Days after which visitors' messages and files are forgotten; unread ones, after twice that.",
    )
    media_folder: Path = Field(Path("var/media"), description="Where files are kept that visitors send.")
    s3_endpoint: str | None = Field(None, description="Keep them in a service that speaks S3 instead: its address.")
    s3_bucket: str | None = Field(None, description="Name of the bucket.")
    s3_region: str = Field("us-east-1", description="Region that requests are signed for.")
    s3_access_key: str | None = Field(None, description="Access key.")
    s3_secret_key: SecretStr | None = Field(None, description="Secret key.")
    dev_kommo_url: str | None = Field(
        None, description="Development only: address of a sandbox, reached in place of every Kommo host."
    )
    dev_push_origins: tuple[str, ...] = Field(
        (), description="Development only: origins of push services besides those of the browsers."
    )
    dev_origins: tuple[str, ...] = Field((), description="Development only: further origins that may call the API.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.

        Raises ``pydantic.ValidationError`` that lists every unknown, wrong or missing value.
        """
        values: dict[str, object] = {}
        for name, value in environ.items():
            if not name.startswith(PREFIX):
                continue
            field = name.removeprefix(PREFIX).lower()
            if field.endswith("_file"):
                field, value = field.removesuffix("_file"), Path(value).read_text(encoding="utf-8").strip()
            info = cls.model_fields.get(field)
            is_tuple = info is not None and "tuple" in str(info.annotation)
            values[field] = [part.strip() for part in value.split(",") if part.strip()] if is_tuple else value
        return cls.model_validate(values)

    @field_validator("secret_keys")
    @classmethod
    def _are_fernet_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in keys:
            Fernet(key.get_secret_value())
        return keys

    @model_validator(mode="before")
    @classmethod
    def _names_are_known(cls, values: Any) -> Any:
        removed = sorted(f"{PREFIX}{name.upper()}" for name in _OF_PLATFORMS & set(values))
        if removed:
            raise ValueError(
                f"{', '.join(removed)}: remove it. Hosts follow from each integration's platform now; one of amocrm.ru"
                " is added with `integration add --platform amocrm`"
            )
        return values

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for names in (("http_provider_url", "http_provider_secret"),
                      ("s3_endpoint", "s3_bucket", "s3_access_key", "s3_secret_key")):  # fmt: skip
            missing = [f"{PREFIX}{name.upper()}" for name in names if getattr(self, name) is None]
            if missing and len(missing) < len(names):
                raise ValueError(f"{', '.join(missing)} is missing: it belongs to the others that are set")
        return self

    @model_validator(mode="after")
    def _has_a_database_for_many(self) -> Self:
        if self.broker_url is not None and self.database_url.startswith("sqlite"):
            raise ValueError("KCK_BROKER_URL needs a PostgreSQL in KCK_DATABASE_URL: SQLite has one writing process")
        return self

    @model_validator(mode="after")
    def _is_safe_to_run(self) -> Self:
        if self.environment == "development":
            return self
        problems = []
        if not self.secret_keys:
            problems.append("KCK_SECRET_KEYS is missing: make one with `python -m backend keys new`")
        if not self.public_url.startswith("https://"):
            problems.append(f"KCK_PUBLIC_URL must be https outside development, not {self.public_url}")
        if self.dev_kommo_url or self.dev_origins or self.dev_push_origins:
            problems.append("the KCK_DEV_… settings work in development only: remove them")
        if problems:
            raise ValueError("; ".join(problems))
        return self
