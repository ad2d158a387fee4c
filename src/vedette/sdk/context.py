"""What is known of the request or job in hand, in one place: every record of every signal copies it from here.

The trace and span ids are OpenTelemetry's; everything else is a `Scope`. A scope is one mutable object a request,
shared by the tasks and threads that serve it: what a handler learns deep inside (`identify`), the middleware around
it still sees when it writes the request's last records.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token, copy_context
from dataclasses import dataclass, field, replace
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from opentelemetry.trace import get_current_span

from vedette import semconv

if TYPE_CHECKING:
    from vedette.sdk.sampling import Tail

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class Scope:
    """Ids and tags of one request or job. An empty string is an id not known."""

    request_id: str = ""
    user_id: str = ""  # said by the application, or by the service that called us: never by a browser
    anonymous_id: str = ""  # what a browser says of itself: for attribution where no user is known, never for trust
    session_id: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)  # group type → key: {"organization": "acme"}
    route: str = ""  # the route's template ("/plans/{id}"), not the path
    tags: Mapping[str, str] = field(default_factory=dict)
    error_id: str = ""  # the last error reported here, 32 hex digits
    tail: "Tail | None" = None  # records that wait for the request to end, where it is sampled out

    @property
    def distinct_id(self) -> str:
        """Whose events these are: the user, else what the browser called them."""
        return self.user_id or self.anonymous_id


_scope: ContextVar[Scope | None] = ContextVar("vedette_scope", default=None)
_process = Scope()


def current() -> Scope:
    """The scope in hand; outside of any, the process's own."""
    return _scope.get() or _process


def enter(scope: Scope) -> Token[Scope | None]:
    """Make a scope the current one. Give the token to `leave`."""
    return _scope.set(scope)


def leave(token: Token[Scope | None]) -> None:
    """Back to the scope before. In another context than `enter`'s (a generator closed elsewhere) there is none."""
    try:
        _scope.reset(token)
    except ValueError:
        _scope.set(None)


def forget() -> None:
    """Empty the process's own scope, as at the start of a process."""
    global _process
    _process = Scope()


@contextmanager
def context(
    *,
    user: str | None = None,
    session: str | None = None,
    request: str | None = None,
    group: Mapping[str, str] | None = None,
    **tags: str,
) -> Iterator[Scope]:
    """Bind ids and tags for a block: a job, a message, a test. What is not given is inherited."""
    outer = current()
    inner = replace(
        outer,
        user_id=outer.user_id if user is None else user,
        session_id=outer.session_id if session is None else session,
        request_id=outer.request_id if request is None else request,
        groups={**outer.groups, **(group or {})},
        tags={**outer.tags, **tags},
    )
    token = enter(inner)
    try:
        yield inner
    finally:
        leave(token)


class _Bound:
    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.context = copy_context()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.context.copy().run(self.function, *args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process go the ids: contexts themselves cannot."""
        from vedette.sdk.jobs import carrier, resumed  # noqa: PLC0415 — it builds on this module

        return resumed, (self.function, self.context.copy().run(carrier))


def bind(function: Callable[P, R]) -> Callable[P, R]:
    """The function, to be called later or elsewhere (a thread, an executor, a callback, another process) in the
    context of now."""
    return cast(Callable[P, R], update_wrapper(_Bound(function), function, updated=()))


def attributes(scope: Scope) -> dict[str, str]:
    """A scope as attributes of spans and log records."""
    found: dict[str, str] = {}
    if scope.user_id:
        found[semconv.USER_ID] = scope.user_id
    elif scope.anonymous_id:
        found[semconv.ANONYMOUS_ID] = scope.anonymous_id
    if scope.session_id:
        found[semconv.SESSION_ID] = scope.session_id
    if scope.request_id:
        found[semconv.REQUEST_ID] = scope.request_id
    if scope.groups:
        for kind, key in scope.groups.items():
            found[semconv.group_attribute(kind)] = key
    if scope.tags:
        found.update(scope.tags)
    return found


def trace_ids() -> tuple[str, str]:
    """(trace id of 32 hex digits, span id of 16), or two empty strings outside of any span."""
    span = get_current_span().get_span_context()
    return (f"{span.trace_id:032x}", f"{span.span_id:016x}") if span.is_valid else ("", "")
