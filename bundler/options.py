"""Options that several verbs share, and how a run of rules ends."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from bundler.bundle import Bundle
from bundler.lint import Report, lint
from bundler.parts.place import Place
from bundler.rule import AUDIENCES, KOMMO, PRIVATE, TARGETS
from bundler.rules import catalogue

# The forms of bundler.report, which is imported only when it is needed.
FORM_NAMES = ("text", "json", "sarif", "github")


@dataclass(frozen=True)
class Wishes:
    """For whom a widget is checked, in which form the report is wanted, and when the run began."""

    target: str
    audience: str
    uploaded: str
    format: str
    started_at: float

    def lint(self, bundle: Bundle, suppress: Mapping[str, Place]) -> Report:
        """Check a bundle as wished."""
        return lint(bundle, target=self.target, audience=self.audience, uploaded=self.uploaded, suppress=suppress)

    def show(self, report: Report) -> None:
        """Print the report in the wanted form; exit with 1 if it has errors."""
        from bundler.report import FORMS

        click.echo(FORMS[self.format](report, time.perf_counter() - self.started_at))
        if report.has_errors:
            sys.exit(1)


def linting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a run of rules; it gets them as its first argument, ``Wishes``."""

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
    def with_wishes(target: str, audience: str, uploaded: str, form: str, **others: Any) -> None:
        command(Wishes(target, audience, uploaded, form, time.perf_counter()), **others)

    with_wishes.__doc__ = command.__doc__
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
