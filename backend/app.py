"""The only wiring: settings in, services, job handlers and a Flask application out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.accounts import install, upkeep
from backend.accounts import views as oauth_views
from backend.accounts.api import AccountApi
from backend.accounts.budget import Budget
from backend.accounts.callers import Callers
from backend.accounts.install import Installer
from backend.accounts.tokens import Tokens
from backend.bots import steps
from backend.bots import views as bot_views
from backend.bots.lines import LINK_STATUS, link_status
from backend.bots.service import Bots
from backend.channels import mobile
from backend.channels import views as link_views
from backend.channels.api import OPERATIONS
from backend.channels.connection import CONNECTION, CONNECTIONS, EVERY_CONNECTION, Connections
from backend.channels.service import Links
from backend.channels.sources import Sources
from backend.companion import room as companion_room
from backend.companion import views as companion_views
from backend.companion.room import Companion, open_companion
from backend.console import metrics
from backend.console import views as console_views
from backend.console.login import Door
from backend.conversations.room import Conversations, open_conversations
from backend.crm import hooks as crm_hooks
from backend.crm import on
from backend.crm import views as crm_views
from backend.crm.apis import Apis
from backend.crm.hooks import Hooks
from backend.db import Clock, open_engine, utc_now
from backend.jobs import periodic
from backend.jobs.run import Handler, OnBury, Runner
from backend.kommo.amojo import AmojoClient
from backend.kommo.client import KommoClient
from backend.kommo.hosts import ALL_ZONES, PLATFORMS
from backend.media.room import Media, open_media
from backend.providers.base import Provider
from backend.providers.registry import TIDY, TIDYING, Context, Messenger, installed, open_messengers, tidying
from backend.seal import Sealer
from backend.settings import Settings
from backend.web import cors, guard, health, openapi, problems
from backend.web import counts as counters
from backend.web.body import BoundedJson
from backend.web.counts import Counts

BODY_LIMITS = {
    "/hooks/crm/": crm_views.MAX_BODY_BYTES,
    "/hooks/bot": bot_views.MAX_BODY_BYTES,
    "/webchat/": 20_000_000,
}
SHARED_PATHS = ("/hooks/amojo/",)  # these wait for the disk and for nothing else
ALL_OPERATIONS = (*OPERATIONS, *mobile.OPERATIONS, *bot_views.OPERATIONS, *metrics.OPERATIONS)
_AFTER_REMOVAL = {**crm_hooks.AFTER_REMOVAL, **companion_room.AFTER_REMOVAL}
PERIODIC = (periodic.PURGING, upkeep.WATCHING, EVERY_CONNECTION, crm_hooks.PURGING, TIDYING)


@dataclass(frozen=True)
class Backend:
    """What is opened once a process: the services, and what does each kind of job."""

    settings: Settings
    engine: Engine
    sealer: Sealer
    kommo: KommoClient
    tokens: Tokens
    api: AccountApi
    chats: AmojoClient
    installer: Installer
    callers: Callers
    links: Links
    bots: Bots
    hooks: Hooks
    companion: Companion
    conversations: Conversations
    media: Media
    messengers: Mapping[str, Messenger]
    handlers: Mapping[str, Handler]

    @property
    def on_bury(self) -> Mapping[str, OnBury]:
        """What is done when a job of a kind is given up."""
        return {**self.conversations.on_bury, **self.bots.on_bury()}


def open_backend(
    settings: Settings, *, providers: Mapping[str, Provider] | None = None, clock: Clock = utc_now,
    budget_of: Callable[[Engine], Budget] = Budget,
) -> Backend:  # fmt: skip
    """Open the database and the client that ``settings`` name, and build the services on them."""
    engine, sealer = open_engine(settings.database_url), Sealer.from_settings(settings)
    _attach_broker(settings, engine)
    kommo = KommoClient(settings.dev_kommo_url, budget=budget_of(engine))
    tokens = Tokens(engine, sealer, kommo, clock)
    api, keeper = AccountApi(engine, kommo, tokens), upkeep.Upkeep(engine, tokens, clock)
    chats = AmojoClient(kommo, clock)
    hooks, companion = _open_crm(engine, sealer, kommo, tokens, settings, clock)
    installer = Installer(engine, sealer, kommo, clock, after_install=crm_hooks.AFTER_INSTALL,
                          after_removal=_AFTER_REMOVAL)  # fmt: skip
    connections = Connections(engine, sealer, chats, Sources(engine, sealer, api, clock), clock)
    known: dict[str, Provider] = {}
    conversations = open_conversations(engine, sealer, chats, known, clock, takes_v1=settings.takes_v1_hooks)
    media = open_media(settings, sealer)
    messengers = _open_messengers(engine, settings, conversations, media, providers, clock)
    known |= {name: messenger.provider for name, messenger in messengers.items()}
    callers = Callers(engine, sealer, admins_only=settings.links_admins_only, clock=clock)
    bots = Bots(engine, callers, api, hooks.apis, {LINK_STATUS: link_status(engine, sealer), **steps.declared}, clock)
    handlers: dict[str, Handler] = {
        **hooks.handlers(),
        **companion.handlers(),
        **conversations.handlers,
        **bots.handlers(),
        **_handlers_of_accounts(installer, connections, keeper),
        periodic.PURGE: periodic.purging(engine, clock),
        TIDY: tidying(messengers),
    }
    return Backend(
        settings=settings, engine=engine, sealer=sealer, kommo=kommo, tokens=tokens, api=api, chats=chats,
        installer=installer, callers=callers, bots=bots, hooks=hooks, companion=companion, conversations=conversations,
        media=media, messengers=messengers, handlers=handlers,
        links=Links(engine, sealer, api, chats, known, line_taken=settings.line_taken, clock=clock),
    )  # fmt: skip


def _handlers_of_accounts(installer: Installer, connections: Connections, keeper: upkeep.Upkeep) -> dict[str, Handler]:
    """What is done about installations: installed, connected, refreshed, removed."""
    return {
        install.EXCHANGE: installer.exchange,
        install.INSTALLED: connections.reconnect,
        install.REMOVED: connections.drop,
        CONNECTION: connections.follow,
        CONNECTIONS: connections.promise_checks,
        upkeep.REFRESH: keeper.refresh,
        upkeep.WATCH: keeper.watch,
    }


def _open_messengers(
    engine: Engine, settings: Settings, conversations: Conversations, media: Media,
    providers: Mapping[str, Provider] | None, clock: Clock,
) -> Mapping[str, Messenger]:  # fmt: skip
    """Every messenger that is built in, installed beside us, or handed in."""
    context = Context(engine, settings, conversations.relay, media.links, media.storage.save, clock,
                      media.storage.drop, media.read)  # fmt: skip
    return open_messengers(context, providers, more=installed())


def _open_crm(
    engine: Engine, sealer: Sealer, kommo: KommoClient, tokens: Tokens, settings: Settings, clock: Clock
) -> tuple[Hooks, Companion]:
    """The CRM's hooks and the companion: own code and pushes react to what hooks tell."""
    apis = Apis(engine, kommo.call, tokens)
    companion = open_companion(engine, sealer, kommo, apis, settings, clock)
    reactions = on.Reactions([*on.load(settings.extensions), companion.pushes.subscription()])
    return Hooks(engine, sealer, apis, reactions, public_url=settings.public_url, clock=clock), companion


def _attach_broker(settings: Settings, engine: Engine) -> None:
    """Where Celery's workers do the jobs, every process that promises some rings for them."""
    if settings.broker_url is not None:
        from backend.jobs import bell, broker  # Celery is installed for many machines only

        bell.attach(engine, broker.BrokerBell(broker.open_celery(settings.broker_url.get_secret_value())))


def open_runner(backend: Backend) -> Runner:
    """What does the jobs of this process."""
    return Runner(backend.engine, backend.handlers, on_bury=backend.on_bury,
                  lease_s=backend.settings.lease_s)  # fmt: skip


def create_app(settings: Settings, backend: Backend | None = None) -> Flask:
    """Build the application. ``backend`` is what is already open in this process, if anything is."""
    backend = backend or open_backend(settings)
    app = Flask("backend", static_folder=None)
    app.json = BoundedJson(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    problems.register(app)
    guard.register(app, is_https=settings.public_url.startswith("https://"), pages_ask=settings.streams_url,
                   body_limits=BODY_LIMITS, unlogged=SHARED_PATHS)  # fmt: skip
    cors.register(app, zones=ALL_ZONES, dev_origins=settings.dev_origins)
    consent_sites = {each.name: settings.dev_kommo_url or each.consent_site for each in PLATFORMS.values()}
    app.register_blueprint(health.blueprint(engine=backend.engine))
    app.register_blueprint(oauth_views.blueprint(installer=backend.installer, consent_sites=consent_sites,
                                                 sign_ins=backend.companion.sign_ins.came_back))  # fmt: skip
    app.register_blueprint(companion_views.blueprint(companion=backend.companion, consent_sites=consent_sites))
    app.register_blueprint(link_views.blueprint(callers=backend.callers, links=backend.links,
                                                messenger=settings.messenger))  # fmt: skip
    app.register_blueprint(openapi.blueprint(ALL_OPERATIONS, server=settings.public_url))
    app.register_blueprint(mobile.blueprint(callers=backend.callers, links=backend.links, zones=ALL_ZONES,
                                            dev_origins=settings.dev_origins))  # fmt: skip
    app.register_blueprint(bot_views.blueprint(bots=backend.bots))
    app.register_blueprint(crm_views.blueprint(hooks=backend.hooks))
    app.register_blueprint(backend.conversations.hooks)
    _open_doors(app, backend)
    _open_metrics(app, backend)
    if settings.console_password is not None:
        door = Door(settings.console_password.get_secret_value(), backend.sealer)
        app.register_blueprint(console_views.blueprint(engine=backend.engine, door=door))
    return app


def _open_metrics(app: Flask, backend: Backend) -> None:
    """What is counted, and the door for the operator's monitoring."""
    counted, token = Counts(backend.engine), backend.settings.metrics_token
    counters.register(app, counted)
    readings = metrics.Readings(backend.engine, counted)
    app.register_blueprint(metrics.blueprint(readings=readings, token=token.get_secret_value() if token else None))


def _open_doors(app: Flask, backend: Backend) -> None:
    """The messengers' own doors, and the one for the files that they give out."""
    found = backend.messengers.values()
    for messenger in found:
        if messenger.doors is not None:
            app.register_blueprint(messenger.doors)
    addresses = {one.provider.name: (one.file_address, one.file_origin) for one in found if one.file_address}
    app.register_blueprint(backend.media.blueprint(addresses))
