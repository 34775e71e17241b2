"""What an account says about itself. https://developers.kommo.com/reference/account-parameters"""

from dataclasses import dataclass

from backend.kommo.client import Request, Response
from backend.kommo.errors import NotJson


@dataclass(frozen=True)
class AccountFacts:
    """An account as its own API names it. ``amojo_id`` is empty where chats are not available."""

    account_id: str
    subdomain: str
    name: str
    amojo_id: str


def account_request(host: str, access_token: str) -> Request:
    """Ask for the account with the id that it has in the chat service."""
    return Request("GET", f"https://{host}/api/v4/account?with=amojo_id", {"Authorization": f"Bearer {access_token}"})


def read_account(response: Response) -> AccountFacts:
    """Read the answer. Raises ``NotJson``."""
    body = response.json()
    try:
        return AccountFacts(
            account_id=str(int(body["id"])),
            subdomain=str(body["subdomain"]),
            name=str(body.get("name") or ""),
            amojo_id=str(body.get("amojo_id") or "").lower(),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotJson("the account answered without its id", permanent=False) from error
