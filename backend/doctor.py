"""What is wrong with this installation of ours, and what to do about it: the checks behind ``doctor``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from backend import migrations
from backend.accounts import store as accounts
from backend.accounts.models import integrations
from backend.app import Backend
from backend.channels import store as channels
from backend.channels.commands import hook_address
from backend.channels.models import channels as channel_table
from backend.channels.models import scopes
from backend.channels.records import Channel
from backend.jobs.models import BURIED, outbox
from backend.kommo.client import KommoError, Request
from backend.kommo.hosts import PLATFORMS
from backend.seal import BrokenSeal

MAX_SKEW_S = 5
_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and its cure."""

    what: str
    cure: str


Check = Callable[[Backend], Iterator[Finding]]


def examine(backend: Backend) -> list[Finding]:
    """Run every check. Without a database of the right schema the others have nothing to look at."""
    found = [*_settings(backend), *_database(backend)]
    if any("database" in finding.what for finding in found):
        return found
    checks: tuple[Check, ...] = (_integrations, _channels, _installations, _clock, _own_address, _buried)
    for check in checks:
        found.extend(check(backend))
    return found


def _settings(backend: Backend) -> Iterator[Finding]:
    settings = backend.settings
    is_public = urlsplit(settings.public_url).scheme == "https"
    if settings.environment == "development" and is_public:
        yield Finding("the environment is development although the address is public",
                      "set KCK_ENVIRONMENT=production")  # fmt: skip
    if not settings.secret_keys:
        yield Finding("secrets are sealed with the development key that everybody knows",
                      "make a key with `keys new`, set KCK_SECRET_KEYS, and run `keys rotate`")  # fmt: skip
    if urlsplit(settings.public_url).path not in ("", "/"):
        yield Finding(f"KCK_PUBLIC_URL has a path: {settings.public_url}", "give scheme and host only")


def _database(backend: Backend) -> Iterator[Finding]:
    try:
        if not migrations.is_current(backend.engine):
            yield Finding("the database does not have the schema that this code needs",
                          "run `python -m backend migrate`")  # fmt: skip
    except SQLAlchemyError as error:
        yield Finding(f"the database cannot be reached: {type(error).__name__}", "check KCK_DATABASE_URL")


def _integrations(backend: Backend) -> Iterator[Finding]:
    try:
        with backend.engine.connect() as conn:
            known = accounts.all_integrations(conn, backend.sealer)
    except BrokenSeal as error:
        yield Finding(str(error), "put the key that sealed it back into KCK_SECRET_KEYS, behind the newest")
        return
    if not known:
        yield Finding("no integration is registered", "run `integration add` or `integration import`")
    ours = backend.settings.public_url.rstrip("/")
    for each in known:
        if each.redirect_uri != f"{ours}/oauth/callback":
            yield Finding(f"the redirect URI of {each.client_id} is {each.redirect_uri}",
                          f"in Kommo and in `integration add` set {ours}/oauth/callback")  # fmt: skip
        if urlsplit(each.redirect_uri).netloc != urlsplit(ours).netloc:
            yield Finding(f"one-time tokens of {each.client_id} are made for {urlsplit(each.redirect_uri).netloc}",
                          "the redirect URI and KCK_PUBLIC_URL must name the same host")  # fmt: skip


def _channels(backend: Backend) -> Iterator[Finding]:
    with backend.engine.connect() as conn:
        keys = list(conn.execute(select(channel_table.c.id)).scalars())
        used = {row.channel_id: row.scope_id for row in conn.execute(select(scopes).where(scopes.c.is_connected))}
    if not keys:
        yield Finding("no chat channel is registered", "save support's answer and run `channel import`")
    for key in keys:
        try:
            with backend.engine.connect() as conn:
                channel = channels.channel(conn, backend.sealer, key)
            yield from _hook_address(channel, hook_address(backend.settings))
            if key in used:
                backend.chats.history_page(channel.signing, used[key], _NOBODY)
        except BrokenSeal as error:
            yield Finding(str(error), "put the key that sealed it back into KCK_SECRET_KEYS, behind the newest")
        except KommoError as error:
            if error.status == 403:
                yield Finding(f"Kommo refuses the signature of channel {channel.name}",
                              "import support's answer again: the secret is not the channel's")  # fmt: skip


def _hook_address(channel: Channel, ours_at: str) -> Iterator[Finding]:
    """Compare where support said that hooks go with where we are."""
    if channel.hook_url not in ("", ours_at):
        yield Finding(f"hooks of channel {channel.name} go to {channel.hook_url}, not to {ours_at}",
                      "ask support to change it and import the answer, or set KCK_PUBLIC_URL to that host")  # fmt: skip


def _installations(backend: Backend) -> Iterator[Finding]:
    with backend.engine.connect() as conn:
        for each in accounts.all_installations(conn, ("active", "needs_consent")):
            if each.state == "needs_consent":
                yield Finding(f"installation {each.id} ({each.host}) has no token: {each.reason}",
                              "ask the account to install the integration again")  # fmt: skip
            if each.uncertain_since is not None:
                yield Finding(f"a refresh of installation {each.id} ({each.host}) was sent and its answer never seen",
                              f"run `accounts refresh {each.id}`: Kommo may take the old token once more")  # fmt: skip
            if not each.amojo_id:
                yield Finding(f"installation {each.id} ({each.host}) has no chats", "ask the account to switch them on")


def _clock(backend: Backend) -> Iterator[Finding]:
    """Compare clocks by the Date of an answer of each platform in use: a refusal has one too."""
    with backend.engine.connect() as conn:
        names = sorted(set(conn.execute(select(integrations.c.platform)).scalars()))
    for name in names:
        yield from _clock_of(backend, PLATFORMS[name].amojo_host)


def _clock_of(backend: Backend, host: str) -> Iterator[Finding]:
    try:
        dates = [backend.kommo.call(Request("GET", f"https://{host}/", sign=lambda path: {})).headers.get("Date")]
    except KommoError as error:
        if error.status is None:
            yield Finding(
                f"{host} cannot be reached: {error.reason}", "check DNS, firewall and proxies of this machine"
            )
            return
        dates = [error.date]
    if dates[0] is None:
        return
    skew_s = abs((parsedate_to_datetime(dates[0]) - datetime.now(UTC)).total_seconds())
    if skew_s > MAX_SKEW_S:
        yield Finding(f"our clock and Kommo's differ by {skew_s:.0f} s: tokens and signatures will be refused",
                      "synchronise the clock (NTP)")  # fmt: skip


def _own_address(backend: Backend) -> Iterator[Finding]:
    address = backend.settings.public_url.rstrip("/")
    session = requests.Session()
    session.trust_env = False
    try:
        answer = session.get(f"{address}/healthz", timeout=(3, 5), allow_redirects=False)
    except requests.RequestException as error:
        yield Finding(f"{address} does not answer: {type(error).__name__}",
                      "start the service, or mend its proxy or DNS: Kommo's hooks come there")  # fmt: skip
        return
    finally:
        session.close()
    if answer.status_code != 200:
        yield Finding(f"{address}/healthz answers {answer.status_code}", "let the proxy pass everything to the service")


def _buried(backend: Backend) -> Iterator[Finding]:
    with backend.engine.connect() as conn:
        count = conn.execute(select(func.count()).where(outbox.c.state == BURIED)).scalar_one()
    if count:
        yield Finding(
            f"{count} jobs were given up", "look at them in the console or with `jobs list`, then replay them"
        )
