"""The sandbox's commands: serve (also without a name), registration, hosts."""

from pathlib import Path

import click
from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.registration import BACKEND, registration, write_forms
from sandbox.switches import Switches
from sandbox.world import World


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--widget", type=click.Path(path_type=Path), help="The zip to host, such as dist/widget.zip.")
@click.option("--backend", default=BACKEND, show_default=True, help="Where the integration's own server answers.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8800, show_default=True, type=click.IntRange(0, 65535))
@click.option("--profile", type=click.Choice(["kommo", "amocrm"]), default="kommo", show_default=True)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same ids.")
@click.pass_context
def main(
    context: click.Context, widget: Path | None, backend: str, host: str, port: int, profile: str, seed: int
) -> None:
    """Run a Kommo on this machine."""
    if context.invoked_subcommand is not None:
        return
    world = World(registration(backend), seed=seed, switches=Switches().changed(profile=profile))
    if widget is not None:
        try:
            world.load(widget)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    serve(world, host, port)


def serve(world: World, host: str, port: int) -> None:
    """Answer until interrupted; exit with 1 and one sentence when the port is taken."""
    try:
        server = make_server(host, port, create_app(world), threaded=True)
    except (OSError, SystemExit) as error:
        raise click.ClickException(f"port {port} cannot be used; choose another with --port ({error})") from error
    click.echo(f"Sandbox: http://{host}:{server.server_port}/  control: http://{host}:{server.server_port}/_sandbox/")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("Sandbox stopped.")


@main.command("registration")
@click.option("--backend", default=BACKEND, show_default=True)
@click.option("--out", default=Path("var"), show_default=True, type=click.Path(path_type=Path))
def registration_forms(backend: str, out: Path) -> None:
    """Write integration.json and channel.json, which the backend imports."""
    world = World(registration(backend))
    external_ids = {account.amojo_id: account.id for account in world.accounts.by_id.values()}
    for path in write_forms(out, world.registered, external_ids):
        click.echo(path)


if __name__ == "__main__":
    main()
