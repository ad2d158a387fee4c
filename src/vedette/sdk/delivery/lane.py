"""What a delivery needs to know of one destination of one signal. An exporter is nothing but a list of these."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from vedette.sdk.delivery import forks


class Signal(StrEnum):
    """What is sent. The items of each, as lanes receive them:

    - `TRACES`: `opentelemetry.sdk.trace.ReadableSpan`
    - `LOGS`: `opentelemetry.sdk._logs.ReadableLogRecord`
    - `METRICS`: `opentelemetry.sdk.metrics.export.MetricsData`, one a collection
    - `EVENTS`: a product event as PostHog's `/batch/` takes it: event, distinct_id, uuid, timestamp, properties
    - `ERRORS`: an event of Sentry's protocol: event_id, timestamp, exception, contexts.trace, user, tags, …
    """

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"
    EVENTS = "events"
    ERRORS = "errors"

    @property
    def durable(self) -> bool:
        """Whether items go through the spool on disk, as JSON, and survive restarts and outages."""
        return self in (Signal.EVENTS, Signal.ERRORS)


@dataclass(frozen=True, slots=True)
class Response:
    """What a backend answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """The backend has the batch, except for `rejected` items, which it will never take."""

    rejected: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now. `after_seconds` is what the backend asked for; None leaves it to the backoff.

    `suspect`: the backend failed at these very items (a 500), where it may well take others (a 503 takes nothing).
    """

    reason: str
    after_seconds: float | None = None
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Too large: send the halves. One item alone is refused."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The backend will never take this batch. `whole`: whatever is in it, as with a key that is wrong; otherwise
    one of its items is to blame, which a durable lane looks for so as not to lose its neighbours."""

    reason: str
    whole: bool = False


Verdict = Delivered | Retry | Split | Refused
Temporality = Literal["cumulative", "delta"]


class Lane(Protocol):
    """One signal of one target. `deliver` is called in the lane's own thread, one batch at a time."""

    @property
    def target(self) -> str:
        """The target's name in `health()`: `vedette`, `sentry`, …"""

    @property
    def signal(self) -> Signal:
        """What this lane takes."""

    @property
    def max_items(self) -> int:
        """The most items a batch may have."""

    @property
    def temporality(self) -> Temporality:
        """Of metrics only: sums since the process began, or since the last collection."""

    def deliver(self, items: Sequence[Any], timeout_seconds: float) -> Verdict:
        """Send one batch and say what became of it. What it raises counts as `Retry` when it says nothing of the items
        (OSError, ImportError, MemoryError); else one of them cannot be encoded and never can: it is looked for, by
        halves, and dropped as `invalid`."""


@dataclass(frozen=True, kw_only=True)
class HttpLane:
    """A lane that posts batches to a URL: what every vendor's exporter is made of.

    `encode` makes the body of a batch in the lane's thread. `max_bytes` bounds a body before compression: a larger
    one is split without being sent. `interpret` reads the answer; the default is `delivery.http.by_status`.
    """

    target: str
    signal: Signal
    url: str
    encode: Callable[[Sequence[Any]], bytes]
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # they hold keys
    max_items: int = 512
    max_bytes: int = 4 << 20
    compress: bool = True
    temporality: Temporality = "cumulative"
    interpret: Callable[[Response], Verdict] | None = None

    def deliver(self, items: Sequence[Any], timeout_seconds: float) -> Verdict:
        """Encode, compress, post and interpret."""
        with forks.unforked:
            from vedette.sdk.delivery.http import post_batch  # noqa: PLC0415 — urllib3 is loaded in the lane's thread

        return post_batch(self, items, timeout_seconds)
