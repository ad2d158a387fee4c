"""Flask, and WSGI in general."""

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.util import FileWrapper

import flask
import pytest
from werkzeug.exceptions import HTTPException

import vedette
from tests.sdk.integrations import shop
from tests.sdk.integrations.drive import served, wsgi
from tests.sdk.integrations.shop import CASES, HEADERS, TRACE, Broken, Refused, check, identify, say
from vedette.testing import Capture, capture


def act(case: str) -> Any:
    if case == "thread":
        thread = threading.Thread(target=say, args=(case,))
        thread.start()
        thread.join()
    elif case == "executor":
        with ThreadPoolExecutor() as pool:
            pool.submit(say, case).result()
    elif case == "handled":
        shop.say_and_handle(case)
    elif case.startswith("stream"):
        return flask.Response(parts(case), mimetype="text/plain")
    else:
        say(case)
        if case == "unhandled":
            raise Broken("nobody")
        if case == "refused":
            raise Refused("somebody")
        if case == "unavailable":
            flask.abort(503)
        if case == "conflict":
            flask.abort(409)
    return "ok"


def parts(case: str) -> Iterator[str]:
    yield "a"
    say(case)
    if case == "stream_breaks":
        raise Broken("half way")
    yield "b"


def make() -> flask.Flask:
    app = flask.Flask(__name__)
    app.before_request(identify)
    app.add_url_rule("/orders/<case>", view_func=act)
    app.register_error_handler(Refused, lambda error: (str(error), 500))
    return app


MADE_BEFORE = make()


@pytest.mark.parametrize("case", CASES)
def test_one_context_in_every_signal(sent: Capture, case: str) -> None:
    check(sent, wsgi(MADE_BEFORE, f"/orders/{case}", HEADERS), case, "/orders/<case>")


def test_an_application_made_afterwards(sent: Capture) -> None:
    check(sent, wsgi(make(), "/orders/handler", HEADERS), "handler", "/orders/<case>")


def test_wrapped_explicitly_there_is_one_span(sent: Capture) -> None:
    app = vedette.wsgi(make(), user=lambda environ: "nobody is asked, for the application knows")
    answer = wsgi(vedette.wsgi(app), "/orders/handler", HEADERS)
    assert answer.status == 200
    assert [span.name for span in sent.spans if span.kind == "server"] == ["GET /orders/<case>"]
    assert app.url_map, "what the application has, it still has"


def test_an_exception_that_is_let_through(sent: Capture) -> None:
    """As in debug mode, and in tests."""
    app = make()
    app.testing = True
    answer = wsgi(app, "/orders/unhandled", HEADERS)
    assert isinstance(answer.error, Broken)
    [root] = [span for span in sent.spans if span.kind == "server"]
    assert (root.trace_id, root.status, root.attributes["http.response.status_code"]) == (TRACE, "error", 500)
    assert [error["exception"]["values"][-1]["type"] for error in sent.errors] == ["Broken"]


def test_an_error_handler_that_breaks(sent: Capture) -> None:
    app = make()

    def handle(error: HTTPException) -> str:
        raise Broken("in the handler")

    app.register_error_handler(409, handle)
    assert wsgi(app, "/orders/conflict", HEADERS).status == 500
    [error] = sent.errors
    assert error["exception"]["values"][-1]["value"] == "in the handler"


def test_by_flasks_own_client_what_follows_is_not_in_the_request(sent: Capture) -> None:
    response = make().test_client().get("/orders/stream", headers=HEADERS)
    with vedette.span("of the test"):
        assert response.data == b"ab"
    response.close()
    spans = {span.name: span for span in sent.spans}
    assert spans["work in stream"].trace_id == TRACE
    assert spans["GET /orders/<case>"].trace_id == TRACE
    assert spans["of the test"].trace_id != TRACE


def test_no_route(sent: Capture) -> None:
    assert wsgi(make(), "/größe").status == 404
    [line] = [each for each in sent.logs if each.logger == "vedette.requests"]
    assert line.message == "GET /größe 404"


def test_not_chosen_it_is_left_alone() -> None:
    with capture(integrations=("starlette",)) as sent:
        assert "x-request-id" not in wsgi(MADE_BEFORE, "/orders/handler", HEADERS).headers
        assert [span.kind for span in sent.spans] == ["internal"]


class Closing:
    """A response of a plain WSGI application: code of it runs until it is closed."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.breaks = breaks

    def __iter__(self) -> Iterator[bytes]:
        say("iteration")
        yield b"a"

    def close(self) -> None:
        if self.breaks:
            raise Broken("closing")


@pytest.mark.parametrize("breaks", [False, True])
def test_plain_wsgi_is_in_the_request_until_closed(sent: Capture, breaks: bool) -> None:
    def plain(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Closing(breaks=breaks)

    wsgi(vedette.wsgi(plain, user=lambda environ: "u1"), "/", HEADERS)
    spans = {span.name: span for span in sent.spans}
    assert spans["work in iteration"].parent_id == spans["GET"].span_id
    assert [error["contexts"]["trace"]["trace_id"] for error in sent.errors] == [TRACE] * breaks
    assert {each.attributes["user.id"] for each in sent.logs} == {"u1"}


def test_closed_while_a_part_is_made(sent: Capture) -> None:
    """As by a server that gives up on a client, in another thread."""
    response: Any = None

    def parts() -> Iterator[bytes]:
        response.close()
        yield b"a"

    def plain(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return iter(parts())

    response = vedette.wsgi(plain)({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda *_: None)
    with pytest.raises(ValueError, match="already executing"):
        list(response)
    assert [span.name for span in sent.spans] == ["GET"]


def test_lists_and_files_reach_the_server_as_they_are(sent: Capture) -> None:
    """Servers read the length of the one, and send the other by themselves."""
    for response in ([b"a"], FileWrapper(io.BytesIO(b"a"))):

        def plain(environ: Any, start_response: Any, response: Any = response) -> Any:
            start_response("200 OK", [("X-Request-Id", "own")])
            return response

        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.file_wrapper": FileWrapper}
        headers: list[tuple[str, str]] = []
        given = vedette.wsgi(plain)(environ, lambda status, told, into=headers: into.extend(told))
        assert given is response
        assert headers == [("X-Request-Id", "own")]
    assert len(sent.spans) == 2


def test_behind_a_real_server(sent: Capture) -> None:
    import requests

    with capture(trust_baggage=True) as believed:
        with served(make()) as url, vedette.context(user="u9", session="s9"):
            assert requests.get(f"{url}/orders/handler", timeout=10).status_code == 200
        kinds = {span.kind: span for span in believed.spans}  # now that the server has ended, and its span with it
        assert kinds["server"].parent_id == kinds["client"].span_id
        assert kinds["server"].attributes["session.id"] == "s9"
