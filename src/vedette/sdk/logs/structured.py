"""`get_logger()`: structlog's bound loggers, writing where everything else is written."""

import logging
import sys
import threading
from collections.abc import MutableMapping
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from vedette.sdk.client import get_client
from vedette.sdk.guard import failed

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_LEVELS = {
    "debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "warn": logging.WARNING,
    "error": logging.ERROR, "exception": logging.ERROR, "critical": logging.CRITICAL, "fatal": logging.CRITICAL,
}  # fmt: skip
_bound: type[Any] | None = None


def get_logger(name: str | None = None, **initial: Any) -> "FilteringBoundLogger":
    """A structured logger: `log.info("order placed", order_id=42)`, `log = log.bind(customer="acme")`.

    It is named like the module that asks, unless given a name. Every line carries the ids of the request or job in
    hand. It may be made before `init()`; until then it writes to the standard library's logger of that name.
    """
    if name is None:
        name = sys._getframe(1).f_globals.get("__name__", "root")
    return cast("FilteringBoundLogger", _bound_class()(_Sink(name), [write], dict(initial)))


class _Sink:
    """The end of structlog's chain: `write` has done the work by then."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, method: str) -> Any:
        if method in _LEVELS:
            return _nothing
        raise AttributeError(method)


def _nothing() -> None:
    return None


def write(logger: Any, method: str, event: MutableMapping[str, Any]) -> tuple[tuple[()], dict[str, Any]]:
    """structlog's last processor: the event goes to the delivery and the console, and is done with. Never raises."""
    try:
        _write(getattr(logger, "name", None) or "root", _LEVELS.get(method, logging.INFO), dict(event))
    except Exception as error:
        failed("log", error)
    return (), {}


def _write(name: str, level: int, event: dict[str, Any]) -> None:
    client = get_client()
    if client is not None and level < client.levels.least(name):
        return
    message = str(event.pop("event", ""))
    error = _error(event.pop("exc_info", None))
    event.pop("stack_info", None)
    if client is None:
        rest = "".join(f" {key}={value!r}" for key, value in event.items())
        logging.getLogger(name).log(level, "%s%s", message, rest, exc_info=error)
        return
    from vedette.sdk.logs.record import emit  # noqa: PLC0415 — a logger may be made long before init() loads this

    emit(client, level, name, message, event, error=error)


def _error(given: Any) -> BaseException | None:
    """What `exc_info` may be: an exception, what `sys.exc_info()` gives, or True for the one being handled."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return cast("BaseException | None", given[1])
    return sys.exc_info()[1] if given else None


def _bound_class() -> type[Any]:
    global _bound
    if _bound is None:
        load_structlog()
        from structlog._native import make_filtering_bound_logger  # noqa: PLC0415 — not before it is asked for

        _bound = make_filtering_bound_logger(logging.DEBUG)
    return _bound


class _Deferred(ModuleType):
    """The package `structlog` until something of it is asked for.

    Its `__init__` imports the console renderer, and with it all of rich where that is installed: 80 ms and 8 MB for
    what we do not use. Submodules can be imported meanwhile, and whoever uses `structlog` itself gets all of it.
    """

    def __getattr__(self, name: str) -> Any:
        with _loading:
            if type(self) is _Deferred:
                spec = cast(ModuleSpec, self.__spec__)
                self.__class__ = ModuleType  # type: ignore[assignment]
                assert spec.loader is not None
                spec.loader.exec_module(self)
                configure_structlog()
        return getattr(self, name)


_loading = threading.RLock()


def load_structlog() -> None:
    """Make structlog's submodules importable, and the package itself complete when it is used."""
    with _loading:
        if "structlog" in sys.modules:
            configure_structlog()
            return
        spec = find_spec("structlog")
        if spec is None:
            raise ModuleNotFoundError("structlog is not installed")
        module = module_from_spec(spec)
        module.__class__ = _Deferred
        sys.modules["structlog"] = module


def configure_structlog() -> None:
    """Loggers made by `structlog.get_logger()` write here too, unless the application configured structlog itself."""
    structlog = sys.modules.get("structlog")
    if structlog is None or type(structlog) is _Deferred or structlog.is_configured():
        return
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, write],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=_made,
        cache_logger_on_first_use=False,
    )


def _made(*names: Any) -> _Sink:
    return _Sink(str(names[0]) if names else "structlog")
