"""The command line: one verb a module in ``bundler/commands``, imported only when it is called."""

import importlib
import pkgutil
from typing import Any

import click

from bundler import commands
from bundler.errors import WrongUse

DEFAULT = "build"


class Verbs(click.Group):
    """A group that finds its commands by file name and falls back to ``build`` when no verb is given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``build.py --env production`` as ``build.py build --env production``."""
        # While a shell completes the first word, it must be offered the verbs.
        is_bare = not args and not ctx.resilient_parsing
        if is_bare or (args and args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, by the names of their modules."""
        return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module; its command is the function ``command``."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module: Any = importlib.import_module(f"bundler.commands.{cmd_name.replace('-', '_')}")
        return module.command  # type: ignore[no-any-return]

    def invoke(self, ctx: click.Context) -> Any:
        """Turn what the developer can mend, a full disk too, into sentences and exit code 2."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # The reader of our output has gone; click ends the program quietly.
        except (WrongUse, OSError) as error:
            for problem in error.problems if isinstance(error, WrongUse) else [error]:
                click.echo(f"error: {problem}", err=True)
            ctx.exit(2)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Render, check and zip a Kommo widget. Without a verb: build.

    Exit code 0: clean; 1: findings of severity error; 2: wrong use.
    """
