"""Builders of scripts for the cases: a sound widget with something in it."""

from tests.bundler.widgets import Case

CALLBACKS = {
    "render": "function () { return true; }",
    "init": "function () { return true; }",
    "bind_actions": "function () { return true; }",
    "onSave": "function () { return true; }",
    "destroy": "function () {}",
}


def code(body: str = "", **callbacks: str | None) -> str:
    """A sound script; ``body`` runs in its callback settings, ``callbacks`` replaces others (``None`` removes one)."""
    given = {**CALLBACKS, "settings": f"function ($body) {{\n{body}\nreturn true;\n}}", **callbacks}
    listed = ",\n".join(f"{name}: {value}" for name, value in given.items() if value is not None)
    return f"""define(['jquery'], function ($) {{
return function () {{
var self = this;
this.callbacks = {{
{listed}
}};
return this;
}};
}});
"""


def public(body: str = "", **callbacks: str | None) -> Case:
    """A public widget with this script."""
    return Case({"script.js": code(body, **callbacks)}, audience="public")


def private(body: str = "", **callbacks: str | None) -> Case:
    """A private widget with this script."""
    return Case({"script.js": code(body, **callbacks)})


def whole(script: str) -> Case:
    """A private widget whose script is exactly this."""
    return Case({"script.js": script})


def style(css: str) -> Case:
    """A public widget with this style sheet."""
    return Case({"style.css": css}, audience="public")
