"""Builders of bundles: a clean widget, and the same with changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bundler.bundle import Bundle, Flaw, gather
from bundler.lint import Report, lint
from bundler.parts.place import Place
from bundler.project import read_project
from bundler.render import render

SOURCE = Path(__file__).parent / "fixtures" / "widget_src"
Changes = Mapping[str, str | bytes | None]


@cache
def clean() -> Mapping[str, bytes]:
    """The files of a small widget in which no rule finds anything."""
    return render(read_project(SOURCE), "development", "http://127.0.0.1:8000").files


def edited(path: str, edits: Mapping[str, Any]) -> str:
    """A JSON file of the clean widget with values set under slashed paths; ``None`` removes a key."""
    content = json.loads(clean()[path])
    for where, value in edits.items():
        *parents, key = where.split("/")
        inner = content
        for parent in parents:
            inner = inner.setdefault(parent, {})
        if value is None:
            inner.pop(key, None)
        else:
            inner[key] = value
    return json.dumps(content, ensure_ascii=False, indent=2)


def manifest(**edits: Any) -> Changes:
    """The clean widget's manifest with changes: ``manifest(widget__version="1")``."""
    return {"manifest.json": edited("manifest.json", {key.replace("__", "/"): value for key, value in edits.items()})}


def locale(name: str, **edits: Any) -> Changes:
    """A translation of the clean widget with changes: ``locale("en", widget__name="Other")``."""
    path = f"i18n/{name}.json"
    return {path: edited(path, {key.replace("__", "/"): value for key, value in edits.items()})}


@dataclass(frozen=True)
class Case:
    """The clean widget with changes (``None`` removes a file), and for whom it is checked."""

    changes: Changes = field(default_factory=dict)
    target: str = "kommo"
    audience: str = "private"
    container: str = "widget.zip"
    uploaded: str = ""
    suppress: Sequence[str] = ()
    flaws: tuple[Flaw, ...] = ()

    def bundle(self) -> Bundle:
        """The changed widget."""
        files = dict(clean())
        for path, content in self.changes.items():
            if content is None:
                files.pop(path)
            else:
                files[path] = content.encode() if isinstance(content, str) else content
        return gather(files, self.container, is_zip=True, flaws=self.flaws)

    def report(self) -> Report:
        """All rules over the changed widget."""
        suppress = {rule_id: Place("widget.toml", 1, 1, rule_id) for rule_id in self.suppress}
        return lint(
            self.bundle(), target=self.target, audience=self.audience, uploaded=self.uploaded, suppress=suppress
        )


@dataclass(frozen=True)
class Cases:
    """What shows a rule at work: cases it finds, cases it passes, and near misses, which look alike but are right."""

    fails: Sequence[Case]
    near: Sequence[Case]
    passes: Sequence[Case] = (Case(),)
