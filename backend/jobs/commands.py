"""``jobs list|show|replay|bury``: the promises that wait, and those that were given up."""

import json
from collections.abc import Callable, Mapping

import click

from backend.db import open_engine, transaction, utc_now
from backend.jobs import review
from backend.jobs.models import BURIED, DONE, READY
from backend.jobs.run import Job, OnBury
from backend.settings import Settings

Tellers = Callable[[Settings], Mapping[str, OnBury]]


def group(tellers: Tellers) -> click.Group:
    """Build the commands. ``tellers`` gives, for each kind of job, who is told when one is buried by hand."""
    jobs = click.Group("jobs", help="Jobs that wait, and jobs that were given up.")
    jobs.add_command(_list)
    jobs.add_command(_show)
    jobs.add_command(_replay)
    jobs.add_command(_bury(tellers))
    return jobs


@click.command("list")
@click.option("--state", type=click.Choice([READY, DONE, BURIED]), help="Only these.")
@click.option("--kind", help="Only jobs of this kind.")
@click.option("--lane", help="Only jobs of this lane.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.pass_obj
def _list(settings: Settings, state: str | None, kind: str | None, lane: str | None, limit: int) -> None:
    """List jobs, newest first: id, state, kind, tries, lane, last error."""
    with open_engine(settings.database_url).connect() as conn:
        counts, found = review.counts(conn), review.jobs(conn, state=state, kind=kind, lane=lane, limit=limit)
    for job in found:
        error = (job.last_error or "").replace("\n", " ")[:80]
        click.echo(f"{job.id}\t{job.state}\t{job.kind}\t{job.attempts}\t{job.lane}\t{error}")
    click.echo(", ".join(f"{counts.get(name, 0)} {name}" for name in (READY, BURIED, DONE)))


@click.command("show")
@click.argument("job_id", type=int)
@click.pass_obj
def _show(settings: Settings, job_id: int) -> None:
    """Show everything about one job as JSON."""
    with open_engine(settings.database_url).connect() as conn:
        job = review.job(conn, job_id)
    if job is None:
        raise click.ClickException(f"there is no job {job_id}: `jobs list` shows which there are")
    click.echo(json.dumps(vars(job), indent=1, default=str, ensure_ascii=False))


@click.command("replay")
@click.argument("job_ids", type=int, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every buried job.")
@click.option("--kind", help="With --all: only of this kind.")
@click.pass_obj
def _replay(settings: Settings, job_ids: tuple[int, ...], every: bool, kind: str | None) -> None:
    """Try buried jobs once more."""
    if bool(job_ids) == every:
        raise click.UsageError("name the jobs, or say --all")
    with transaction(open_engine(settings.database_url)) as conn:
        done = review.replay_all(conn, utc_now(), kind) if every else review.replay(conn, job_ids, utc_now())
    click.echo(f"{len(done)} replayed")
    missing = sorted(set(job_ids) - set(done))
    if missing:
        raise click.ClickException(f"not buried, so not replayed: {', '.join(map(str, missing))}")


def _bury(tellers: Tellers) -> click.Command:
    @click.command("bury")
    @click.argument("job_id", type=int)
    @click.option("--reason", default="buried by hand", show_default=True)
    @click.pass_obj
    def bury(settings: Settings, job_id: int, reason: str) -> None:
        """Give a waiting job up, so that its lane goes on. Whoever waits for it is told."""
        told = tellers(settings)
        with transaction(open_engine(settings.database_url)) as conn:

            def tell(found: review.Seen) -> None:
                if found.kind in told:
                    job = Job(found.id, found.kind, found.lane, found.body, found.attempts)
                    told[found.kind](conn, job, None, reason)

            is_buried = review.bury(conn, job_id, reason, utc_now(), tell)
        if not is_buried:
            raise click.ClickException(f"job {job_id} does not wait: `jobs show {job_id}` says what became of it")
        click.echo(f"job {job_id} is buried")

    return bury
