"""The operator's commands about CRM hooks."""

from click.testing import CliRunner, Result

from backend.crm.commands import crm_hooks
from tests.backend.crm.test_hooks import subscriptions
from tests.backend.office import Office


def run(office: Office, *words: str) -> Result:
    return CliRunner().invoke(crm_hooks, words, obj=office.backend.settings)


def test_subscriptions_are_listed_ended_and_made_anew(office: Office) -> None:
    key = office.install()
    assert f"{key}\tacme.kommo.com\t36 events" in run(office, "list").output
    assert run(office, "unsubscribe", str(key)).exit_code == 0
    office.work()
    assert "0 events" in run(office, "list").output
    assert run(office, "subscribe", str(key)).exit_code == 0
    office.work()
    assert [asked.method for asked in subscriptions(office)] == ["POST", "DELETE", "POST"]
    first, _, last = (asked.json["destination"] for asked in subscriptions(office))
    assert first != last


def test_an_unknown_installation_is_wrong_use(office: Office) -> None:
    result = run(office, "subscribe", "99")
    assert result.exit_code == 2
    assert "there is no installation 99" in result.output
