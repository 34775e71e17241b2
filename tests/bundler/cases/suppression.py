"""Cases of the rules in ``bundler/rules/suppression.py``."""

from tests.bundler.widgets import Case, Cases

CASES = {
    "SUP001": Cases(
        fails=[Case(suppress=["JSON002"]), Case(suppress=["NOPE001"])],
        near=[
            Case({"data.json": '{"a": 1, "a": 2}'}, suppress=["JSON002"]),
            Case(suppress=["MAN020"]),  # for public widgets only: not asked here
        ],
    ),
}
