"""Every finding of ``doctor``, as its operator sees it: what is wrong, the cure, and exit code 1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import Engine, insert, update

from backend.accounts import store as accounts
from backend.accounts.models import installations, integrations
from backend.channels.models import channels
from backend.cli import main
from backend.db import open_engine, transaction, utc_now
from backend.jobs.models import outbox
from backend.migrations import upgrade
from backend.seal import new_key
from programs.ports import free_port
from tests.backend.office import LINK, Office, open_office
from tests.backend.stub_kommo import Answer, Asked

KEY = new_key()


@dataclass
class Ward:
    """An office in good health, and the environment that its operator's commands run in."""

    office: Office
    environ: dict[str, str]

    def doctor(self) -> Result:
        return CliRunner().invoke(main, ["doctor"], env=self.environ)

    def change(self, table: object, **values: object) -> None:
        with transaction(self.office.backend.engine) as conn:
            conn.execute(update(table).values(**values))  # type: ignore[arg-type]


@pytest.fixture
def ward(sqlite_engine: Engine) -> Iterator[Ward]:
    with open_office(sqlite_engine, secret_keys=(SecretStr(KEY),)) as office:
        office.install()
        assert office.api("POST", "/links", json=LINK).status_code == 201
        ours = office.stub.url
        office.cloud.before = lambda asked: Answer(200) if asked.path == "/healthz" else None
        environ = {"KCK_DATABASE_URL": office.backend.settings.database_url, "KCK_DEV_KOMMO_URL": ours,
                   "KCK_SECRET_KEYS": KEY, "KCK_PUBLIC_URL": ours}  # fmt: skip
        ward = Ward(office, environ)
        ward.change(integrations, redirect_uri=f"{ours}/oauth/callback")
        yield ward


def test_a_healthy_installation_is_in_order(ward: Ward) -> None:
    result = ward.doctor()
    assert (result.exit_code, result.output) == (0, "Everything is in order.\n")


def answering(ward: Ward, answer: Callable[[Asked], Answer | None]) -> None:
    healthy = ward.office.cloud.before
    ward.office.cloud.before = lambda asked: answer(asked) or healthy(asked)


def with_hook_address(ward: Ward) -> None:
    ward.change(channels, hook_url="https://old.example/hooks/:scope_id")


def with_wrong_channel_secret(ward: Ward) -> None:
    answering(ward, lambda asked: Answer(403) if asked.host == "amojo.kommo.com" else None)


def with_wrong_clock(ward: Ward) -> None:
    headers = {"Date": format_datetime(utc_now() + timedelta(minutes=3), usegmt=True)}
    answering(ward, lambda asked: Answer(404, headers=headers) if asked.host == "amojo.kommo.com" else None)


def with_proxy_that_keeps_requests(ward: Ward) -> None:
    answering(ward, lambda asked: Answer(502) if asked.path == "/healthz" else None)


def with_buried_job(ward: Ward) -> None:
    with transaction(ward.office.backend.engine) as conn:
        conn.execute(insert(outbox).values(kind="k", lane="l", body={}, state="buried", created_at=utc_now()))


def with_other_redirect(ward: Ward) -> None:
    ward.change(integrations, redirect_uri="https://old.example/oauth/callback")


def without_consent(ward: Ward) -> None:
    ward.change(installations, state="needs_consent", reason="the token was refused")


def with_doubt(ward: Ward) -> None:
    with transaction(ward.office.backend.engine) as conn:
        accounts.change_installation(conn, 1, uncertain_since=utc_now())


def without_chats(ward: Ward) -> None:
    ward.change(installations, amojo_id="")


def with_seal_of_another_place(ward: Ward) -> None:
    ward.change(channels, secret=ward.office.backend.sealer.seal("links:9:secret", "x"))


def nothing(ward: Ward) -> None:
    """The environment alone is at fault."""


FINDINGS: list[tuple[Callable[[Ward], None], dict[str, str], str, str]] = [
    (nothing, {"KCK_SECRET_KEYS": ""}, "development key", "keys rotate"),
    (nothing, {"KCK_SECRET_KEYS": new_key()}, "does not open", "put the key that sealed it back"),
    (nothing, {"KCK_PUBLIC_URL": "https://x.example"}, "development although", "KCK_ENVIRONMENT=production"),
    (nothing, {"KCK_PUBLIC_URL": "http://127.0.0.1:9/kit"}, "has a path", "scheme and host only"),
    (nothing, {"KCK_PUBLIC_URL": "http://127.0.0.1:9"}, "does not answer", "start the service"),
    (nothing, {"KCK_DATABASE_URL": "postgresql://127.0.0.1:9/x"}, "cannot be reached", "check KCK_DATABASE_URL"),
    (nothing, {"KCK_DEV_KOMMO_URL": "http://127.0.0.1:9"}, "amojo.kommo.com cannot be reached", "check DNS"),
    (with_other_redirect, {}, "the redirect URI of", "in Kommo and in `integration add`"),
    (with_other_redirect, {}, "one-time tokens of", "must name the same host"),
    (with_hook_address, {}, "hooks of channel", "ask support to change it"),
    (with_wrong_channel_secret, {}, "refuses the signature", "import support's answer again"),
    (with_seal_of_another_place, {}, "belongs to another place", "put the key that sealed it back"),
    (without_consent, {}, "has no token", "install the integration again"),
    (with_doubt, {}, "its answer never seen", "accounts refresh 1"),
    (without_chats, {}, "has no chats", "switch them on"),
    (with_wrong_clock, {}, "our clock and Kommo's differ", "synchronise the clock"),
    (with_proxy_that_keeps_requests, {}, "answers 502", "let the proxy pass everything"),
    (with_buried_job, {}, "1 jobs were given up", "jobs list"),
]


@pytest.mark.parametrize(("fault", "environ", "what", "cure"), FINDINGS, ids=[each[2] for each in FINDINGS])
def test_each_finding_is_named_with_its_cure_and_ends_with_1(
    ward: Ward, fault: Callable[[Ward], None], environ: dict[str, str], what: str, cure: str
) -> None:
    fault(ward)
    ward.environ |= environ
    result = ward.doctor()
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    found = [each for each in result.output.split("cure: ") if what in each]
    assert found, result.output
    assert cure in result.output


@pytest.mark.parametrize(
    ("is_migrated", "what", "cure"),
    [
        (False, "schema", "backend migrate"),
        (True, "no integration", "integration add"),
        (True, "no chat", "channel im"),
    ],
)
def test_a_database_without_anything_in_it_is_found(
    ward: Ward, tmp_path: Path, is_migrated: bool, what: str, cure: str
) -> None:
    ward.environ["KCK_DATABASE_URL"] = f"sqlite:///{tmp_path}/empty.db"
    if is_migrated:
        engine = open_engine(ward.environ["KCK_DATABASE_URL"])
        upgrade(engine)
        engine.dispose()
    result = ward.doctor()
    assert result.exit_code == 1
    assert what in result.output
    assert cure in result.output


def test_the_list_above_holds_every_cure_that_there_is(ward: Ward) -> None:
    source = Path("backend/doctor.py").read_text(encoding="utf-8")
    known = len(FINDINGS) + 3 - 1  # those of an empty database; one cure stands for two broken seals
    assert source.count("Finding(") - source.count("class Finding") - source.count("Iterator[Finding(") == known
    assert free_port() > 0
