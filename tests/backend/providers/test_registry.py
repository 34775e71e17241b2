"""Which messengers there are, by the settings and by what other packages bring."""

from functools import partial
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from backend.jobs.run import Job
from backend.media.links import Links
from backend.providers import registry
from backend.providers.registry import BrokenMessenger, Context, Messenger, open_messengers
from backend.seal import Sealer, new_key
from backend.settings import Settings
from tests.backend.conversations.conftest import Listening
from tests.backend.providers.book import Book


def context(engine: Engine, **settings: object) -> Context:
    links = Links(Sealer([new_key()]), "https://kit.example")
    return Context(engine, Settings.model_validate(settings), Book(), links, lambda chunks, most: "")


def brought(opened: Context) -> Messenger:
    """What a package of somebody else's names in its entry point."""
    return Messenger(Listening())


def off(opened: Context) -> None:
    """One whose own settings say that it is off."""


def test_the_built_in_ones_are_always_there_and_own_services_when_they_are_set(sqlite_engine: Engine) -> None:
    assert set(open_messengers(context(sqlite_engine))) == {"webchat", "telegram"}
    own = {"http_provider_url": "https://acme.example", "http_provider_secret": "x" * 32}
    assert set(open_messengers(context(sqlite_engine, **own))) == {"webchat", "telegram", "http"}


def test_a_package_brings_its_own_by_an_entry_point(sqlite_engine: Engine) -> None:
    assert registry.installed() == []
    found = open_messengers(context(sqlite_engine), more=[brought, off])
    assert set(found) == {"webchat", "telegram", "listening"}


def test_an_installed_package_is_found_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "acme_messenger", "def open(context):\n    return None\n")
    monkeypatch.syspath_prepend(tmp_path)
    (opener,) = registry.installed()
    assert opener.__module__ == "acme_messenger"


def install(folder: Path, module: str, code: str) -> None:
    """What pip leaves behind of a package."""
    (folder / f"{module}.py").write_text(code)
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{registry.GROUP}]\nacme = {module}:open\n")


@pytest.mark.parametrize("code", ["import a_module_that_is_not_there", "1 / 0", "opens = None"])
def test_a_package_that_cannot_be_loaded_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    module = f"broken_{abs(hash(code))}"
    install(tmp_path, module, code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BrokenMessenger, match=rf"'acme' of {module} 1.0 .*Error.*uninstall"):
        registry.installed()


def test_a_messenger_that_the_settings_name_in_vain_is_told_with_those_that_are_there(sqlite_engine: Engine) -> None:
    assert "listening" in open_messengers(context(sqlite_engine, messenger="listening"), more=[brought])
    with pytest.raises(BrokenMessenger, match=r"'acme'.*'telegram', 'webchat'"):
        open_messengers(context(sqlite_engine, messenger="acme"))


@pytest.mark.parametrize("name", ["telegram", "listening", "web", "stored", "a name", "", "x" * 41, "Ünder"])
def test_a_package_cannot_take_anothers_name_or_one_that_is_none(sqlite_engine: Engine, name: str) -> None:
    def named(opened: Context) -> Messenger:
        provider = Listening()
        provider.name = name
        return Messenger(provider)

    with pytest.raises(BrokenMessenger, match="cannot be called"):
        open_messengers(context(sqlite_engine), more=[brought, named])


def test_every_messenger_is_told_to_tidy_by_the_daily_job() -> None:
    told: list[str] = []
    messengers = {name: Messenger(Listening(), tidy=partial(told.append, name)) for name in ("a", "b")}
    registry.tidying(messengers)(Job(1, registry.TIDY, "lane", {}, 0, 1))
    assert told == ["a", "b"]


@pytest.mark.parametrize("half", [{"http_provider_url": "https://x"}, {"s3_bucket": "files"}], ids=str)
def test_half_a_setting_is_named(half: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="is missing"):
        Settings.model_validate(half)
