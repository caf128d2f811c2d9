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


@for_members
async def apps(request: Request) -> Response:
    """GET /operator/apps"""
    data = (await run(request, "OperatorApps")).data
    found(data["viewer"]["operator"])
    return render(request, "operator/apps.html", data)


@for_members
async def approve_app(request: Request) -> Response:
    """POST /operator/apps/{id}/approval"""
    result = await run(request, "OperatorApproveApp", id=request.path_params["id"])
    return await _changed(request, result, "Every member can connect it now.", "apps")


@for_members
async def stop_app(request: Request) -> Response:
    """POST /operator/apps/{id}/stop"""
    result = await run(request, "OperatorStopApp", id=request.path_params["id"])
    return await _changed(request, result, "The app is stopped.", "apps")


async def _changed(request: Request, result: Result, said: str, which: str = "jobs") -> Response:
    problem = first_words(result.user_errors)
    data = (await run(request, f"Operator{which.title()}")).data
    found(data["viewer"]["operator"])
    if not is_partial(request):
        path = "/operator" if which == "jobs" else f"/operator/{which}"
        return see_other(path, problem or said, kind="problem" if problem else "done")
    if problem:
        return await in_place(request, "_problem.html", 422, request=None, text=problem)
    return render(request, f"operator/_{which}_changed.html", data, said=said)


routes = [
    Route("/operator", jobs),
    Route("/operator/jobs/{id}/retry", retry_job, methods=["POST"]),
    Route("/operator/jobs/{id}/discard", discard_job, methods=["POST"]),
    Route("/operator/apps", apps),
    Route("/operator/apps/{id}/approval", approve_app, methods=["POST"]),
    Route("/operator/apps/{id}/stop", stop_app, methods=["POST"]),
]
