"""Django: its WSGI and ASGI handlers are their own middlewares; the route, the user and what became a 500 are read
where Django knows them. `settings.MIDDLEWARE` stays as it is.

The user is whom Django's authentication, or another (Django REST framework's), has found by itself: a lazy
`request.user` that nobody looked at stays unevaluated, for looking at it costs a query.
"""

from collections.abc import Iterable
from functools import partial, wraps
from types import ModuleType
from typing import Any

from vedette.sdk.errors import expect
from vedette.sdk.integrations import asgi, running, wsgi
from vedette.sdk.requests import current_request


def patch(module: ModuleType) -> None:
    """Patch one of the modules that this integration waits for."""
    _PATCHES[module.__name__](module)


def _wsgi(module: ModuleType) -> None:
    handler = module.WSGIHandler
    call = handler.__call__

    @wraps(call)
    def call_in_request(
        self: Any, environ: wsgi.Environ, start_response: wsgi.StartResponse
    ) -> Iterable[bytes]:  # fmt: skip
        if wsgi.MARK in environ or running("django") is None:
            response: Iterable[bytes] = call(self, environ, start_response)
            return response
        return wsgi.serve(partial(call, self), environ, start_response)

    handler.__call__ = call_in_request


def _asgi(module: ModuleType) -> None:
    handler = module.ASGIHandler
    call = handler.__call__

    @wraps(call)
    async def call_in_request(self: Any, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if asgi.MARK in scope or running("django") is None:
            await call(self, scope, receive, send)
        else:
            await asgi.serve(partial(call, self), scope, receive, send)

    handler.__call__ = call_in_request


def _base(module: ModuleType) -> None:
    handler = module.BaseHandler
    resolve, get_response, get_response_async = (
        handler.resolve_request, handler.get_response, handler.get_response_async,
    )  # fmt: skip

    @wraps(resolve)
    def resolve_request(self: Any, request: Any) -> Any:
        match = resolve(self, request)
        ours = current_request()
        if ours is not None:
            ours.route = "/" + (match.route or "").removeprefix("^").removeprefix("/")
        return match

    @wraps(get_response)
    def get_response_and_user(self: Any, request: Any) -> Any:
        response = get_response(self, request)
        _look(request)
        return response

    @wraps(get_response_async)
    async def get_response_and_user_async(self: Any, request: Any) -> Any:
        response = await get_response_async(self, request)
        _look(request)
        return response

    handler.resolve_request = resolve_request
    handler.get_response = get_response_and_user
    handler.get_response_async = get_response_and_user_async

    process = handler.process_exception_by_middleware

    @wraps(process)
    def process_exception_by_middleware(self: Any, exception: BaseException, request: Any) -> Any:
        _note(exception)
        return process(self, exception, request)

    handler.process_exception_by_middleware = process_exception_by_middleware


def _exception(module: ModuleType) -> None:
    """Those that Django answers with a 4xx are the client's errors, though it logs them with their stacks."""
    respond = module.response_for_exception
    of_clients = (
        module.Http404, module.PermissionDenied, module.BadRequest, module.MultiPartParserError,
        module.SuspiciousOperation,
    )  # fmt: skip
    module.signals.got_request_exception.connect(_crashed, weak=False, dispatch_uid="vedette")

    @wraps(respond)
    def response_for_exception(request: Any, exc: BaseException) -> Any:
        if isinstance(exc, of_clients):
            expect(exc)
        _note(exc)
        return respond(request, exc)

    module.response_for_exception = response_for_exception  # type: ignore[attr-defined]


def _auth(module: ModuleType) -> None:
    """Who the lazy user is, from the moment that the application looks at it."""
    get_user, auser = module.get_user, getattr(module, "auser", None)

    @wraps(get_user)
    def get_user_and_tell(request: Any) -> Any:
        user = get_user(request)
        _tell(user)
        return user

    module.get_user = get_user_and_tell  # type: ignore[attr-defined]
    if auser is not None:

        @wraps(auser)
        async def auser_and_tell(request: Any) -> Any:
            user = await auser(request)
            _tell(user)
            return user

        module.auser = auser_and_tell  # type: ignore[attr-defined]


def _look(request: Any) -> None:
    """Whoever set the user of a request to a known one: nothing lazy is evaluated."""
    user = request.__dict__.get("user")
    if user is None or type(user).__name__ == "SimpleLazyObject":
        user = request.__dict__.get("_cached_user") or request.__dict__.get("_acached_user")
    if user is not None:
        _tell(user)


def _tell(user: Any) -> None:
    ours = current_request()
    if ours is None or ours.user_known:
        return
    key = getattr(user, "pk", None)
    if key is not None and getattr(user, "is_authenticated", False):
        ours.scope.user_id = str(key)


def _note(error: BaseException) -> None:
    """An exception that becomes a response: which, is not known yet."""
    ours = current_request()
    if ours is not None:
        ours.error = error


def _crashed(sender: Any, **about: Any) -> None:
    """Django's signal that it makes a 500 of an exception, the last that it handled, before it logs it."""
    ours = current_request()
    if ours is not None and ours.error is not None:
        ours.crash(ours.error)


_PATCHES = {
    "django.core.handlers.wsgi": _wsgi,
    "django.core.handlers.asgi": _asgi,
    "django.core.handlers.base": _base,
    "django.core.handlers.exception": _exception,
    "django.contrib.auth.middleware": _auth,
}
