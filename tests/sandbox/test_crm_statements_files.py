"""Statement 72 of the CRM conformance list: files in parts, and files in a card."""

import pytest
from flask.testing import FlaskClient

from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.conftest import golden

DRIVE = "https://drive-c.kommo.com"
SAMPLES = {each["name"]: each for each in golden("crm_entities.json")["exchanges"]}


@pytest.fixture
def api(world: World, client: FlaskClient) -> ApiClient:
    """Return an authorised integration."""
    return ApiClient(client, world)


def bearer(api: ApiClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.tokens['access_token']}"}


def uploaded(api: ApiClient, *parts: bytes) -> dict[str, object]:
    """Upload a file in parts and return its model."""
    sent = {"file_name": "a.png", "file_size": sum(map(len, parts)), "content_type": "image/png"}
    session = api.client.post("/v1.0/sessions", json=sent, headers=bearer(api), base_url=DRIVE).get_json()
    assert session.keys() == SAMPLES["drive_session"]["response"].keys()
    url = session["upload_url"]
    for part in parts:
        answer = api.client.post(url, data=part).get_json()
        url = answer.get("next_url")
    model: dict[str, object] = answer
    return model


def test_072_a_file_goes_up_in_a_chain_of_parts(api: ApiClient) -> None:
    model = uploaded(api, b"x" * 524288, b"y" * 10)
    assert model.keys() == SAMPLES["drive_part_last"]["response"].keys()
    assert (model["size"], model["type"]) == (524298, "image")
    links = model["_links"]
    assert isinstance(links, dict)
    assert api.client.get(links["download"]["href"]).data == b"x" * 524288 + b"y" * 10


def test_072b_unknown_and_old_sessions_are_404_large_parts_400(world: World, api: ApiClient) -> None:
    assert api.client.post(f"{DRIVE}/v1.0/sessions/upload/none", data=b"x").status_code == 404
    sent = {"file_name": "a.bin", "file_size": 600000}
    urls = [
        api.client.post("/v1.0/sessions", json=sent, headers=bearer(api), base_url=DRIVE).get_json()["upload_url"]
        for _ in range(2)
    ]
    assert api.client.post(urls[0], data=b"x" * 524289).status_code == 400
    world.ground.clock.move(86401)
    assert api.client.post(urls[1], data=b"x").status_code == 404


def test_a_file_is_renamed_trashed_and_restored(api: ApiClient) -> None:
    uuid = uploaded(api, b"abc")["uuid"]
    url = f"{DRIVE}/v1.0/files/{uuid}"
    assert api.client.patch(url, json={"name": "b"}, headers=bearer(api)).get_json()["name"] == "b"
    named = [{"uuid": uuid}]
    assert api.client.delete(f"{DRIVE}/v1.0/files", json=named, headers=bearer(api)).status_code == 204
    assert api.client.get(f"{DRIVE}/v1.0/files", headers=bearer(api)).status_code == 204
    assert api.client.post(f"{DRIVE}/v1.0/files/restore", json=named, headers=bearer(api)).status_code == 204
    assert api.client.get(f"{DRIVE}/v1.0/files", headers=bearer(api)).get_json()["_count"] == 1
    assert api.client.get(f"{DRIVE}/v1.0/files").status_code == 401


def test_a_card_lists_its_files_newest_first(api: ApiClient) -> None:
    lead = api.add("/leads", {"name": "x"})[0]["id"]
    uuids = [uploaded(api, b"abc")["uuid"] for _ in range(2)]
    path = f"/leads/{lead}/files"
    assert api.call("GET", path).status_code == 204
    assert api.call("PUT", path, [{"file_uuid": each} for each in uuids]).status_code == 202
    assert [each["file_uuid"] for each in api.get(path)["_embedded"]["files"]] == uuids[::-1]
    assert [each["file_uuid"] for each in api.get(f"{path}?before_id=2")["_embedded"]["files"]] == uuids[:1]
    assert api.call("PUT", path, [{"file_uuid": "none"}]).status_code == 404
    assert api.call("DELETE", path, [{"file_uuid": each} for each in uuids]).status_code == 202
