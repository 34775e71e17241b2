"""``build.py watch``: build again at each save."""

import contextlib
import http.client
import time
from urllib.parse import urlsplit

import click

from bundler.commands.build import build
from bundler.errors import WrongUse
from bundler.options import Order, Wishes, linting, ordering
from bundler.shelf import NO_SHELF

# Editors save in several steps; what comes within this time is one change.
_DEBOUNCE_MS = 50
_IDLE_MS = 200
_RELOAD = "/_sandbox/reload"


@click.command("watch")
@ordering
@click.option("--sandbox", metavar="URL", default="http://127.0.0.1:8800", show_default=True, help="Told to reload.")
@linting
def command(wishes: Wishes, order: Order, sandbox: str) -> None:
    """Build again at each save.

    Checks too, and tells the running sandbox to load the zip again. Ctrl-C ends it.

    \b
    build.py watch
    build.py watch --audience public --sandbox http://127.0.0.1:9000
    """
    from watchfiles import watch

    # The first round, without a change, comes when the watcher is in place, so that no save is missed meanwhile.
    rounds = watch(
        order.source, debounce=_DEBOUNCE_MS, step=_DEBOUNCE_MS // 5, rust_timeout=_IDLE_MS, yield_on_timeout=True
    )
    has_built = False
    with contextlib.suppress(KeyboardInterrupt):
        for changes in rounds:
            if changes or not has_built:
                _build_again(wishes, order, sandbox)
            if not has_built:
                click.echo(f"watching {order.source}")
                has_built = True


def _build_again(wishes: Wishes, order: Order, sandbox: str) -> None:
    """Build; whatever goes wrong is told, and the next save may mend it."""
    wishes = wishes._replace(started_at=time.perf_counter())
    try:
        # Within one process everything is kept in memory.
        report = build(wishes, order, NO_SHELF)
    except WrongUse as error:
        click.echo(f"error: {error}", err=True)
        return
    wishes.show(report)
    if not report.has_errors and _reload(sandbox):
        click.echo(f"{sandbox} reloads")


def _reload(sandbox: str) -> bool:
    """Ask the sandbox to load the zip again; whether one listens there and did."""
    address = urlsplit(sandbox)
    connection = http.client.HTTPConnection(address.netloc, timeout=1)
    try:
        connection.request("POST", _RELOAD)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
