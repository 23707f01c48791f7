"""The served application, put together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from plancraft.access import Keys, Sessions
from plancraft.approvals.desk import Desk
from plancraft.errors import InvalidRequest, PlancraftError, StoreUnavailable, UnknownInterrupt
from plancraft.notifications import NotificationService
from plancraft.server import pages, signing_in, slack
from plancraft.server.asking import OPENAPI, refuse_undeclared
from plancraft.server.envelope import Envelope
from plancraft.server.feed import ConnectionManager, open_ids
from plancraft.server.metrics import Metrics
from plancraft.server.pages import error_page, wants_page
from plancraft.server.problems import problem_for, problem_of, respond
from plancraft.server.routes import decisions, health, lists, news, openings, waits
from plancraft.server.routes import research as research_routes
from plancraft.server.service import LookBack, Research, Service

__all__ = ["Background", "create_app"]

Background = Callable[[], Awaitable[None]]
"""Something that runs beside the handlers until it is cancelled."""
_log = logging.getLogger("plancraft.server")
_SWEEP_SECONDS = 0.5
_AGAIN_SECONDS = 1.0


def create_app(
    desk: Desk,
    *,
    public_url: str | None = None,
    background: Sequence[Background] = (),
    histories: Mapping[str, LookBack] | None = None,
    notifications: NotificationService | None = None,
    research: Research | None = None,
) -> FastAPI:
    """The application that serves the desk's requests.

    Args:
        desk: Whose requests, on whose policy.
        public_url: Where people reach it, if that is not the address a browser sends.
        background: What runs beside it; started again when it fails.
        histories: By graph, how to look at the past of its threads.
        notifications: Tells people of what happens; it sends from this process.
        research: Begins a research, where an agent for it is served.

    Raises:
        LookupError: a route does not say who may use it.
    """
    service = _service(desk, public_url)
    service.histories, service.notifications = histories or {}, notifications
    service.research = research
    beside: list[Background] = [
        service.feed.run,
        partial(_sweep, service),
        partial(_count_open, service),
    ]
    if notifications is not None:
        beside.append(notifications.run)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if notifications is not None:  # before anybody can ask, so that nothing asked is missed
            with suppress(StoreUnavailable):
                await service.call(notifications.begin)
        tasks = [asyncio.create_task(_kept_up(run)) for run in (*beside, *background)]
        yield
        service.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title="plancraft",
        description="Approvals: asked by agents, decided by people.",
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.service = service
    modules = [lists, openings, decisions, waits, health, news, signing_in, slack]
    if research is not None:
        modules.append(research_routes)
    for router in (*(module.router for module in modules), *pages.ROUTERS):
        app.include_router(router)
    app.add_exception_handler(PlancraftError, _refused)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_middleware(Envelope, metrics=service.metrics)
    refuse_undeclared(app)
    return app


def _service(desk: Desk, public_url: str | None) -> Service:
    def connected() -> int:
        return feed.connected

    metrics = Metrics(connected)
    feed = ConnectionManager(desk.store, metrics.follow)
    return Service(
        desk=desk,
        keys=Keys(desk.store, desk.clock),
        sessions=Sessions(desk.store, desk.clock),
        feed=feed,
        metrics=metrics,
        public_url=public_url,
    )


async def _kept_up(run: Background) -> None:
    while True:
        try:
            return await run()
        except Exception:  # noqa: BLE001 - what runs beside must not stay down
            _log.exception("background_failed: %r; it is started again", run)
            await asyncio.sleep(_AGAIN_SECONDS)


async def _sweep(service: Service) -> None:
    """Do what the passing of time does, to graphs' questions too."""
    reachable = True
    while True:
        try:
            await service.call(service.desk.keep_time)
            reachable = True
        except StoreUnavailable as error:
            if reachable:
                _log.warning("store_unreachable: %s", error)
            reachable = False
        await asyncio.sleep(_SWEEP_SECONDS)


async def _count_open(service: Service) -> None:
    try:
        service.metrics.known_open(await service.call(open_ids, service.store))
    except StoreUnavailable:
        await asyncio.sleep(_AGAIN_SECONDS)
        await _count_open(service)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlancraftError)
    if wants_page(request):
        return error_page(request, error)
    problem = problem_of(error)
    if problem["status"] >= 500:
        _log.warning("refused: %s", error)
    return respond(problem)


async def _misshapen(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    return respond(problem_of(InvalidRequest(problems)))


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and wants_page(request):
        return error_page(request, UnknownInterrupt("-"))
    return respond(problem_for(error.status_code, error.detail), error.headers)
