"""The documentation says what is: links lead somewhere, commands exist, nothing that exists is left out."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from backend.cli import main as backend_cli
from backend.settings import PREFIX, Settings
from bundler.cli import main as bundler_cli
from sandbox.cli import main as sandbox_cli
from tests.test_architecture import ROOT, tracked

PAGES = [path for path in tracked("*.md") if "vendor" not in path.parts and "golden" not in path.parts]
PROSE = "\n".join(path.read_text("utf-8") for path in PAGES)
PROGRAMS = {
    ("python", "build.py"): bundler_cli,
    ("python", "-m", "backend"): backend_cli,
    ("python", "-m", "sandbox"): sandbox_cli,
}
TARGETS = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def written_commands() -> Iterator[tuple[str, list[str]]]:
    """Every line in a code block, or code in a sentence, that runs one of our programs: its page and its words."""
    for page in PAGES:
        text = page.read_text("utf-8").replace("\\\n", " ")
        blocks = re.findall(r"^```(?:sh|shell|console|bash)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`((?:python|make) [^`\n]+)`", text)
        for line in lines:
            if line.startswith(("python build.py", "python -m backend", "python -m sandbox", "make ")):
                yield str(page.relative_to(ROOT)), shlex.split(line, comments=True)


def mistake_in(command: click.Command, words: list[str]) -> str | None:
    """Return what is wrong with ``words`` as a call of ``command``, None when it could run."""
    options = {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, _, value = word.partition("=")
        if name in ("--help", "-h"):
            return None
        if name.startswith("-"):
            if name not in options:
                return f"no option {name}"
            if not value and not getattr(options[name], "is_flag", False):
                rest = rest[1:]
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            return mistake_in(found, rest) if found else f"no command {word}"
    return None


def mistake_in_line(words: list[str]) -> str | None:
    """Return what is wrong with a written command line of ours."""
    if words[0] == "make":
        unknown = [word for word in words[1:] if "=" not in word and word not in TARGETS]
        return f"make has no target {unknown[0]}" if unknown else None
    for start, program in PROGRAMS.items():
        if tuple(words[: len(start)]) == start:
            rest = words[len(start) :]
            if program is bundler_cli and (not rest or rest[0].startswith("-")):
                rest = ["build", *rest]
            return mistake_in(program, rest)
    return None


def test_every_written_command_exists_with_its_options() -> None:
    wrong = [
        f"{page}: `{shlex.join(words)}`: {why}" for page, words in written_commands() if (why := mistake_in_line(words))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("maker", "page"), [("commands_page", "docs/commands.md"), ("decisions_page", "docs/decisions/README.md")]
)
def test_generated_pages_are_up_to_date(maker: str, page: str) -> None:
    script = f"import runpy; print(runpy.run_path('docs/pages.py')['{maker}'](), end='')"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / page).read_text("utf-8"), "run `make pages`"


def test_every_setting_is_written_about() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert not [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in operations]


def test_every_target_of_make_is_written_about() -> None:
    assert not [target for target in sorted(TARGETS - {"help"}) if f"make {target}" not in PROSE]


def test_every_setting_that_is_written_about_exists() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    written = set(re.findall(r"\bKCK_[A-Z_]+[A-Z]\b", PROSE))
    assert not {name for name in written if name not in known and name.removesuffix("_FILE") not in known}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not leads_somewhere(page, link)]
    assert not broken


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.exists():
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)\s#]+\.md)", page.read_text("utf-8"))
        waiting += [(page.parent / link).resolve() for link in links if "://" not in link]
    hidden = [str(page.relative_to(ROOT)) for page in PAGES if page not in reached]
    assert not hidden, "no way leads there from the README"


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link is absolute, or names a file (and a heading in it) of this repository."""
    if link.startswith(("https://", "http://", "mailto:")):
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists() or ROOT not in (target, *target.parents):
        return False
    return not anchor or anchor in anchors(target.read_text("utf-8"))


def anchors(text: str) -> set[str]:
    """The anchors that a Markdown page's headings get."""
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_decision_says_what_why_and_what_was_given_up() -> None:
    for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
        text = path.read_text("utf-8").lower()
        assert all(word in text for word in ("what", "why", "gave up")), path.name
