"""An integration that has authorised itself, for the tests of API v4."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.oauth.models import Grant
from sandbox.world import World


class ApiClient:
    """Calls API v4 of the demo account with a bearer token."""

    def __init__(self, client: FlaskClient, world: World, user: int = 0) -> None:
        self.client = client
        self.world = world
        self.host = f"https://{world.accounts.host(world.accounts.first)}"
        self.user_id = list(world.accounts.first.users)[user]
        self.tokens = self.exchange(self.code()).get_json()

    def code(self) -> str:
        """Return a fresh authorization code."""
        return self.world.oauth.issue_code(
            Grant(self.world.registered.integration.client_id, self.world.accounts.first.id, self.user_id)
        )

    def exchange(self, code: str, **changed: Any) -> TestResponse:
        """Exchange a code; ``changed`` replaces fields."""
        return self.token_request({"grant_type": "authorization_code", "code": code} | changed)

    def refresh(self, token: str, **changed: Any) -> TestResponse:
        """Use a refresh token."""
        return self.token_request({"grant_type": "refresh_token", "refresh_token": token} | changed)

    def token_request(self, fields: dict[str, Any], host: str = "") -> TestResponse:
        """Call the token endpoint as JSON."""
        integration = self.world.registered.integration
        own = {
            "client_id": integration.client_id,
            "client_secret": integration.client_secret,
            "redirect_uri": integration.redirect_uri,
        }
        return self.client.post("/oauth2/access_token", json=own | fields, base_url=host or self.host)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call API v4; ``headers`` with underscores for hyphens."""
        given = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(f"/api/v4{path}", method=method, base_url=self.host, headers=given, **more)

    def get(self, path: str, **headers: str) -> Any:
        """Return the JSON of a list or a record that must be there."""
        answer = self.call("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def add(self, path: str, *items: Any) -> list[Any]:
        """Add items that must be taken and return them from ``_embedded``."""
        answer = self.call("POST", path, list(items))
        assert answer.status_code == 200, answer.text
        found: list[Any] = next(iter(answer.get_json()["_embedded"].values()))
        return found
