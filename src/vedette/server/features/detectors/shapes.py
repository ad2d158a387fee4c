"""What can be set of the detectors, what they say of their work, and what they keep from one sweep to the next."""

from typing import Annotated

from pydantic import BaseModel, Field

from vedette.server.features.rules.shapes import Form

Count = Annotated[int, Field(ge=2, le=1000)]
Milliseconds = Annotated[int, Field(ge=1, le=3_600_000)]


class Repeated(Form):
    """`count` equal calls under one span that together take `total_ms`."""

    enabled: bool = True
    count: Count = 5
    total_ms: Milliseconds = 100


class RepeatedHttp(Repeated):
    """The same of calls to another service."""

    total_ms: Milliseconds = 300


class Slow(Form):
    """A statement that takes `duration_ms`."""

    enabled: bool = True
    duration_ms: Milliseconds = 500


class InARow(Form):
    """`count` calls one after another under one span; at once they would take `savable_ms` less."""

    enabled: bool = True
    count: Count = 3
    savable_ms: Milliseconds = 300


class HttpInARow(InARow):
    """The same of calls to other services."""

    savable_ms: Milliseconds = 2000


class Large(Form):
    """A body of `bytes` that is sent or received in `duration_ms` or longer."""

    enabled: bool = True
    bytes: Annotated[int, Field(ge=1000, le=10**12)] = 500_000
    duration_ms: Milliseconds = 300


class DetectorSettings(Form):
    """What is looked for, and from where on it counts (docs/detectors.md)."""

    n_plus_one_db: Repeated = Repeated()
    n_plus_one_http: RepeatedHttp = RepeatedHttp()
    slow_db: Slow = Slow()
    consecutive_db: InARow = InARow()
    consecutive_http: HttpInARow = HttpInARow()
    large_http: Large = Large()


class DetectorStatus(BaseModel):
    """How far the detectors are, and what the last sweep that had spans to look at found.

    `examined` of `candidates` traces; `written` findings of `found` have a row, as a fingerprint has only so many an
    hour; `discarded` are of issues that are discarded. `skipped_seconds` were never looked at, since the server was
    away for too long. `error`: what keeps the last sweep from ending.
    """

    until: str | None
    spans: int = 0
    candidates: int = 0
    examined: int = 0
    found: int = 0
    written: int = 0
    discarded: int = 0
    waiting: int = 0
    skipped_seconds: int = 0
    error: str = ""


class Detectors(DetectorSettings):
    """The settings in force, and how the work goes."""

    version: int = 0
    status: DetectorStatus


class Met(BaseModel):
    """In how many traces the findings of an issue were met; `rows` of them are kept as its events."""

    traces: int
    rows: int
    most_rows_an_hour: int


class State(Form):
    """What is kept between sweeps: spans received before `until_ns` were looked at. `waiting` are traces that lack the
    span a call was made by, and until when they are waited for."""

    until_ns: int = 0
    waiting: dict[str, int] = Field(default_factory=dict)
    spans: int = 0
    candidates: int = 0
    examined: int = 0
    found: int = 0
    written: int = 0
    discarded: int = 0
    skipped_seconds: int = 0
    error: str = ""
