"""The world: every room of the sandbox, built from one registration and one seed, and built anew on reset."""

from collections.abc import Sequence
from pathlib import Path

from sandbox.accounts import Accounts
from sandbox.amojo.channels import Channels
from sandbox.amojo.desk import Desk
from sandbox.amojo.models import Chats
from sandbox.amojo.records import Chat, Message, Scope
from sandbox.clock import Clock
from sandbox.courier import Courier
from sandbox.crm.address import by_api
from sandbox.crm.books import Books, Record
from sandbox.crm.chats import arrivals, sources
from sandbox.crm.hooks.models import CrmHooks
from sandbox.crm.hooks.triggers import LEAD_ADDED, LEAD_STATUS_CHANGED, Triggers
from sandbox.crm.limits import Limits
from sandbox.crm.models import Crm
from sandbox.drive.models import Drive
from sandbox.faults import HOOK, Faults
from sandbox.ground import Ground
from sandbox.hookpost import HookPost
from sandbox.ids import Ids
from sandbox.marketplace.models import Marketplace
from sandbox.marketplace.widget import Widget, load_widget
from sandbox.oauth.models import OAuth
from sandbox.outbound import Outcome, Outgoing, Send, send_over_http
from sandbox.registration import Channel, Registration, registration
from sandbox.requestlog import Entry, RequestLog
from sandbox.switches import Switches

CALLS = {name: HOOK[name] for name in ("hook-lost", "hook-twice")}


class World:
    """All state and all rules. Routes read HTTP, call a room of the world, and write HTTP.

    ``send`` carries hooks to the integration's server.
    """

    accounts: Accounts
    oauth: OAuth
    marketplace: Marketplace
    channels: Channels
    chats: Chats
    desk: Desk
    crm: Crm
    drive: Drive
    limits: Limits
    crm_hooks: CrmHooks
    triggers: Triggers

    def __init__(
        self,
        registered: Registration | None = None,
        *,
        seed: int = 1,
        switches: Switches | None = None,
        clock: Clock | None = None,
        send: Send = send_over_http,
        fields: Sequence[Record] = (),
    ) -> None:
        self.registered = registered or registration()
        self.seed = seed
        self._send = send
        self.first_switches = switches or Switches()
        self.first_fields = tuple(fields)
        self.ground = Ground(Ids(seed), clock or Clock(), self.first_switches)
        self.chat_courier = Courier(self.ground.clock, "chat hooks")
        self.crm_courier = Courier(self.ground.clock, "crm hooks")
        self.widgets: dict[str, Widget] = {}
        self.log = RequestLog(self.ground.bus)
        self.faults = Faults(self.ground.ids)
        self._build()

    def reset(self, seed: int | None = None) -> None:
        """Forget everything but the registration and the loaded widgets; start again from ``seed``."""
        with self.ground.lock:
            self.seed = self.seed if seed is None else seed
            self.chat_courier.clear()
            self.crm_courier.clear()
            self.ground.clock.reset()
            self.ground.ids = Ids(self.seed)
            self.ground.switches = self.first_switches
            self.log.clear()
            self.faults.clear()
            self.faults.ids = self.ground.ids
            self._build()
        self.ground.bus.publish("reset", {"seed": self.seed})

    def send(self, outgoing: Outgoing) -> Outcome:
        """Send a request to the integration's server and write it down."""
        at = self.ground.clock.now()
        outcome = self._send(outgoing)
        verdict = outcome.error or f"answered {outcome.status}"
        entry = Entry(
            0,
            at,
            "out",
            outgoing.label,
            outgoing.method,
            outgoing.url,
            outgoing.headers,
            outgoing.body,
            outcome.status,
            verdict,
            outcome.seconds,
            outcome.body,
            outgoing.account_id,
        )
        self.log.add(entry)
        return outcome

    def call(self, outgoing: Outgoing) -> Outcome:
        """Send what the cloud sends while somebody waits (install, disable); the hook faults may strike."""
        account = self.accounts.by_id.get(outgoing.account_id or 0)
        struck = self.faults.strike(CALLS, outgoing.label, account.subdomain if account else None)
        names = {fault.name for fault in struck}
        if "hook-lost" in names:
            return Outcome(0, "the hook was lost by a fault")
        if "hook-twice" in names:
            self.send(outgoing)
        return self.send(outgoing)

    def load(self, archive: Path, code: str | None = None) -> Widget:
        """Load a built widget as ``code`` (the registered one if not given); raise ValueError when it is not one."""
        registered = self.registered.integration
        widget = load_widget(archive, code or registered.widget_code, registered.client_id)
        with self.ground.lock:
            self.widgets[widget.code] = widget
        self.ground.bus.publish("widget", {"code": widget.code, "version": widget.version})
        return widget

    def _build(self) -> None:
        ground = self.ground
        self.accounts = Accounts(ground)
        self.oauth = OAuth(ground, self.accounts, [self.registered.integration])
        self.marketplace = Marketplace(ground, self.accounts, self.oauth, self.widgets, self.call)
        self.channels = Channels(ground, self.accounts, [self.registered.channel])
        self.chats = Chats(ground, self.accounts, self.channels)
        self.desk = Desk(ground, self.chats, HookPost(self.chat_courier, self.faults, self.accounts, self.send))
        self.crm = Crm(ground, self.accounts, self.first_fields)
        self.drive = Drive(ground)
        self.limits = Limits()
        crm_post = HookPost(self.crm_courier, self.faults, self.accounts, self.send)
        self.crm_hooks = CrmHooks(ground, self.accounts, crm_post, by_api)
        self.triggers = Triggers(ground, self.accounts, crm_post)
        self._join()

    def _join(self) -> None:
        """Tell the rooms of each other: what installing, uninstalling and chatting mean for the CRM."""
        self.marketplace.on_uninstall.append(self.channels.disconnect_account)
        self.marketplace.on_install.append(
            lambda account, integration: sources.on_install(self.crm.of(account), integration)
        )
        self.marketplace.on_place.append(
            lambda account, integration, pipeline_id: sources.on_place(self.crm.of(account), integration, pipeline_id)
        )
        self.crm.listeners.append(self.crm_hooks.hear)
        self.crm.listeners.append(self._pull_triggers)
        self.desk.default_source = self._default_source
        self.chats.on_message.append(self._arrive)
        self.chats.on_outgoing_import.append(self._leave)
        self.desk.on_reply.append(self._leave)

    def _pull_triggers(self, books: Books, kind: str, action: str, record: Record, before: Record) -> None:
        """Send the hooks of the widgets that stand in the stage which a lead has reached."""
        event = {"add": LEAD_ADDED, "status": LEAD_STATUS_CHANGED}.get(action)
        if kind != "lead" or event is None:
            return
        place = (record["pipeline_id"], record["status_id"])
        for trigger in books.triggers.values():
            widget = self.widgets.get(trigger["code"])
            url = (widget.manifest.get("dp") or {}).get("webhook_url") if widget else None
            if url and (trigger["pipeline_id"], trigger["status_id"]) == place:
                self.triggers.widget_hook(books.account, url, event, record, trigger["settings"])

    def _arrive(self, chat: Chat, message: Message) -> None:
        arrivals.arrive(*self._chat_side(chat), chat, message)

    def _leave(self, chat: Chat, message: Message) -> None:
        arrivals.leave(*self._chat_side(chat), chat, message)

    def _chat_side(self, chat: Chat) -> tuple[Books, Channel]:
        channel = self.channels.channels[self.channels.scopes[chat.scope_id].channel_id]
        return self.crm.of(self.accounts.by_id[chat.account_id]), channel

    def _default_source(self, scope: Scope) -> str:
        client_id = self.channels.channels[scope.channel_id].client_id
        return sources.default_external_id(self.crm.of(self.accounts.by_id[scope.account_id]), client_id)
