"""Starlette and FastAPI: `init()` alone, before or after the application is made."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

import vedette
from tests.sdk.integrations import shop
from tests.sdk.integrations.drive import asgi, asgi_async
from tests.sdk.integrations.shop import ASYNC_CASES, HEADERS, TRACE, Broken, Refused, check, identify, say
from vedette.testing import Capture, capture

RAISED = {
    "unhandled": lambda: Broken("nobody"),
    "refused": lambda: Refused("somebody"),
    "unavailable": lambda: HTTPException(503),
    "conflict": lambda: HTTPException(409),
}


async def act(case: str) -> Response:
    """What every application does in the case of this name, but for what frameworks do differently."""
    if case == "task":
        await asyncio.create_task(asyncio.to_thread(say, case))
    elif case == "thread":
        thread = threading.Thread(target=say, args=(case,))
        thread.start()
        thread.join()
    elif case == "executor":
        await asyncio.get_running_loop().run_in_executor(None, say, case)
    elif case == "handled":
        shop.say_and_handle(case)
    elif case.startswith("stream"):
        return StreamingResponse(parts(case))
    elif case.startswith("background"):
        return PlainTextResponse("ok", background=BackgroundTask(later, case))
    else:
        say(case)
        if case in RAISED:
            raise RAISED[case]()
    return PlainTextResponse("ok")


async def parts(case: str) -> AsyncIterator[str]:
    yield "a"
    say(case)
    if case == "stream_breaks":
        raise Broken("half way")
    yield "b"


def later(case: str) -> None:
    say(case)
    if case == "background_breaks":
        raise Broken("later")


async def serve(request: Request) -> Response:
    if request.path_params["case"] == "dependency":
        await asyncio.to_thread(identify)
    else:
        identify()
    return await act(request.path_params["case"])


def refuse(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=500)


def make_starlette(**options: Any) -> Starlette:
    return Starlette(routes=[Route("/orders/{case}", serve)], exception_handlers={Refused: refuse}, **options)


def sync_identify() -> None:
    identify()


def make_fastapi() -> fastapi.FastAPI:
    app = fastapi.FastAPI(exception_handlers={Refused: refuse})
    router = fastapi.APIRouter(prefix="/orders")

    @router.get("/{case}", dependencies=[fastapi.Depends(sync_identify)])
    async def order(case: str) -> Response:
        return await act(case)

    app.include_router(router)
    return app


MADE_BEFORE = {"starlette": make_starlette(), "fastapi": make_fastapi()}


@pytest.mark.parametrize("framework", ["starlette", "fastapi"])
@pytest.mark.parametrize("case", ASYNC_CASES)
def test_one_context_in_every_signal(sent: Capture, framework: str, case: str) -> None:
    answer = asgi(MADE_BEFORE[framework], f"/orders/{case}", HEADERS)
    check(sent, answer, case, "/orders/{case}")
    raises = {"unhandled", "stream_breaks", "background_breaks"}
    assert (answer.error is not None) == (case in raises), "what the framework raises still gets to the server"


def test_an_exception_that_is_raised_again_and_again_is_an_error_each_time(sent: Capture) -> None:
    busy = HTTPException(503)

    async def endpoint(request: Request) -> Response:
        raise busy

    app = Starlette(routes=[Route("/", endpoint)])
    for _ in range(2):
        asgi(app, "/")
    first, second = (error["contexts"]["trace"]["trace_id"] for error in sent.errors)
    assert first != second
    assert {first, second} == {span.trace_id for span in sent.spans}


def test_an_application_made_afterwards(sent: Capture) -> None:
    check(sent, asgi(make_starlette(), "/orders/handler", HEADERS), "handler", "/orders/{case}")


@pytest.mark.parametrize("make", [make_starlette, make_fastapi])
def test_wrapped_explicitly_there_is_one_span(sent: Capture, make: Any) -> None:
    app = vedette.asgi(vedette.asgi(make()))
    check(sent, asgi(app, "/orders/handler", HEADERS), "handler", "/orders/{case}")
    assert app.routes, "what the application has, it still has"


def test_below_middlewares_that_run_the_application_in_another_task(sent: Capture) -> None:
    class Timed(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            with vedette.span("middleware"):
                response: Response = await call_next(request)
            return response

    app = make_starlette(middleware=[Middleware(Timed)])
    asgi(app, "/orders/unhandled", HEADERS)
    [root] = [span for span in sent.spans if span.kind == "server"]
    [line] = [each for each in sent.logs if each.logger == "vedette.requests"]
    assert (line.trace_id, line.span_id, line.message) == (TRACE, root.span_id, "GET /orders/{case} 500")
    assert len(sent.errors) == 1


def test_routes_below_mounts_and_included_routers(sent: Capture, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("a")
    inner = make_fastapi()
    outer = fastapi.FastAPI()
    outer.mount("/tenants/{tenant}", inner)
    outer.mount("/static", StaticFiles(directory=tmp_path))
    app = Starlette(routes=[Mount("/api", outer)])
    for path in ("/api/tenants/acme/orders/handler", "/api/static/a.txt", "/nowhere"):
        asgi(app, path)
    assert [span.name for span in sent.spans if span.kind == "server"] == [
        "GET /api/tenants/{tenant}/orders/{case}",
        "GET /api/static/{path}",
        "GET",
    ]


def test_a_route_known_by_its_endpoint_only(sent: Capture) -> None:
    """As before Starlette 1.0."""

    async def endpoint(request: Request) -> Response:
        request.scope.pop("route")
        return PlainTextResponse("ok")

    asgi(Starlette(routes=[Mount("/api", routes=[Route("/plans/{id}", endpoint)])]), "/api/plans/7")
    assert [span.name for span in sent.spans] == ["GET /api/plans/{id}"]


def test_a_client_that_goes_away(sent: Capture) -> None:
    async def endless() -> AsyncIterator[str]:
        while True:
            yield "part"
            await asyncio.sleep(0.001)

    async def stream(request: Request) -> Response:
        return StreamingResponse(endless())

    async def body(request: Request) -> Response:
        await request.stream().__anext__()
        return PlainTextResponse("late")

    async def wait(request: Request) -> Response:
        await asyncio.sleep(60)
        return PlainTextResponse("late")

    app = Starlette(routes=[Route("/stream", stream), Route("/wait", wait)])
    asgi(app, "/stream", leave_after=3)

    async def cancelled() -> None:
        task = asyncio.create_task(asgi_async(app, "/wait"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    lines = [each.message for each in sent.logs if each.logger == "vedette.requests"]
    assert lines == ["GET /stream 200", "GET /wait 499"]
    assert sent.errors == []


def test_a_websocket_is_one_span_and_no_duration(sent: Capture) -> None:
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        identify()
        say(await socket.receive_text())
        await socket.close()

    async def breaks(socket: WebSocket) -> None:
        await socket.accept()
        raise Broken("open")

    app = Starlette(routes=[WebSocketRoute("/chat/{room}", chat), WebSocketRoute("/breaks", breaks)])
    accepted: list[dict[str, Any]] = []

    def connect(path: str) -> None:
        messages = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "room"}])

        async def receive() -> dict[str, Any]:
            return next(messages, {"type": "websocket.disconnect", "code": 1000})

        async def send(message: dict[str, Any]) -> None:
            accepted.append(message)

        headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "subprotocols": []}
        asyncio.run(app(scope, receive, send))

    connect("/chat/7")
    with pytest.raises(Broken):
        connect("/breaks")
    assert (b"x-request-id", b"req-7") in accepted[0]["headers"]
    roots = [span for span in sent.spans if span.kind == "server"]
    assert [(span.name, span.trace_id, span.status) for span in roots] == [
        ("GET /chat/{room}", TRACE, "unset"),
        ("GET /breaks", TRACE, "error"),
    ]
    assert roots[0].attributes["user.id"] == "u1"
    assert [error["exception"]["values"][-1]["value"] for error in sent.errors] == ["open"]
    assert "http.server.request.duration" not in {point.name for point in sent.metrics}


async def live(app: Any) -> list[str]:
    """What a server is told from its start to its end."""
    told: list[str] = []
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        told.append(message["type"])

    await app({"type": "lifespan", "state": {}}, receive, send)
    return told


def test_the_lifespan_is_left_alone(sent: Capture) -> None:
    told = asyncio.run(live(vedette.asgi(make_fastapi())))
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert sent.spans == []


def test_an_application_without_a_lifespan_has_ours() -> None:
    async def refuses(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError(f"only HTTP, not {scope['type']}")

    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        raise ValueError("the database is away")

    told = asyncio.run(live(vedette.asgi(refuses)))
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"], "and is flushed in between"
    with pytest.raises(ValueError, match="the database is away"):
        asyncio.run(live(vedette.asgi(breaks)))


@pytest.mark.parametrize("known", ["before", "after"])
def test_the_user_by_a_function(sent: Capture, known: str) -> None:
    """Known from the start in every record; by an inner middleware, in the last ones."""

    async def plain(scope: Any, receive: Any, send: Any) -> None:
        vedette.get_logger("shop").info("inside")
        scope["user"] = {"id": 7}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app = vedette.asgi(plain, user=lambda scope: scope["user"]["id"])
    asgi(app, "/", HEADERS, **({"user": {"id": 7}} if known == "before" else {}))
    inside, line = sent.logs
    assert inside.attributes.get("user.id") == ("7" if known == "before" else None)
    assert line.attributes["user.id"] == "7"
    assert [span.attributes["user.id"] for span in sent.spans] == ["7"]


def test_a_function_that_never_knows_is_told_of_and_hurts_nobody() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": ((b"x-request-id", b"own"),)})
        await send({"type": "http.response.body", "body": b""})

    with capture() as sent:
        answer = asgi(vedette.asgi(plain, user=lambda scope: scope["nobody"]), "/", HEADERS)
        assert (answer.status, answer.headers["x-request-id"]) == (204, "own")
        assert list(sent.failures) == ["user: KeyError"]


def test_what_the_application_sends_may_be_a_constant_of_its_own(sent: Capture) -> None:
    start = {"type": "http.response.start", "status": 200, "headers": [(b"server", b"plain")]}

    async def plain(scope: Any, receive: Any, send: Any) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    app = vedette.asgi(plain)
    ids = [asgi(app, "/").headers["x-request-id"] for _ in range(2)]
    assert ids == [span.attributes["request.id"] for span in sent.spans]
    assert start["headers"] == [(b"server", b"plain")]


def test_routes_by_their_share(sent: Capture) -> None:
    app = Starlette(routes=[Route("/healthz", lambda request: PlainTextResponse("ok")), *make_starlette().routes])
    with capture(routes={"/healthz": 0}) as quiet:
        asgi(app, "/healthz")
        asgi(app, "/orders/handler")
        assert [span.name for span in quiet.spans if span.kind == "server"] == ["GET /orders/{case}"]
        assert [each.message for each in quiet.logs if each.logger == "vedette.requests"] == ["GET /orders/{case} 200"]
        counted = [point for point in quiet.metrics if point.name == "http.server.request.duration"]
        assert len(counted) == 2, "metrics count every request"


def test_not_chosen_it_is_left_alone() -> None:
    with capture(integrations=("django",)) as sent:
        answer = asgi(MADE_BEFORE["starlette"], "/orders/handler", HEADERS)
        assert "x-request-id" not in answer.headers
        assert [span.kind for span in sent.spans] == ["internal"]


def test_when_nothing_runs() -> None:
    with vedette.context():
        answer = asgi(vedette.asgi(make_starlette()), "/orders/handler", HEADERS)
    assert (answer.status, "x-request-id" in answer.headers) == (200, False)
