"""Django, by WSGI and by ASGI: `init()` alone."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
import pytest
from django.conf import settings

import vedette
from tests.sdk.integrations import drive, shop
from tests.sdk.integrations.shop import CASES, HEADERS, Broken, Refused, check, say
from vedette.testing import Capture, capture

settings.configure(
    SECRET_KEY="only for tests",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:vedette?mode=memory&cache=shared"}},
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        f"{__name__}.Authentication",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        f"{__name__}.Refusals",
    ],
    LOGGING_CONFIG=None,
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import middleware as auth_middleware  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.exceptions import PermissionDenied, SuspiciousOperation  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import Http404, HttpResponse, StreamingHttpResponse  # noqa: E402
from django.urls import include, path, re_path  # noqa: E402

LOOKED_UP: list[str] = []  # users that were loaded


def load_user(request: Any) -> Any:
    """Authentication's backend, with a database that is not the point here."""
    LOOKED_UP.append(request.path)
    return User(pk="u1", username="ada")


async def load_user_async(request: Any) -> Any:
    return load_user(request)


class Authentication:
    """Where a session would be read."""

    sync_capable = async_capable = True

    def __new__(cls, get_response: Any) -> Any:
        auth_middleware.auth.get_user = load_user
        auth_middleware.auth.aget_user = load_user_async
        return get_response


class Refusals:
    """An application's own handler of exceptions."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> Any:
        return HttpResponse(str(error), status=500) if isinstance(error, Refused) else None


def order(request: Any, case: str) -> Any:
    assert request.user.pk == "u1"
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
        return StreamingHttpResponse(parts(case))
    else:
        say(case)
        if case == "unhandled":
            raise Broken("nobody")
        if case == "refused":
            raise Refused("somebody")
    return HttpResponse("ok")


async def order_async(request: Any, case: str) -> Any:
    await request.auser()
    if case == "task":
        await asyncio.create_task(asyncio.to_thread(say, case))
    elif case == "stream":
        return StreamingHttpResponse(parts_async(case))
    else:
        say(case)
        if case == "unhandled":
            raise Broken("nobody")
    return HttpResponse("ok")


def parts(case: str) -> Iterator[str]:
    yield "a"
    say(case)
    if case == "stream_breaks":
        raise Broken("half way")
    yield "b"


async def parts_async(case: str) -> AsyncIterator[str]:
    yield "a"
    say(case)
    yield "b"


def denied(request: Any) -> HttpResponse:
    raise {"403": PermissionDenied, "404": Http404, "400": SuspiciousOperation}[request.path[-3:]]("no")


def nobody(request: Any) -> HttpResponse:
    return HttpResponse("nobody looked at the user")


urlpatterns = [
    path("orders/<str:case>", order),
    path("later/<str:case>", order_async),
    path("nobody", nobody),
    path("denied/<str:status>", lambda request, status: denied(request)),
    path("api/", include([re_path(r"^plans/(?P<id>\d+)$", lambda request, id: HttpResponse(id))])),
]
pytestmark = [
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
    pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning"),  # Django's, where a response breaks off
]
WSGI, ASGI = get_wsgi_application(), get_asgi_application()
DRIVEN = {"wsgi": lambda path: drive.wsgi(WSGI, path, HEADERS), "asgi": lambda path: drive.asgi(ASGI, path, HEADERS)}
HERE = [case for case in CASES if case not in ("unavailable", "conflict")]  # Django has no exceptions for these


@pytest.mark.parametrize("by", DRIVEN)
@pytest.mark.parametrize("case", HERE)
def test_one_context_in_every_signal(sent: Capture, by: str, case: str) -> None:
    check(sent, DRIVEN[by](f"/orders/{case}"), case, "/orders/<str:case>")
    gc.collect()  # files that Django leaves open, while that is no error


@pytest.mark.parametrize("case", ["handler", "task", "stream", "unhandled"])
def test_asynchronous_views(sent: Capture, case: str) -> None:
    check(sent, DRIVEN["asgi"](f"/later/{case}"), case, "/later/<str:case>")


@pytest.mark.parametrize("by", DRIVEN)
def test_a_user_that_nobody_looked_at_is_not_loaded(sent: Capture, by: str) -> None:
    LOOKED_UP.clear()
    assert DRIVEN[by]("/nobody").status == 200
    assert LOOKED_UP == []
    [root] = sent.spans
    assert "user.id" not in root.attributes
    assert root.attributes["anonymous.id"] == "victim", "attribution is all that a browser's word is good for"


@pytest.mark.parametrize("by", DRIVEN)
@pytest.mark.parametrize("status", [400, 403, 404])
def test_what_is_the_clients_error_is_none_of_ours(sent: Capture, by: str, status: int) -> None:
    assert DRIVEN[by](f"/denied/{status}").status == status
    assert sent.errors == []
    [line] = [each for each in sent.logs if each.logger == "vedette.requests"]
    assert (line.message, line.level) == (f"GET /denied/<str:status> {status}", "INFO")


def test_routes_of_regular_expressions_and_none(sent: Capture) -> None:
    DRIVEN["wsgi"]("/api/plans/7")
    assert DRIVEN["wsgi"]("/nowhere").status == 404
    assert [span.name for span in sent.spans] == [r"GET /api/plans/(?P<id>\d+)$", "GET"]
    assert sent.errors == []


def test_wrapped_explicitly_there_is_one_span(sent: Capture) -> None:
    drive.wsgi(vedette.wsgi(WSGI), "/nobody", HEADERS)
    drive.asgi(vedette.asgi(ASGI), "/nobody", HEADERS)
    assert [span.name for span in sent.spans] == ["GET /nobody", "GET /nobody"]


def test_not_chosen_it_is_left_alone() -> None:
    with capture(integrations=("flask",)) as sent:
        for driven in DRIVEN.values():
            assert "x-request-id" not in driven("/nobody").headers
        assert sent.spans == []
