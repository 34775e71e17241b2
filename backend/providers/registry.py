"""Which messengers this process speaks: the built-in ones, and those that installed packages bring.

A package names a function in the entry point group ``channel_kit.providers``; it takes a ``Context`` and returns a
``Messenger``, or None if its own settings say that it is off.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from flask import Blueprint
from sqlalchemy import Engine

from backend.db import Clock, utc_now
from backend.jobs.periodic import Periodic
from backend.jobs.run import Handler, Job
from backend.providers.base import MediaLinks, Provider, ReadFile, Relay, no_files
from backend.providers.http import views as http_views
from backend.providers.http.provider import HttpProvider
from backend.providers.telegram import views as telegram_views
from backend.providers.telegram.api import BotApi
from backend.providers.telegram.provider import Telegram
from backend.providers.webchat import views as webchat_views
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from backend.providers.webchat.retention import Retention
from backend.settings import Settings

GROUP = "channel_kit.providers"
TIDY = "messengers.tidy"
TIDYING = Periodic(TIDY, 86_400)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
_RESERVED = ("stored", "web")  # names of other files in links


@dataclass(frozen=True)
class Context:
    """What a messenger may use. ``save_file`` keeps the chunks of a file, up to so many bytes, and gives its key;
    ``drop_file`` deletes it. ``read_file`` gives a whole file by its link, if it has no more than so many bytes; it
    leads nowhere into our own network, and raises ``NeighbourError``."""

    engine: Engine
    settings: Settings
    relay: Relay
    links: MediaLinks
    save_file: Callable[[Any, int], str]
    clock: Clock = utc_now
    drop_file: Callable[[str], None] = lambda key: None
    read_file: ReadFile = no_files


@dataclass(frozen=True)
class Messenger:
    """A provider with its doors. ``file_address`` tells where a file can be fetched that it linked by its own address:
    over https from the public internet, or however it be from ``file_origin``, which the operator has named.
    ``stop`` ends what it keeps open, ``tidy`` is called once a day to forget what is old."""

    provider: Provider
    doors: Blueprint | None = None
    file_address: Callable[[str], str] | None = None
    file_origin: str = ""
    stop: Callable[[], None] = lambda: None
    tidy: Callable[[], None] = lambda: None


Opener = Callable[[Context], Messenger | None]


class BrokenMessenger(Exception):
    """A package brings a messenger that cannot be used. Starting without it would fail every message for it."""


def installed() -> list[Opener]:
    """The openers that installed packages name. Raises ``BrokenMessenger`` for one that cannot be loaded."""
    return [_loaded(point) for point in entry_points(group=GROUP)]


def _loaded(point: EntryPoint) -> Opener:
    try:
        opener: Opener = point.load()
    except Exception as error:
        package = f"{point.dist.name} {point.dist.version}" if point.dist else "a package"
        raise BrokenMessenger(
            f"the messenger {point.name!r} of {package} cannot be loaded from {point.value}: "
            f"{type(error).__name__}: {error}; mend or uninstall the package"
        ) from error
    return opener


def open_messengers(
    context: Context, providers: Mapping[str, Provider] | None = None, *, more: Sequence[Opener] = ()
) -> dict[str, Messenger]:
    """Every messenger by its name, those of ``more`` beside the built-in ones; ``providers`` (tests) replaces all.

    Raises ``BrokenMessenger`` for a name that two of them go by, that is none, or that the settings name in vain.
    """
    if providers is not None:
        return {name: Messenger(provider) for name, provider in providers.items()}
    openers: list[Opener] = [_webchat, _telegram, _http, *more]
    found: dict[str, Messenger] = {}
    chosen = context.settings.messenger
    for opener in openers:
        messenger = opener(context)
        if messenger is not None:
            found[_free_name(messenger, found)] = messenger
    if chosen not in found:
        raise BrokenMessenger(f"KCK_MESSENGER names {chosen!r}, which is not installed here; known are {sorted(found)}")
    return found


def _free_name(messenger: Messenger, others: Mapping[str, Messenger]) -> str:
    name = messenger.provider.name
    if name in others or name in _RESERVED or not _NAME.match(name):
        raise BrokenMessenger(
            f"a messenger cannot be called {name!r}: another one is, or it is not made of 1 to 40 of a-z, 0-9, - and _"
        )
    return name


def tidying(messengers: Mapping[str, Messenger]) -> Handler:
    """The handler of the daily job that lets every messenger forget what is old."""

    def tidy(job: Job) -> None:
        for messenger in messengers.values():
            messenger.tidy()

    return tidy


def _webchat(context: Context) -> Messenger:
    feed = Feed(context.engine, limit=context.settings.open_streams)
    provider = Webchat(
        context.engine, context.settings.public_url, feed, clock=context.clock, links=context.links
    )  # fmt: skip
    doors = webchat_views.blueprint(
        engine=context.engine,
        relay=context.relay,
        feed=feed,
        clock=context.clock,
        streams_url=context.settings.streams_url,
        files=webchat_views.Files(context.save_file, context.links),
    )
    kept = Retention(context.engine, context.settings.webchat_keep_days, context.drop_file, context.clock)
    return Messenger(provider, doors, stop=feed.stop, tidy=kept.tidy)


def _telegram(context: Context) -> Messenger:
    api = BotApi(context.settings.telegram_url)

    def file_address(address: str) -> str:
        line_key, _, file_id = address.partition("/")
        with context.engine.connect() as conn:
            token = context.relay.secret(conn, "telegram", line_key)
        if token is None:
            raise FileNotFoundError(address)
        return api.file_address(token, file_id)

    doors = telegram_views.blueprint(engine=context.engine, relay=context.relay, links=context.links)
    provider = Telegram(api, context.settings.public_url, context.read_file)
    return Messenger(provider, doors, file_address, context.settings.telegram_url)


def _http(context: Context) -> Messenger | None:
    settings = context.settings
    if settings.http_provider_url is None or settings.http_provider_secret is None:
        return None
    secret = settings.http_provider_secret.get_secret_value()
    doors = http_views.blueprint(engine=context.engine, relay=context.relay, secret=secret, now=time.time)
    return Messenger(HttpProvider(settings.http_provider_url, secret), doors)
