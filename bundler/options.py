"""Options that several verbs share, and how a run of rules ends."""

import functools
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from bundler import facts
from bundler.bundle import Bundle
from bundler.lint import Report, lint
from bundler.parts.place import Place
from bundler.progress import Say
from bundler.rule import AUDIENCES, KOMMO, PRIVATE, TARGETS
from bundler.rules import catalogue

ENVIRONMENTS = ("development", "staging", "production")
_PATH = click.Path(path_type=Path)
# The forms of bundler.report, which is imported only when it is needed.
FORM_NAMES = ("text", "json", "sarif", "github")


class Wishes(NamedTuple):
    """For whom a widget is checked, in which form the report is wanted, and when the run began."""

    target: str
    audience: str
    uploaded: str
    format: str
    started_at: float

    def lint(self, bundle: Bundle, suppress: Mapping[str, Place], say: Say) -> Report:
        """Check a bundle as wished."""
        return lint(
            bundle, target=self.target, audience=self.audience, uploaded=self.uploaded, suppress=suppress, say=say
        )

    def show(self, report: Report) -> None:
        """Print the report in the wanted form."""
        from bundler.report import FORMS

        click.echo(FORMS[self.format](report, time.perf_counter() - self.started_at))

    def tell(self, line: str) -> None:
        """Print a line for people; beside a report for programs it goes to the other stream."""
        click.echo(line, err=self.format != FORM_NAMES[0])

    def conclude(self, report: Report) -> None:
        """Print the report; exit with 1 if it has errors."""
        self.show(report)
        if report.has_errors:
            sys.exit(1)


class Order(NamedTuple):
    """What to build, for which environment, where to."""

    source: Path
    environment: str
    backend_url: str | None
    out: Path

    @property
    def target(self) -> Path:
        """Where the zip is written. Development is what one builds all day, so it has no folder of its own."""
        folder = self.out if self.environment == ENVIRONMENTS[0] else self.out / self.environment
        return folder / facts.ARCHIVE_NAME


def ordering(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a build; it gets them as ``order``."""

    @click.option("--source", type=_PATH, default=Path("widget_src"), show_default=True, help="Where widget.toml lies.")
    @click.option("--env", "environment", type=click.Choice(ENVIRONMENTS), default=ENVIRONMENTS[0], show_default=True)
    @click.option("--backend-url", metavar="URL", help="Overrides the address in widget.toml.")
    @click.option("--out", type=_PATH, default=Path("dist"), show_default=True)
    @functools.wraps(command)
    def with_order(source: Path, environment: str, backend_url: str | None, out: Path, **others: Any) -> None:
        command(order=Order(source, environment, backend_url, out), **others)

    return with_order


def linting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a run of rules; it gets them as ``wishes``."""

    @click.option("--target", type=click.Choice(TARGETS), default=KOMMO, show_default=True, help="The platform.")
    @click.option(
        "--audience",
        type=click.Choice(AUDIENCES),
        default=PRIVATE,
        show_default=True,
        help="Public widgets are moderated.",
    )
    @click.option("--uploaded", metavar="VERSION", default="", help="The version that the platform has already.")
    @click.option("--format", "form", type=click.Choice(FORM_NAMES), default=FORM_NAMES[0], show_default=True)
    @click.option(
        "--explain", metavar="ID", is_eager=True, expose_value=False, callback=_explain, help="Print a rule's page."
    )
    @functools.wraps(command)
    def with_wishes(target: str, audience: str, uploaded: str, form: str, **others: Any) -> None:
        command(wishes=Wishes(target, audience, uploaded, form, time.perf_counter()), **others)

    return with_wishes


def _explain(ctx: click.Context, _option: click.Parameter, rule_id: str | None) -> None:
    if rule_id is None or ctx.resilient_parsing:
        return
    one = catalogue().get(rule_id.upper())
    if one is None:
        raise click.BadParameter(f"there is no rule {rule_id}; docs/rules.md lists them all")
    from bundler.report.rulebook import page

    click.echo(page(one))
    ctx.exit()
