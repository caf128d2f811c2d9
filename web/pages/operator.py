"""The operator's pages: what needs a person's eye. For everyone else there are none."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import see_other
from web.pages.answers import first_words, for_members, found, in_place
from web.run import Result, run
from web.templating import is_partial, render


@for_members
async def jobs(request: Request) -> Response:
    """GET /operator"""
    data = (await run(request, "OperatorJobs")).data
    found(data["viewer"]["operator"])
    return render(request, "operator/jobs.html", data)


@for_members
async def retry_job(request: Request) -> Response:
    """POST /operator/jobs/{id}/retry"""
    result = await run(request, "OperatorRetryJob", id=request.path_params["id"])
    return await _changed(request, result, "The job is tried again.")


@for_members
async def discard_job(request: Request) -> Response:
    """POST /operator/jobs/{id}/discard"""
    result = await run(request, "OperatorDiscardJob", id=request.path_params["id"])
    return await _changed(request, result, "The job is forgotten.")


async def _changed(request: Request, result: Result, said: str) -> Response:
    problem = first_words(result.user_errors)
    data = (await run(request, "OperatorJobs")).data
    found(data["viewer"]["operator"])
    if not is_partial(request):
        return see_other("/operator", problem or said, kind="problem" if problem else "done")
    if problem:
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    return render(request, "operator/_jobs_changed.html", data, said=said)


routes = [
    Route("/operator", jobs),
    Route("/operator/jobs/{id}/retry", retry_job, methods=["POST"]),
    Route("/operator/jobs/{id}/discard", discard_job, methods=["POST"]),
]
