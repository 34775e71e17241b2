"""``docs/rules.md`` and ``--explain`` come from the catalogue."""

from pathlib import Path

from click.testing import CliRunner

from bundler.cli import main

RULES_PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_of_rules_is_the_generated_one() -> None:
    generated = CliRunner().invoke(main, ["rules", "--markdown"]).output
    assert RULES_PAGE.read_text(encoding="utf-8") == generated, "run: python build.py rules --markdown > docs/rules.md"


def test_a_rule_explains_itself() -> None:
    result = CliRunner().invoke(main, ["check", "--explain", "json001"])
    assert result.exit_code == 0
    assert "JSON001  JSON files are JSON" in result.output
    assert "https://" in result.output


def test_an_unknown_rule_is_wrong_use() -> None:
    result = CliRunner().invoke(main, ["check", "--explain", "NOPE1"])
    assert result.exit_code == 2
    assert "there is no rule NOPE1" in result.output
