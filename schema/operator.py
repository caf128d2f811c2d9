"""What the members who look after the instance see and do; nobody else learns that it is there."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import strawberry

from models import app_review, ids, job, sql
from models import operator as operators
from models.problem import Problem
from models.token import Scope
from schema.app import App, AppInput, app_of
from schema.context import asking, viewer_id
from schema.node import later, public_id
from schema.payload import USER_ERRORS, Input, UserError, attempt, not_found
from schema.scopes import needs

_ACCOUNT = needs(Scope.ACCOUNT)


@strawberry.type(description="A job that was given up.", directives=_ACCOUNT)
class Job:
    """One dead job. Its payload stays inside: it may hold what members wrote."""

    id: strawberry.ID = strawberry.field(description="Its id; the log names it too.")
    kind: str = strawberry.field(description="What it was to do.")
    attempts: int = strawberry.field(description="How often it was tried.")
    created_at: datetime = strawberry.field(description="When it was enqueued.")
    dead_at: datetime | None = strawberry.field(
        description="When it was given up; null once it is to be tried again."
    )
    error: str = strawberry.field(description="What it failed with last.")


@strawberry.type(description="The jobs of one kind that wait.", directives=_ACCOUNT)
class JobQueue:
    """One kind of jobs."""

    kind: str = strawberry.field(description="What they are to do.")
    number: int = strawberry.field(description="How many wait, those under way included.")
    oldest_at: datetime = strawberry.field(description="When the first of them is or was due.")


@strawberry.type(description="An app with its owner.", directives=_ACCOUNT)
class ReviewedApp:
    """One app as operators see it."""

    app: App = strawberry.field(description="The app.")
    owner_name: str = strawberry.field(description="The name of who registered it.")
    owner_handle: str = strawberry.field(description="Their handle.")


@strawberry.type(description="The operator's view: what needs a person's eye.", directives=_ACCOUNT)
class Operator:
    """Reached by operators only."""

    dead_jobs: list[Job] = strawberry.field(
        description="Jobs that were given up, latest first; at most 100."
    )
    queues: list[JobQueue] = strawberry.field(description="What waits, by kind.")
    apps: list[ReviewedApp] = strawberry.field(
        description="Apps: those that wait for approval, then the newest; at most 100."
    )


@strawberry.input(description="Which dead job to try again, or to forget.")
class DeadJobInput:
    """Input of retryJob and discardJob."""

    job_id: strawberry.ID = strawberry.field(description="A job that was given up.")


@strawberry.type(description="The operator's view after the act.")
class OperatorPayload:
    """Payload of an operator's acts."""

    operator: Operator | None = strawberry.field(default=None, description="What is left.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


def load_operator() -> Operator | None:
    """The operator's view; None for everyone else."""
    viewer = asking().viewer
    if viewer is None or not viewer.is_operator:
        return None
    return Operator(dead_jobs=later(_dead_jobs), queues=later(_queues), apps=later(_apps))


async def _dead_jobs() -> list[Job]:
    return [job_of(row) for row in await job.dead()]


async def _queues() -> list[JobQueue]:
    return [
        JobQueue(kind=row["kind"], number=row["number"], oldest_at=row["oldest_at"])
        for row in await job.waiting()
    ]


async def _apps() -> list[ReviewedApp]:
    return [
        ReviewedApp(app=app_of(row), owner_name=row["owner_name"], owner_handle=row["owner_handle"])
        for row in await app_review.all_apps()
    ]


def job_of(row: sql.Row) -> Job:
    """A job from its row."""
    return Job(
        id=public_id(ids.JOB, row["id"]),
        kind=row["kind"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        dead_at=row["dead_at"],
        error=row["error"],
    )


async def _to(
    prefix: str, act: Callable[[int], Awaitable[None]], text: str, refusal: Problem
) -> dict[str, Any]:
    key = ids.decode(prefix, text)
    if key is None:
        raise refusal
    await operators.act(viewer_id(), lambda: act(key), refusal)
    return {"operator": load_operator()}


def _to_a_job(act: Callable[[int], Awaitable[None]], text: str) -> Awaitable[dict[str, Any]]:
    return _to(ids.JOB, act, text, not_found("job", "jobId"))


def _to_an_app(act: Callable[[int], Awaitable[None]], text: str) -> Awaitable[dict[str, Any]]:
    return _to(ids.APP, act, text, not_found("app", "appId"))


@strawberry.type
class OperatorMutation:
    """What an operator does."""

    @strawberry.mutation(
        description="Try a job that was given up again, from its first attempt. Operators only; "
        "for others there is no such job.",
        directives=_ACCOUNT,
    )
    async def retry_job(self, input: Input[DeadJobInput]) -> OperatorPayload:
        """job.retry"""
        return await attempt(OperatorPayload, _to_a_job(job.retry, input.job_id))

    @strawberry.mutation(
        description="Forget a job that was given up. Operators only; for others there is no such "
        "job.",
        directives=_ACCOUNT,
    )
    async def discard_job(self, input: Input[DeadJobInput]) -> OperatorPayload:
        """job.discard"""
        return await attempt(OperatorPayload, _to_a_job(job.discard, input.job_id))

    @strawberry.mutation(
        description="Let members connect an app; also one that was stopped. Operators only; for "
        "others there is no such app.",
        directives=_ACCOUNT,
    )
    async def approve_app(self, input: Input[AppInput]) -> OperatorPayload:
        """app_review.approve"""
        return await attempt(OperatorPayload, _to_an_app(app_review.approve, input.app_id))

    @strawberry.mutation(
        description="Stop an app for everyone: its tokens are refused, and what it has open is "
        "closed, until it is approved again. Operators only; for others there is no such app.",
        directives=_ACCOUNT,
    )
    async def stop_app(self, input: Input[AppInput]) -> OperatorPayload:
        """app_review.stop"""
        return await attempt(OperatorPayload, _to_an_app(app_review.stop, input.app_id))
