"""Subscriptions to account events, and their delivery: 2 s, retries by schedule, switched off after many failures.

https://developers.kommo.com/docs/webhooks-general , https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.accounts import Accounts
from sandbox.crm import form
from sandbox.crm.books import Books, Record
from sandbox.crm.hooks import bodies
from sandbox.ground import Ground
from sandbox.hookpost import HookPost
from sandbox.outbound import Outcome, Outgoing

AGENT = "amoCRM-Webhooks/3.0"
WAITS_S = (300, 900, 900, 3600)
MAX_HOOKS = 100
OFF_WINDOW_S, OFF_ABOVE = 7200, 100
ENTITIES = ("lead", "contact", "company", "customer")
SETTINGS = frozenset(
    [f"{action}_{kind}" for action in ("add", "update") for kind in (*ENTITIES, "talk", "task")]
    + [f"delete_{kind}" for kind in (*ENTITIES, "task")]
    + [f"restore_{kind}" for kind in ENTITIES if kind != "customer"]
    + [f"responsible_{kind}" for kind in (*ENTITIES, "task")]
    + [f"note_{kind}" for kind in ENTITIES]
    + ["status_lead", "add_chat_template_review"]
    + ["add_message", "add_outgoing_message", "add_unsorted", "update_unsorted", "delete_unsorted"]
)


def next_wait_s(attempt: int, status: int) -> int | None:
    """Return how long after failed attempt ``attempt`` (1, 2, …) the next one comes, None when there is none."""
    if is_success(status) or attempt > len(WAITS_S):
        return None
    is_server_fault = status == 499 or 500 <= status <= 599
    return WAITS_S[attempt - 1] if attempt <= 2 or is_server_fault else None


def is_success(status: int) -> bool:
    """Say whether an answer counts as delivered."""
    return 100 <= status <= 299


@dataclass
class Delivery:
    """One hook on its way."""

    webhook: Record
    outgoing: Outgoing
    attempt: int = 1


@dataclass
class CrmHooks:
    """Hears every change of every account's books and tells the subscribers."""

    ground: Ground
    accounts: Accounts
    post: HookPost
    is_own_change: Callable[[], bool]
    failures: dict[int, list[float]] = field(default_factory=dict)

    def hear(self, books: Books, kind: str, action: str, record: Record, before: Record) -> None:
        """Send a change to every webhook that subscribed to it."""
        switches = self.ground.switches
        if not switches.own_changes_fire_hooks and self.is_own_change():
            return
        named = bodies.setting(kind, action, record)
        wanted = [each for each in books.webhooks.values() if named in each["settings"] and not each["disabled"]]
        if not wanted:
            return
        block = bodies.account_block(books, self.accounts.host(books.account))
        root = switches.outgoing_message_root
        tree = {"account": block} | bodies.tree(books, kind, action, record, before, outgoing_root=root)
        for webhook in sorted(wanted, key=lambda each: int(each["sort"])):
            self.send(books, webhook, form.encode(tree).encode())

    def send(self, books: Books, webhook: Record, body: bytes) -> None:
        """Queue a hook."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": AGENT,
            "Accept-Encoding": "gzip",
            "X-amocrm-requestid": self.ground.ids.uuid(),
        }
        wait_s = self.ground.switches.crm_hook_wait_s
        url = webhook["destination"]
        self._try(Delivery(webhook, Outgoing("crm hook", "POST", url, headers, body, wait_s, books.account.id)), 0)

    def _try(self, delivery: Delivery, wait_s: int) -> None:
        due_at = self.ground.clock.now() + wait_s
        self.post.post(delivery.outgoing, lambda outcome: self._settle(delivery, outcome), due_at=due_at)

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Keep the outcome: try again by the schedule, switch the webhook off after too many failures."""
        with self.ground.lock:
            if not is_success(outcome.status):
                self._count_failure(delivery.webhook)
            wait_s = next_wait_s(delivery.attempt, outcome.status)
            if wait_s is None or delivery.webhook["disabled"]:
                return
            delivery.attempt += 1
            self._try(delivery, wait_s)

    def _count_failure(self, webhook: Record) -> None:
        now = self.ground.clock.now()
        recent = [at for at in self.failures.get(webhook["id"], []) if at > now - OFF_WINDOW_S]
        recent.append(now)
        self.failures[webhook["id"]] = recent
        if len(recent) > OFF_ABOVE:
            webhook["disabled"] = True
            self.ground.bus.publish("webhook off", {"destination": webhook["destination"]})


def subscribe(books: Books, item: Record, user_id: int) -> Record:
    """Add a checked subscription, or renew the one with exactly this destination."""
    now = books.now
    webhook = find(books, item["destination"])
    if webhook is None:
        webhook = {
            "id": books.ground.ids.number("webhook"),
            "destination": item["destination"],
            "created_at": now,
            "updated_at": now,
            "account_id": books.account.id,
            "created_by": user_id,
            "sort": len(books.webhooks) + 1,
            "disabled": False,
            "settings": [],
        }
        books.webhooks[webhook["id"]] = webhook
    webhook |= {"settings": list(item["settings"]), "updated_at": now}
    return webhook


def find(books: Books, destination: str) -> Record | None:
    """Return the subscription with exactly this destination; another slash is another hook."""
    return next((each for each in books.webhooks.values() if each["destination"] == destination), None)
