"""A report in the forms that people and machines read."""

from collections.abc import Callable, Mapping

from bundler.lint import Report
from bundler.report.machine import as_github, as_json, as_sarif
from bundler.report.text import as_text

FORMS: Mapping[str, Callable[[Report, float], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
