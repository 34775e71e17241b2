"""The kit's own widget under its own rules."""

from pathlib import Path

import pytest

from bundler.lint import lint
from bundler.project import read_project
from bundler.render import render
from bundler.rule import AUDIENCES, TARGETS

SOURCE = Path(__file__).parents[2] / "widget_src"


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_found_in_our_own_widget(target: str, audience: str, environment: str) -> None:
    project = read_project(SOURCE)
    bundle = render(project, environment, project.backend_url(environment))
    report = lint(bundle, target=target, audience=audience)
    assert [(one.rule.id, one.message) for one in report.findings] == []
    assert report.skipped == ()
