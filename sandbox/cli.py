"""The sandbox's commands: serve (also without a name), registration, hosts, play.

What only one command or option needs is imported where it is used: starting is what people wait for.
"""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Literal

import click
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.app import create_app
from sandbox.hosts import hosts_lines
from sandbox.page.fixtures import Fixtures, read
from sandbox.registration import BACKEND, registration, write_forms
from sandbox.switches import Switches
from sandbox.world import World

AUTHORITY = Path("var/sandbox-authority.pem")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--widget", type=click.Path(path_type=Path), help="The zip to host, such as dist/widget.zip.")
@click.option("--backend", default=BACKEND, show_default=True, help="Where the integration's own server answers.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8800, show_default=True, type=click.IntRange(0, 65535))
@click.option("--tls-port", type=click.IntRange(1, 65535), help="Answer https on this port too, by true host names.")
@click.option(
    "--authority",
    type=click.Path(path_type=Path),
    default=AUTHORITY,
    show_default=True,
    help="Where --tls-port writes the certificate that clients are to trust.",
)
@click.option("--profile", type=click.Choice(["kommo", "amocrm"]), default="kommo", show_default=True)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same ids.")
@click.option("--config", type=click.Path(path_type=Path), help="Fixtures of one's own case [default: sandbox.toml]")
@click.option("--answers", type=click.Choice(["refused", "shaped"]), help="What a widget hears from other hosts.")
@click.pass_context
def main(  # noqa: PLR0913  click hands in every option
    context: click.Context,
    widget: Path | None,
    backend: str,
    host: str,
    port: int,
    tls_port: int | None,
    authority: Path,
    profile: str,
    seed: int,
    config: Path | None,
    answers: Literal["refused", "shaped"] | None,
) -> None:
    """Run a Kommo on this machine."""
    if context.invoked_subcommand is not None:
        return
    try:
        fixtures = fixtures_of(config, answers)
        switches = Switches().changed(profile=profile)
        world = World(registration(backend), seed=seed, switches=switches, fields=fixtures.fields)
        if widget is not None:
            world.load(widget)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    app = create_app(world, fixtures.policy)
    servers = [bound(app, host, port, "--port")]
    if tls_port is not None:
        from sandbox import tls

        servers.append(bound(app, host, tls_port, "--tls-port"))
        tls.wrap(servers[-1], tls.make_authority(authority))
        click.echo(f"https for Kommo's names: port {tls_port}, to be trusted: {authority}")
    serve(servers)


def fixtures_of(config: Path | None, answers: Literal["refused", "shaped"] | None) -> Fixtures:
    """Return what ``config`` says, else sandbox.toml if it is there; ``answers`` wins over it; raise ValueError."""
    usual = Path("sandbox.toml")
    path = config or (usual if usual.is_file() else None)
    found = read(path) if path else Fixtures()
    return replace(found, policy=replace(found.policy, answers=answers)) if answers else found


def bound(app: Flask, host: str, port: int, option: str) -> BaseWSGIServer:
    """Take a port; leave with 1 and one sentence when it is taken."""
    try:
        return make_server(host, port, app, threaded=True)
    except (OSError, SystemExit) as error:
        raise click.ClickException(f"port {port} cannot be used; choose another with {option} ({error})") from error


def serve(servers: list[BaseWSGIServer]) -> None:
    """Answer until interrupted."""
    address = f"http://{servers[0].host}:{servers[0].server_port}"
    click.echo(f"Sandbox: {address}/  control: {address}/_sandbox/")
    for further in servers[1:]:
        threading.Thread(target=further.serve_forever, daemon=True).start()
    try:
        servers[0].serve_forever()
    except KeyboardInterrupt:
        click.echo("Sandbox stopped.")


@main.command("registration")
@click.option("--backend", default=BACKEND, show_default=True)
@click.option("--out", default=Path("var"), show_default=True, type=click.Path(path_type=Path))
@click.option("--profile", type=click.Choice(["kommo", "amocrm"]), default="kommo", show_default=True)
def registration_forms(backend: str, out: Path, profile: str) -> None:
    """Write integration.json and channel.json, which the backend imports."""
    world = World(registration(backend))
    external_ids = {account.amojo_id: account.id for account in world.accounts.by_id.values()}
    for path in write_forms(out, world.registered, external_ids, profile):
        click.echo(path)


@main.command("hosts")
@click.option("--address", default="127.0.0.1", show_default=True, help="Where the sandbox answers.")
@click.option("--authority", type=click.Path(path_type=Path), default=AUTHORITY, show_default=True)
def hosts(address: str, authority: Path) -> None:
    """Print the lines for the hosts file, and the certificate to trust."""
    world = World()
    for line in hosts_lines([account.subdomain for account in world.accounts.by_id.values()], address):
        click.echo(line)
    click.echo(f"# authority to trust, made at each start with --tls-port: {authority.resolve()}")
    click.echo(f"# e.g. REQUESTS_CA_BUNDLE={authority}  SSL_CERT_FILE={authority}  NODE_EXTRA_CA_CERTS={authority}")
    click.echo("# start with --tls-port 443 (as root), or forward 443 to another port")


@main.command("play")
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sandbox", default="http://127.0.0.1:8800", show_default=True, help="The running sandbox.")
@click.option("--set", "names", multiple=True, metavar="NAME=VALUE", help="A value for ${NAME}.")
def play_scenario(scenario: Path, sandbox: str, names: tuple[str, ...]) -> None:
    """Play a scenario; leave with 1 at the first broken expectation."""
    from sandbox.play import Broken, NoScenario, load, play

    wrong = [each for each in names if "=" not in each]
    if wrong:
        raise click.UsageError(f"--set {wrong[0]}: NAME=VALUE is wanted")
    known = dict(each.split("=", 1) for each in names)
    try:
        play(load(scenario), sandbox, known, click.echo)
    except NoScenario as error:
        raise click.UsageError(str(error)) from error
    except Broken as error:
        raise click.ClickException(str(error)) from error
