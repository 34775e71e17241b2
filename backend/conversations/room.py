"""This room, ready for use: what providers hand messages to, what does its jobs, where hooks come in."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint
from sqlalchemy import Engine

from backend.conversations import outgoing, views
from backend.conversations.outgoing import Delivery
from backend.conversations.relay import Relay
from backend.conversations.routes import Routes
from backend.conversations.sender import Sender
from backend.db import Clock, utc_now
from backend.jobs.run import Handler, OnBury
from backend.kommo.amojo import AmojoClient
from backend.providers.base import Provider
from backend.seal import Sealer


@dataclass(frozen=True)
class Conversations:
    """What the application plugs in."""

    relay: Relay
    handlers: Mapping[str, Handler]
    on_bury: Mapping[str, OnBury]
    hooks: Blueprint


def open_conversations(
    engine: Engine,
    sealer: Sealer,
    client: AmojoClient,
    providers: Mapping[str, Provider],
    clock: Clock = utc_now,
    *,
    takes_v1: bool = False,
) -> Conversations:
    """Build the room. ``providers`` by name; they may be added until the first job runs."""
    routes = Routes(sealer)
    sender, delivery = Sender(engine, routes, client, clock), Delivery(engine, routes, providers, clock)
    return Conversations(
        relay=Relay(routes, clock),
        handlers={outgoing.HOOK: delivery.handle, **sender.handlers()},
        on_bury={outgoing.HOOK: delivery.on_bury, **sender.on_bury()},
        hooks=views.blueprint(engine=engine, routes=routes, clock=clock, takes_v1=takes_v1),
    )
