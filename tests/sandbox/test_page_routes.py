"""The addresses of the host page without a browser: shell, files of the widget, policy, answers for other hosts."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from sandbox.app import create_app
from sandbox.page.policy import Canned, Policy
from sandbox.world import World
from tests.support.host_page import archive

HOST = "https://demo.kommo.com"


def client_of(world: World, policy: Policy | None = None) -> FlaskClient:
    return create_app(world, policy).test_client()


def test_the_shell_names_whom_scripts_may_reach(world: World) -> None:
    policy = client_of(world).get("/", base_url=HOST).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self' http://127.0.0.1:" in policy


def test_an_address_that_is_no_page_is_not_answered_with_the_shell(world: World) -> None:
    assert client_of(world).get("/leads/detail/1/lib/app.js", base_url=HOST).status_code == 404


def test_files_of_the_archive_stand_under_its_numbered_address(world: World, tmp_path: Path) -> None:
    widget = world.load(archive(tmp_path / "w.zip"))
    base = f"/upl/{widget.code}/{widget.stamp}/widget"
    answer = client_of(world).get(f"{base}/script.js?v=1.2.3", base_url=HOST)
    assert answer.data == widget.files["script.js"]
    assert answer.content_type.startswith("text/javascript")
    assert client_of(world).get(f"{base}/none.js", base_url=HOST).status_code == 404


def test_who_sits_at_the_page_may_use_the_api_without_a_token(world: World) -> None:
    client = client_of(world)
    assert client.get("/api/v4/account", base_url=HOST).status_code == 401
    client.get("/", base_url=HOST)
    assert client.get("/api/v4/account", base_url=HOST).get_json()["subdomain"] == "demo"
    assert client.get("/api/v4/account", base_url="https://other.kommo.com").status_code == 401


def test_a_canned_answer_stands_in_for_another_host(world: World) -> None:
    policy = Policy(canned=(Canned("https://api.example/*", status=202, body={"a": 1}),))
    client = client_of(world, policy)
    answer = client.get("/_page/outside?url=https://api.example/x", base_url=HOST)
    assert (answer.status_code, answer.get_json()) == (202, {"a": 1})
    assert client.get("/_page/outside?url=https://none.example/x", base_url=HOST).status_code == 403


def test_shaped_answers_have_what_handlers_read(world: World) -> None:
    client = client_of(world, Policy(answers="shaped"))
    account = client.get("/api/v2/account", base_url=HOST).get_json()
    assert set(account["_embedded"]) >= {"users", "pipelines", "custom_fields"}
    assert client.get("/private/api/v2/json/accounts/current", base_url=HOST).get_json()["response"]["account"]["id"]
    assert client.get("/_page/outside?url=https://own.example/x", base_url=HOST).get_json()["success"] is True
    moved = client.get("/_page/outside?url=https://x.amocrm.ru/api/v4/account?with=a", base_url=HOST)
    assert (moved.status_code, moved.location) == (307, "/api/v4/account?with=a")


@pytest.mark.parametrize("path", ["/api/v2/account", "/ajax/unheard/of", "/private/api/x"])
def test_without_shaped_answers_an_unknown_address_is_named(world: World, path: str) -> None:
    answer = client_of(world).get(path, base_url=HOST)
    assert answer.status_code == 404
    assert "does not imitate" in answer.get_json()["detail"]


def test_a_settings_page_is_that_of_a_loaded_widget(world: World, tmp_path: Path) -> None:
    widget = world.load(archive(tmp_path / "w.zip"))
    client = client_of(world)
    assert client.get(f"/settings/{widget.code}/", base_url=HOST).status_code == 200
    assert client.get("/settings/widgets/", base_url=HOST).status_code == 200
    assert client.get("/settings/pay/", base_url=HOST).status_code == 404
