"""amocrm-api (PyPI) against the sandbox, as a user of it would write: authorise, add, read, change, list, refresh."""

import time
from urllib.parse import parse_qs, urlsplit

import requests
from amocrm.v2 import Contact, Lead, Pipeline, User, tokens

CLIENT_ID = "7c1b4a52-0d3e-4f69-8a27-51e9d0c3b6f4"
CLIENT_SECRET = "sandbox0integration0secret0of064characters0that0guards0nothing00"
REDIRECT_URI = "http://127.0.0.1:8000/oauth/callback"
CONTROL = "https://demo.amocrm.ru/_sandbox"


def consent() -> str:
    """Allow the integration, as a person does, and return the code."""
    form = {"client_id": CLIENT_ID, "answer": "allow"}
    answer = requests.post("https://www.amocrm.ru/oauth", data=form, allow_redirects=False, timeout=10)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def pause() -> None:
    """Keep to seven requests a second."""
    time.sleep(1.1)


def main() -> None:
    """Go through it; an AssertionError says what is not as in the cloud."""
    manager = tokens.default_token_manager
    manager(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        subdomain="demo",
        redirect_url=REDIRECT_URI,
        storage=tokens.MemoryTokensStorage(),
    )
    manager.init(code=consent(), skip_error=False)

    lead = Lead.objects.create({"name": "From Python", "price": 7})
    assert (Lead.objects.get(lead.id).name, Lead.objects.get(lead.id).price) == ("From Python", 7)
    lead.name = "Renamed"
    lead.save()
    pause()
    assert [each.name for each in Lead.objects.all()] == ["Renamed"]
    contact = Contact(name="Ann")
    contact.save()
    assert [each.id for each in Contact.objects.all()] == [contact.id]
    pause()
    assert len(list(User.objects.all())) == 3
    assert len(list(Pipeline.objects.all())) == 2

    requests.post(f"{CONTROL}/clock", json={"move": -90000}, timeout=10)  # pairs of yesterday are over today
    manager._storage.save_tokens(*manager._get_new_tokens())
    old = manager._storage.get_refresh_token()
    pause()
    assert Lead.objects.get(lead.id).name == "Renamed"
    assert manager._storage.get_refresh_token() != old


main()
