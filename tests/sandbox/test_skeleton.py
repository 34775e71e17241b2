"""The sandbox serves, installs, and keeps to its hosts."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from sandbox.hosts import place_of
from sandbox.marketplace.models import disable_query
from sandbox.registration import CLIENT_ID, Integration, registration, write_forms
from sandbox.world import World
from tests.sandbox.conftest import Receiver, golden

DEMO = "https://demo.kommo.com"


def test_installing_sends_one_code_to_the_redirect_uri(world: World, receiver: Receiver, client: FlaskClient) -> None:
    answer = client.post("/_sandbox/install").json
    assert answer is not None
    assert answer["hook"]["status"] == 200
    assert len(receiver.got) == 1
    query = parse_qs(urlsplit(receiver.got[0].path).query)
    assert query["referer"] == ["demo.kommo.com"]
    assert query["from_widget"] == ["1"]
    assert "state" not in query


def test_a_reset_forgets_installations_and_repeats_the_ids(world: World, client: FlaskClient) -> None:
    before = world.accounts.first.users
    client.post("/_sandbox/install")
    assert client.post("/_sandbox/reset").json["installed"] == []  # type: ignore[index]
    assert world.accounts.first.users == before


def test_a_one_time_token_is_refused_before_installing(client: FlaskClient) -> None:
    answer = client.get(f"/ajax/v2/integrations/{CLIENT_ID}/disposable_token", base_url=DEMO)
    assert answer.status_code == 404
    client.post("/_sandbox/install")
    answer = client.get(f"/ajax/v2/integrations/{CLIENT_ID}/disposable_token", base_url=DEMO)
    assert len(answer.json["token"].split(".")) == 3  # type: ignore[index]


def test_the_token_endpoint_is_not_on_the_chat_host(client: FlaskClient) -> None:
    assert client.post("/oauth2/access_token", base_url="https://amojo.kommo.com").status_code == 404


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("demo.kommo.com", "account"),
        ("DEMO.kommo.com:8443", "account"),
        ("amojo.amocrm.ru", "amojo"),
        ("www.kommo.com", "www"),
        ("127.0.0.1:8800", "loopback"),
        ("[::1]:1", "loopback"),
        ("demo.kommo.com.evil.example", "unknown"),
        ("a.b.kommo.com", "unknown"),
    ],
)
def test_a_host_names_its_part_of_kommo(host: str, kind: str) -> None:
    assert place_of(host).kind == kind


def test_the_disable_hook_is_signed_as_the_vectors_say() -> None:
    vectors = golden("crm_oauth.json")
    given = vectors["integration"]
    integration = Integration(given["client_id"], given["client_secret"], given["redirect_uri"])
    signed = "&".join(f"{name}={value}" for name, value in disable_query(integration, 31000001).items())
    assert signed == vectors["disable_hook"][0]["query"]


def test_the_registration_is_written_for_the_backend(tmp_path: Path, world: World) -> None:
    ids = {account.amojo_id: account.id for account in world.accounts.by_id.values()}
    paths = write_forms(tmp_path, registration("http://b.example/"), ids)
    assert [path.name for path in paths] == ["integration.json", "channel.json"]
    assert ":scope_id" in paths[1].read_text()
    assert json.loads(paths[0].read_text())["platform"] == "kommo"
    write_forms(tmp_path, registration("http://b.example/"), ids, "amocrm")
    assert json.loads(paths[0].read_text())["platform"] == "amocrm"
