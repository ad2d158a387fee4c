"""Starlette: each application is its own ASGI middleware, and tells of exceptions that its handlers turn into
responses. In effect whenever the application was made."""

import sys
from functools import partial, wraps
from types import ModuleType
from typing import Any

from vedette.sdk.integrations import running
from vedette.sdk.integrations.asgi import MARK, App, Receive, Scope, Send, serve
from vedette.sdk.requests import current_request


def patch(module: ModuleType) -> None:
    """Patch `starlette._exception_handler` or `starlette.applications`."""
    if module.__name__ == "starlette.applications":
        patch_call(module.Starlette, "starlette")
    else:
        observe_handlers(module)


def patch_call(application: type[Any], name: str) -> None:
    """Have an application class that speaks ASGI go through `serve`."""
    call = application.__call__

    @wraps(call)
    async def call_in_request(self: Any, scope: Scope, receive: Receive, send: Send) -> None:
        if MARK in scope or running(name) is None:
            await call(self, scope, receive, send)
        else:
            await serve(partial(call, self), scope, receive, send)

    application.__call__ = call_in_request


def observe_handlers(module: ModuleType) -> None:
    """An exception that a handler is found for never leaves the application: look at it on its way to the handlers.
    Once; `module` is `starlette._exception_handler`."""
    original = module.wrap_app_handling_exceptions
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def wrap_app_handling_exceptions(app: App, conn: Any) -> App:
        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            except Exception as error:
                request = current_request()
                if request is not None:
                    request.error = error
                raise

        wrapped: App = original(observed, conn)
        return wrapped

    for name in (module.__name__, "starlette.middleware.exceptions", "starlette.routing", "fastapi.routing"):
        importer = sys.modules.get(name)
        if getattr(importer, "wrap_app_handling_exceptions", None) is original:
            importer.wrap_app_handling_exceptions = wrap_app_handling_exceptions  # type: ignore[union-attr]
