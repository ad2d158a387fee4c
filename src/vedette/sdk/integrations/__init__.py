"""One file a framework or library: what makes its requests, jobs and calls part of the trace.

`init()` has each wait for its library, and imports none: an integration patches what the application has imported, or
comes to import. A patch is made once a process and stays; it asks `running()` at each call whether it is wanted.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Literal

from vedette.sdk.client import Client, get_client
from vedette.sdk.guard import failed, warn_once
from vedette.sdk.integrations.imports import when_imported

# Name → the modules it waits for. `vedette.sdk.integrations.<name>.patch(module)` is called with each.
INTEGRATIONS: dict[str, tuple[str, ...]] = {
    "starlette": ("starlette._exception_handler", "starlette.applications"),
    "fastapi": ("fastapi.applications",),
    "django": ("django.core.handlers.exception", "django.core.handlers.base", "django.core.handlers.wsgi",
               "django.core.handlers.asgi", "django.contrib.auth.middleware"),
    "flask": ("flask.app",),
    "httpx": ("httpx", "httpx2"),
    "requests": ("requests.adapters",),
    "sqlalchemy": ("sqlalchemy.engine",),
    "redis": ("redis.client", "redis.asyncio.client"),
    "celery": ("celery.signals", "celery.worker.request"),
    "arq": ("arq.connections", "arq.worker"),
    "rq": ("rq.job", "rq.worker"),
    "dramatiq": ("dramatiq.broker",),
}  # fmt: skip


def install(chosen: Literal["auto"] | tuple[str, ...]) -> None:
    """Have the chosen integrations patch their libraries: now where these are imported, else when they are."""
    if chosen != "auto":
        for name in chosen:
            if name not in INTEGRATIONS:
                warn_once(f"there is no integration {name!r}; known are {', '.join(INTEGRATIONS)}")
    for name, modules in INTEGRATIONS.items():
        if chosen == "auto" or name in chosen:
            for module in modules:
                when_imported(module, partial(_patch, name))


def running(name: str) -> Client | None:
    """The running client, where its settings want this integration."""
    client = get_client()
    if client is None:
        return None
    chosen = client.settings.integrations
    return client if chosen == "auto" or name in chosen else None


def _patch(name: str, module: ModuleType) -> None:
    try:
        patch: Callable[[ModuleType], None] = import_module(f"{__name__}.{name}").patch
        patch(module)
    except Exception as error:
        failed(f"integration {name}", error)
