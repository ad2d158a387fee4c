"""vedette: know what is happening before your users tell you.

    import vedette

    vedette.init(service="api", release="1.4.2")        # and VEDETTE_DSN in the environment
    log = vedette.get_logger()
    log.info("order placed", order_id=42)

These are the SDK's public names. Each is loaded when it is first used, so that importing this package costs nothing.
The server is `vedette.server`, started by the `vedette` command.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.sdk.api import Health, error, flush, health, init
    from vedette.sdk.context import Scope, bind, context
    from vedette.sdk.events import group, identify, track
    from vedette.sdk.integrations.asgi import asgi
    from vedette.sdk.integrations.function import function
    from vedette.sdk.integrations.wsgi import wsgi
    from vedette.sdk.jobs import carrier, job
    from vedette.sdk.logs.structured import get_logger
    from vedette.sdk.metrics import count, gauge, timing
    from vedette.sdk.schema import Event, Money
    from vedette.sdk.schema import field as field
    from vedette.sdk.traces import span

__version__ = "0.1.0"

__all__ = [
    "Event",
    "Health",
    "Money",
    "Scope",
    "__version__",
    "asgi",
    "bind",
    "carrier",
    "context",
    "count",
    "error",
    "field",
    "flush",
    "function",
    "gauge",
    "get_logger",
    "group",
    "health",
    "identify",
    "init",
    "job",
    "span",
    "timing",
    "track",
    "wsgi",
]

_PLACES = {
    "vedette.sdk.api": ("Health", "error", "flush", "health", "init"),
    "vedette.sdk.integrations.asgi": ("asgi",),
    "vedette.sdk.integrations.function": ("function",),
    "vedette.sdk.integrations.wsgi": ("wsgi",),
    "vedette.sdk.context": ("Scope", "bind", "context"),
    "vedette.sdk.events": ("group", "identify", "track"),
    "vedette.sdk.jobs": ("carrier", "job"),
    "vedette.sdk.logs.structured": ("get_logger",),
    "vedette.sdk.metrics": ("count", "gauge", "timing"),
    "vedette.sdk.schema": ("Event", "Money", "field"),
    "vedette.sdk.traces": ("span",),
}
_PLACE = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _PLACE.get(name)
    if module is None:
        raise AttributeError(f"module 'vedette' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(module), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
