"""Rules over well-known libraries, which nobody wrote for this CRM: what they say there is true, or not said."""

from pathlib import Path

from tests.bundler.widgets import Case

VENDOR = Path(__file__).parents[2] / "sandbox" / "page" / "vendor"
LIBRARIES = {f"lib/{path.name}": path.read_bytes() for path in sorted(VENDOR.rglob("*.js")) if path.is_file()}
# Minified and unused here; eval, alert, script elements, synchronous requests, the console, carriage returns and names
# of countries are really in them; two of them leak globals.
TRUE = {"ZIP006", "ZIP007", "ENC003", "I18N022", "JS007", "JS008", "JS009", "JS010", "JS011", "JS016", "JS017"}


def test_libraries_get_only_findings_that_are_true() -> None:
    findings = Case(LIBRARIES, audience="public").report().findings
    assert len(LIBRARIES) > 5
    assert {finding.rule.id for finding in findings} <= TRUE
    leaked = {finding.place.text for finding in findings if finding.rule.id == "JS017"}
    assert leaked <= {"key", "b1", "__g", "__e"}


def test_libraries_get_no_errors_in_a_private_widget() -> None:
    assert not Case(LIBRARIES).report().has_errors
