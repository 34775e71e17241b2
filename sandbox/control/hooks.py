"""Send any hook: a published sample, retold for a chat if wanted, or a body of one's own; well or badly."""

from dataclasses import replace
from typing import Any

from flask import request

from sandbox.amojo import hooks
from sandbox.amojo.records import Chat, Scope
from sandbox.control import samples
from sandbox.control.reading import WrongUse, named_account, outcome_json, sent
from sandbox.control.route import Json, Route
from sandbox.outbound import Outcome, Outgoing
from sandbox.world import World

FORGED = "0" * 40
MODES = ("ok", "wrong-signature", "twice", "foreign-scope", "unknown-event")


def known(world: World) -> Json:
    """List the samples, and how they can be sent."""
    return {"vectors": list(samples.chat_hooks()), "modes": MODES, "crm": list(samples.crm_hooks())}


def template(world: World, name: str) -> Json:
    """Show a chat hook's sample, retold for ``chat`` if named, to be changed and sent as ``body``."""
    wanted = {"vector": name, "chat": request.args.get("chat")}
    scope = chosen_scope(world, wanted)
    return {"body": addressed(world, scope, chosen_body(world, scope, wanted))}


def send(world: World) -> Json:
    """Send a chat hook: ``vector`` (retold for ``chat``) or ``body``, in a ``mode``."""
    body = sent()
    mode = body.get("mode", "ok")
    if mode not in MODES:
        raise WrongUse(f"unknown mode {mode!r}; known: {', '.join(MODES)}")
    scope = chosen_scope(world, body)
    content = addressed(world, scope, chosen_body(world, scope, body))
    if mode == "unknown-event":
        content = {"account_id": scope.amojo_id, "time": world.ground.clock.seconds(), "action": {"dance": {}}}
    outcomes = [outcome_json(each) for each in deliver(world, scope, content, mode)]
    return {"outcomes": outcomes, "body": content}


def send_crm(world: World) -> Json:
    """Send a sample of a CRM hook to every webhook of an account."""
    body = sent()
    found = samples.crm_hooks().get(str(body.get("vector")))
    if found is None:
        raise WrongUse(f"unknown vector; known: {', '.join(samples.crm_hooks())}")
    account = named_account(world, body)
    books = world.crm.of(account)
    if not books.webhooks:
        raise WrongUse(f"nobody has subscribed to the hooks of {account.subdomain}")
    raw = samples.for_account(found, world.accounts.host(account), account.subdomain, account.id)
    for webhook in books.webhooks.values():
        world.crm_hooks.send(books, webhook, raw)
    return {"destinations": [each["destination"] for each in books.webhooks.values()]}


def chosen_scope(world: World, body: dict[str, Any]) -> Scope:
    """Return the scope a hook is for; raise WrongUse."""
    account = named_account(world, body)
    scopes = {scope.id: scope for scope in world.channels.of_account(account.id)}
    found = scopes.get(body["scope_id"]) if "scope_id" in body else next(iter(scopes.values()), None)
    if found is None:
        raise WrongUse(f"no channel was ever connected in {account.subdomain}")
    return found


def chosen_body(world: World, scope: Scope, body: dict[str, Any]) -> dict[str, Any]:
    """Return the hook that was asked for, retold for ``chat`` when one is named; raise WrongUse."""
    if isinstance(body.get("body"), dict):
        own: dict[str, Any] = body["body"]
        return own
    found = samples.chat_hooks().get(str(body.get("vector")))
    if found is None:
        raise WrongUse("give body (an object) or vector (one of those that GET /_sandbox/hooks lists)")
    if body.get("chat") is None:
        return found
    manager = world.accounts.by_id[scope.account_id].current_user.amojo_id or ""
    return samples.for_chat(found, world.ground, chosen_chat(world, scope, body["chat"]), manager)


def chosen_chat(world: World, scope: Scope, chat_id: object) -> Chat:
    """Return a chat of the scope; raise WrongUse."""
    found = world.chats.chats.get(str(chat_id))
    if found is None or found.scope_id != scope.id:
        raise WrongUse(f"no chat {chat_id!r} in {scope.id}")
    return found


def addressed(world: World, scope: Scope, body: dict[str, Any]) -> dict[str, Any]:
    """Return a hook that names this scope's account and the present time."""
    if "account_id" not in body:
        return body
    return body | {"account_id": scope.amojo_id, "time": world.ground.clock.seconds()}


def deliver(world: World, scope: Scope, body: dict[str, Any], mode: str) -> list[Outcome]:
    """Send a hook now and return what came of it."""
    channel, switches = world.channels.channels[scope.channel_id], world.ground.switches
    raw, headers = hooks.wire(body, channel.secret, switches)
    target = f"{scope.channel_id}_00000000-0000-4000-8000-000000000000" if mode == "foreign-scope" else scope.id
    url = hooks.address(channel, target)
    outgoing = Outgoing("chat hook", "POST", url, headers, raw, switches.hook_wait_s, scope.account_id)
    if mode == "wrong-signature":
        outgoing = replace(outgoing, headers=headers | {"X-Signature": FORGED})
    return [world.send(outgoing) for _ in range(2 if mode == "twice" else 1)]


ROUTES = (
    Route("GET", "/hooks", known),
    Route("GET", "/hooks/<name>", template),
    Route("POST", "/hooks", send),
    Route("POST", "/hooks/crm", send_crm),
)
