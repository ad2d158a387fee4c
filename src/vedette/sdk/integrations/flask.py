"""Flask: each application is its own WSGI middleware, and tells its routes and what its handlers turn into responses.
In effect whenever the application was made."""

from collections.abc import Iterable
from functools import partial, wraps
from types import ModuleType
from typing import Any

from vedette.sdk.integrations import running
from vedette.sdk.integrations.wsgi import MARK, Environ, StartResponse, serve
from vedette.sdk.requests import current_request


def patch(module: ModuleType) -> None:
    """Patch `flask.app`."""
    application = module.Flask
    call, dispatch = application.__call__, application.full_dispatch_request
    handle_user, handle = application.handle_user_exception, application.handle_exception

    @wraps(call)
    def call_in_request(self: Any, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if MARK in environ or running("flask") is None:
            response: Iterable[bytes] = call(self, environ, start_response)
            return response
        return serve(partial(call, self), environ, start_response)

    @wraps(dispatch)
    def full_dispatch_request(self: Any, *args: Any) -> Any:
        request = current_request()
        if request is not None:
            rule = module.request.url_rule
            request.route = rule.rule if rule is not None else ""
        return dispatch(self, *args)

    @wraps(handle_user)
    def handle_user_exception(self: Any, *args: Any) -> Any:
        request = current_request()
        if request is not None:
            request.error = args[-1]
        return handle_user(self, *args)

    @wraps(handle)
    def handle_exception(self: Any, *args: Any) -> Any:
        request = current_request()
        if request is not None:
            request.crash(args[-1])
        return handle(self, *args)

    application.__call__ = call_in_request
    application.full_dispatch_request = full_dispatch_request
    application.handle_user_exception = handle_user_exception
    application.handle_exception = handle_exception
