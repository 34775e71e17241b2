"""Statements 1 to 28 of the CRM conformance list: consent, codes, tokens, one-time tokens, access, limits."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey

from sandbox.crm.limits import Limits
from sandbox.oauth.errors import TokenRefused
from sandbox.oauth.models import Grant
from sandbox.registration import CLIENT_ID, CLIENT_SECRET
from sandbox.world import World
from tests.sandbox.api_client import ApiClient
from tests.sandbox.conftest import NOW, Receiver, golden

WWW = "https://www.kommo.com"
ERRORS = {each["name"]: each for each in golden("crm_oauth.json")["token_errors"]}
DAY = 86400


def consent(client: FlaskClient, answer: str = "allow", **sent: str) -> dict[str, list[str]]:
    reply = client.post("/oauth", data={"client_id": CLIENT_ID, "answer": answer} | sent, base_url=WWW)
    assert reply.status_code == 302
    return parse_qs(urlsplit(reply.location).query)


def test_001_consent_takes_client_id_state_mode_and_ignores_the_rest(client: FlaskClient) -> None:
    for url in golden("crm_oauth.json")["authorize_urls"]:
        query = urlsplit(url["url"]).query.replace("11111111-2222-4333-8444-555555555555", CLIENT_ID)
        assert client.get(f"/oauth?{query}&response_type=code", base_url=WWW).status_code == 200
    assert client.get("/oauth/?client_id=unknown", base_url=WWW).status_code == 404


def test_002_consent_redirects_with_a_code_and_state_only_if_sent(client: FlaskClient) -> None:
    assert set(consent(client, state="s-1")) == {"code", "referer", "platform", "client_id", "state"}
    query = consent(client)
    assert "state" not in query
    assert query["referer"] == ["demo.kommo.com"]


def test_003_refusing_redirects_with_access_denied(client: FlaskClient) -> None:
    expected = {"error": ["access_denied"], "client_id": [CLIENT_ID], "state": ["s-1"]}
    assert consent(client, "deny", state="s-1") == expected


def test_003b_only_an_administrator_installs_others_may_authorise_afterwards(world: World, client: FlaskClient) -> None:
    admin, manager, _ = world.accounts.first.users
    world.accounts.first.current_user_id = manager
    sent = {"client_id": CLIENT_ID, "answer": "allow"}
    assert client.post("/oauth", data=sent, base_url=WWW).status_code == 403
    world.accounts.first.current_user_id = admin
    assert "code" in consent(client)
    world.accounts.first.current_user_id = manager
    assert "code" in consent(client)


def test_003c_the_consent_page_has_its_localised_addresses(client: FlaskClient) -> None:
    for locale in ("es", "br", "id"):
        assert client.get(f"/{locale}/oauth/?client_id={CLIENT_ID}", base_url=WWW).status_code == 200


def test_004_switching_a_widget_on_sends_one_get_whose_answer_is_ignored(
    world: World, receiver: Receiver, client: FlaskClient
) -> None:
    receiver.status = 500
    world.marketplace.install(world.accounts.first.id, "channel_kit")
    query = parse_qs(urlsplit(receiver.got[0].path).query)
    assert set(query) == {"code", "referer", "platform", "client_id", "from_widget"}
    assert [each.method for each in receiver.got] == ["GET"]


def test_004b_the_install_hook_waits_its_three_seconds_and_is_never_repeated(world: World, receiver: Receiver) -> None:
    assert world.ground.switches.install_wait_s == 3
    world.ground.switches = world.ground.switches.changed(install_wait_s=0.1)
    receiver.delay_s = 5
    outcome = world.marketplace.install(world.accounts.first.id, "channel_kit")
    world.ground.clock.move(DAY)
    assert (outcome.error, len(receiver.got)) == ("no answer within 0.1 s", 1)
    assert world.marketplace.find(world.accounts.first.id, "channel_kit") is not None


@pytest.mark.parametrize(("profile", "platform"), [("amocrm", "1"), ("kommo", "2")])
def test_005_platform_tells_the_two_apart(world: World, client: FlaskClient, profile: str, platform: str) -> None:
    world.ground.switches = world.ground.switches.changed(profile=profile)
    assert consent(client)["platform"] == [platform]


def test_006_a_code_lives_20_minutes_and_works_once(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    code = api.code()
    assert api.exchange(code).status_code == 200
    assert api.exchange(code).get_json() == ERRORS["code_used"]["body"]
    late = api.code()
    world.ground.clock.move(1201)
    assert api.exchange(late).get_json() == ERRORS["code_expired"]["body"]
    assert api.exchange("garbage").get_json() == ERRORS["code_garbage"]["body"]


def test_007_the_token_endpoint_takes_json_and_forms(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    integration = world.registered.integration
    form = {"client_id": integration.client_id, "client_secret": integration.client_secret}
    form |= {"grant_type": "authorization_code", "code": api.code(), "redirect_uri": integration.redirect_uri}
    assert client.post("/oauth2/access_token", data=form, base_url="https://demo.kommo.com").status_code == 200


@pytest.mark.parametrize("field", ["redirect_uri", "client_id", "client_secret"])
def test_008_and_009_a_wrong_client_or_redirect_uri_is_one_401_without_hint(
    world: World, client: FlaskClient, field: str
) -> None:
    api = ApiClient(client, world)
    answer = api.exchange(api.code(), **{field: "http://b.example/oauth/callback/"})
    assert (answer.status_code, answer.get_json()) == (401, ERRORS["bad_client_or_redirect"]["body"])


def test_010_a_pair_has_the_documented_members(world: World, client: FlaskClient) -> None:
    pair = ApiClient(client, world).tokens
    assert list(pair) == ["token_type", "expires_in", "server_time", "access_token", "refresh_token"]
    assert (pair["token_type"], pair["expires_in"], pair["server_time"]) == ("Bearer", DAY, NOW)


def test_011_server_time_can_be_left_out(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(server_time=False)
    assert "server_time" not in ApiClient(client, world).tokens


def test_012_amocrm_kills_the_old_refresh_token_at_once(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(profile="amocrm")
    api = ApiClient(client, world)
    first = api.tokens["refresh_token"]
    assert api.refresh(first).status_code == 200
    again = api.refresh(first)
    assert (again.status_code, again.get_json()) == (401, ERRORS["refresh_reused"]["body"])


def test_013_kommo_keeps_the_old_refresh_token_until_the_new_one_is_used(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    first = api.tokens["refresh_token"]
    assert api.refresh(first).status_code == 200
    third = api.refresh(first).get_json()["refresh_token"]
    assert api.refresh(third).status_code == 200
    assert api.refresh(first).get_json() == ERRORS["refresh_reused"]["body"]


def test_014_of_two_concurrent_refreshes_on_amocrm_exactly_one_succeeds(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(profile="amocrm")
    api, account = ApiClient(client, world), world.accounts.first
    integration = world.registered.integration
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": integration.redirect_uri}
    form |= {"grant_type": "refresh_token", "refresh_token": api.tokens["refresh_token"]}

    def refresh(_: int) -> bool:
        try:
            return bool(world.oauth.exchange(account, form))
        except TokenRefused:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(refresh, range(8))).count(True) == 1


def test_015_a_refresh_token_dies_after_three_months_without_use(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    world.ground.clock.move(90 * DAY + 1)
    assert api.refresh(api.tokens["refresh_token"]).status_code == 401


def claims_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    read = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims)]
    return read[0], read[1]


def test_016_an_access_token_is_an_rs256_jwt_with_the_seen_claims(world: World, client: FlaskClient) -> None:
    header, claims = claims_of(ApiClient(client, world).tokens["access_token"])
    assert header["alg"] == "RS256"
    assert {"account_id", "base_domain", "api_domain", "scopes", "exp", "sub"} <= set(claims)


def test_017_api_domain_can_be_left_out(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(api_domain=False)
    assert "api_domain" not in claims_of(ApiClient(client, world).tokens["access_token"])[1]


def test_018_a_moved_account_is_found_by_its_refresh_token(world: World, client: FlaskClient) -> None:
    headers = {"X-Refresh-Token": ApiClient(client, world).tokens["refresh_token"]}
    world.accounts.move(world.accounts.first, "moved")
    url, host = "/oauth2/account/current/subdomain", "https://api-c.kommo.com"
    expected = {"id": 31000001, "subdomain": "moved", "domain": "moved.kommo.com", "top_level_domain": "com"}
    assert client.get(url, headers=headers, base_url=host).get_json() == expected
    assert client.get(url, headers={"X-Refresh-Token": "no"}, base_url=host).status_code == 401


def test_019_the_shared_host_sends_token_requests_to_the_account(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    answer = api.token_request({"grant_type": "refresh_token", "refresh_token": "x"}, WWW)
    assert answer.get_json() == ERRORS["wrong_host"]["body"]


def test_020_a_long_lived_token_has_no_refresh_and_at_most_five_years(world: World, client: FlaskClient) -> None:
    grant = Grant(CLIENT_ID, world.accounts.first.id, world.accounts.first.current_user_id)
    token = world.oauth.long_lived(grant, 5 * 365 * DAY)
    assert claims_of(token)[1]["exp"] == NOW + 5 * 365 * DAY
    with pytest.raises(ValueError, match="5 years"):
        world.oauth.long_lived(grant, 6 * 365 * DAY)


def test_021_the_external_flow_posts_the_keys_before_the_redirect(receiver: Receiver, client: FlaskClient) -> None:
    sent = {"name": "Bot", "description": "d", "redirect_uri": "http://b.example/cb", "state": "st-77"}
    query = {"answer": "allow", "secrets_uri": f"{receiver.url}/secrets"} | sent
    reply = client.post("/oauth", data=query, base_url=WWW)
    keys = json.loads(receiver.got[0].body)
    assert set(keys) == {"client_id", "client_secret", "state"}
    assert keys["client_id"] in reply.location


def test_022_disabling_is_announced_with_a_signature_and_ends_every_token(
    world: World, receiver: Receiver, client: FlaskClient
) -> None:
    world.marketplace.install(world.accounts.first.id, "channel_kit")
    api = ApiClient(client, world)
    world.marketplace.uninstall(world.accounts.first.id, "channel_kit")
    query = parse_qs(urlsplit(receiver.got[-1].path).query)
    assert set(query) == {"client_uuid", "account_id", "signature"}
    assert api.call("GET", "/account").status_code == 401
    assert api.refresh(api.tokens["refresh_token"]).status_code == 401


def test_023_a_one_time_token_is_hs256_for_scheme_and_host_of_the_redirect_uri(
    world: World, client: FlaskClient
) -> None:
    world.marketplace.install(world.accounts.first.id, "channel_kit")
    token = world.marketplace.disposable_token(world.accounts.first.id, CLIENT_ID)
    read = jwt.decode(token, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"]).claims
    assert (read["aud"], read["exp"] - read["iat"]) == ("http://127.0.0.1", 1800)
    assert (read["iss"], read["client_uuid"]) == ("https://demo.kommo.com", CLIENT_ID)


def test_024_without_a_living_bearer_token_the_api_answers_401(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    answer = client.get("/api/v4/account", base_url="https://demo.kommo.com")
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    world.ground.clock.move(DAY)
    assert api.call("GET", "/account").status_code == 401


def test_025_an_unknown_or_free_context_user_is_refused(world: World, client: FlaskClient) -> None:
    api = ApiClient(client, world)
    admin, manager, free = world.accounts.first.users
    assert api.call("GET", "/users", X_Context_User_ID=str(admin)).status_code == 200
    assert api.call("GET", "/users", X_Context_User_ID=str(manager)).status_code == 403
    assert api.call("GET", "/account", X_Context_User_ID=str(free)).status_code == 401
    assert api.call("GET", "/account", X_Context_User_ID="1").status_code == 401


def test_026_the_eighth_request_of_a_second_is_429(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(rate_limits=True)
    world.limits = Limits(lambda: 5.0)
    api = ApiClient(client, world)
    statuses = [api.call("GET", "/account").status_code for _ in range(8)]
    assert statuses == [200] * 7 + [429]
    assert api.call("GET", "/account").get_json()["retry_after"] == 1


def test_027_who_goes_on_is_blocked_with_html_at_the_token_endpoint_too(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(rate_limits=True)
    world.limits = Limits(lambda: 5.0)
    api = ApiClient(client, world)
    last = [api.call("GET", "/account") for _ in range(120)][-1]
    assert (last.status_code, last.content_type) == (403, "text/html")
    assert api.refresh("x").status_code == 403
    world.reset()
    assert api.refresh("x").status_code == 400


def test_028_amocrm_counts_50_a_second_for_an_account_over_all_integrations(world: World, client: FlaskClient) -> None:
    world.ground.switches = world.ground.switches.changed(profile="amocrm", rate_limits=True)
    world.limits = Limits(lambda: 5.0)
    account = world.accounts.first
    statuses = []
    for number in range(8):
        client_id = world.oauth.register_external(f"Bot {number}", "http://b.example/cb").client_id
        token = world.oauth.long_lived(Grant(client_id, account.id, account.current_user_id), DAY)
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(7):
            answer = client.get("/api/v4/account", headers=headers, base_url="https://demo.amocrm.ru")
            statuses.append(answer.status_code)
    assert statuses == [200] * 50 + [429] * 6
