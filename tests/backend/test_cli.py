"""The operator's commands, run as an operator runs them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from backend.cli import main
from backend.seal import Sealer, new_key
from tests.backend import cloud
from tests.backend.office import LINK, Office, open_office

ANSWER = {
    "id": cloud.CHANNEL_ID, "code": "kommo.ext.1", "secret_key": cloud.CHANNEL_SECRET, "name": "Pager",
    "client_uuid": cloud.CLIENT_ID, "bot": {"id": "b", "name": "Bot"},
}  # fmt: skip
SUPPORT = {"result": {"en": ANSWER}, "error": None}
INTEGRATION = {"client_id": cloud.CLIENT_ID, "client_secret": cloud.SECRET, "redirect_uri": cloud.REDIRECT_URI,
               "widget_code": "channel_kit"}  # fmt: skip


@pytest.fixture
def office(sqlite_engine: Engine) -> Iterator[Office]:
    with open_office(sqlite_engine) as opened:
        opened.install()
        yield opened


def run(office: Office, *arguments: str, **environment: str) -> Result:
    settings = office.backend.settings
    environ = {"KCK_DATABASE_URL": settings.database_url, "KCK_DEV_KOMMO_URL": settings.dev_kommo_url, **environment}
    result = CliRunner().invoke(main, list(arguments), env=environ)
    assert "Traceback" not in result.output
    for secret in (cloud.SECRET, cloud.CHANNEL_SECRET, "def502", "eyJ"):
        assert secret not in result.output
    return result


def written(tmp_path: Path, content: object) -> str:
    path = tmp_path / "given.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_registrations_are_imported_and_never_show_their_secret(office: Office, tmp_path: Path) -> None:
    assert run(office, "integration", "import", written(tmp_path, INTEGRATION)).exit_code == 0
    assert run(office, "channel", "import", written(tmp_path, SUPPORT)).exit_code == 0
    assert cloud.CLIENT_ID in run(office, "integration", "list").output


def test_hooks_that_go_elsewhere_are_warned_of(office: Office, tmp_path: Path) -> None:
    right = {**ANSWER, "webhook_url_v2": f"{office.backend.settings.public_url}/hooks/amojo/:scope_id"}
    wrong = {**ANSWER, "webhook_url_v2": "https://other.example/:scope_id"}
    assert "Warning" not in run(office, "channel", "import", written(tmp_path, right)).output
    assert "hooks go to https://other.example" in run(office, "channel", "import", written(tmp_path, wrong)).output
    assert "go to https://other.example" in run(office, "doctor").output


def test_an_integration_is_added_by_hand_with_its_secret_in_a_file(office: Office, tmp_path: Path) -> None:
    arguments = ["--client-id", cloud.CLIENT_ID, "--redirect-uri", cloud.REDIRECT_URI, "--widget-code", "kit"]
    secret = written(tmp_path, cloud.SECRET + "\n")
    assert run(office, "integration", "add", *arguments, "--client-secret-file", secret).exit_code == 0


@pytest.mark.parametrize(
    ("command", "content", "said"),
    [
        ("integration", "{", "not JSON"),
        ("integration", {**INTEGRATION, "client_secret": "short"}, "client_secret"),
        ("integration", {}, "redirect_uri"),
        ("channel", "[]", "secret_key"),
        ("channel", {"result": {"secret_key": "x" * 40}}, "code"),
        ("channel", {**ANSWER, "client_uuid": "other"}, "not known here"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(
    office: Office, tmp_path: Path, command: str, content: object, said: str
) -> None:
    result = run(office, command, "import", written(tmp_path, content))
    assert result.exit_code == 2
    assert said in result.output


def test_wrong_settings_are_named_all_at_once(office: Office) -> None:
    result = run(office, "migrate", KCK_ENVIRONMENT="production", KCK_UNKNOWN="1")
    assert result.exit_code == 2
    assert "KCK_UNKNOWN" in result.output


def test_accounts_are_listed_shown_refreshed_disabled_and_enabled(office: Office) -> None:
    listed = run(office, "accounts", "list").output
    assert "acme.kommo.com  active" in listed
    assert re.search(r"budget \d+%, peak \d+%", listed)
    assert "installation.new" in run(office, "accounts", "show", "1").output
    assert run(office, "accounts", "refresh", "1").exit_code == 0
    assert office.cloud.refreshes == 1
    assert run(office, "accounts", "disable", "1").exit_code == 0
    assert office.api("GET", "/links").status_code == 409
    assert run(office, "accounts", "disable", "1").exit_code == 1
    assert run(office, "accounts", "disable", "1", "--undo").exit_code == 0
    assert office.api("GET", "/links").status_code == 200
    assert run(office, "accounts", "show", "9").exit_code == 2


def test_a_long_lived_token_installs_a_private_integration(office: Office, tmp_path: Path) -> None:
    office.cloud.current["other.kommo.com"] = 7
    token = written(tmp_path, cloud.access_token(7, "other.kommo.com"))
    options = ["--client-id", cloud.CLIENT_ID, "--token-file", token]
    assert run(office, "accounts", "add-token", "--host", "other.kommo.com", *options).exit_code == 0
    assert office.backend.api.call(2, "GET", "/api/v4/account").json()["id"] == 31000002
    assert run(office, "accounts", "add-token", "--host", "evil.example", *options).exit_code == 1
    assert run(office, "accounts", "add-token", "--host", "acme.kommo.com", *options).exit_code == 1


def test_keys_are_rotated_and_the_old_one_is_no_longer_needed(office: Office) -> None:
    office.api("POST", "/links", json=LINK)
    new, old = new_key(), "a2NrLWRldmVsb3BtZW50LW9ubHktbm90LWEtc2VjcmU="
    first = run(office, "keys", "rotate", KCK_SECRET_KEYS=f"{new},{old}")
    assert int(first.output.split()[0]) >= 5, "two secrets of ours, two tokens, one line"
    assert run(office, "keys", "rotate", KCK_SECRET_KEYS=f"{new},{old}").output.startswith("0 values")
    assert office.events()[-2:] == ["keys.rotated", "keys.rotated"]
    with office.backend.engine.connect() as conn:
        sealed = conn.execute(text("SELECT refresh_token FROM installations")).scalar_one()
    assert Sealer([new]).open("installations:1:refresh_token", sealed) == "def502-refresh-1"


def test_doctor_names_what_is_wrong_and_the_cure(office: Office) -> None:
    result = run(office, "doctor", KCK_PUBLIC_URL="http://127.0.0.1:9")
    assert result.exit_code == 1
    for said in ("development key", "the redirect URI of", "does not answer", "cure:"):
        assert said in result.output


def test_doctor_says_which_database_is_behind(tmp_path: Path, office: Office) -> None:
    result = run(office, "doctor", KCK_DATABASE_URL=f"sqlite:///{tmp_path}/empty.db")
    assert "python -m backend migrate" in result.output


@pytest.mark.parametrize("command", ["accounts list", "integration list", "accounts show 1", "keys rotate"])
def test_a_database_without_its_schema_is_told_in_a_sentence(tmp_path: Path, office: Office, command: str) -> None:
    result = run(office, *command.split(), KCK_DATABASE_URL=f"sqlite:///{tmp_path}/empty.db")
    assert result.exit_code == 1
    assert "python -m backend migrate" in result.output


def test_a_key_that_is_gone_is_told_in_a_sentence(office: Office) -> None:
    result = run(office, "integration", "list", KCK_SECRET_KEYS=new_key())
    assert result.exit_code == 1
    assert "is its key in KCK_SECRET_KEYS" in result.output
