"""``build.py rules``: the catalogue."""

import click

from bundler.report.rulebook import markdown
from bundler.rules import catalogue


@click.command("rules")
@click.option("--markdown", "as_markdown", is_flag=True, help="The whole of docs/rules.md.")
def command(as_markdown: bool) -> None:
    """List the rules. One rule's page: build.py check --explain ID."""
    if as_markdown:
        click.echo(markdown(catalogue().values()), nl=False)
        return
    for one in catalogue().values():
        click.echo(f"{one.id:<8} {one.severity.value:<8} {one.title}")
