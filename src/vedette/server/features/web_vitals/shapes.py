"""The answers of the web vitals' calls; contract: `docs/api.md`."""

from typing import Literal

from pydantic import BaseModel, Field

from vedette.server.features.web_vitals.vitals import Rating

Source = Literal["sentry", "otlp", "posthog"]
Metric = Literal["lcp", "inp", "cls", "fcp", "ttfb"]
By = Literal["page", "browser", "device", "os", "country", "release", "environment", "service"]


class VitalSource(BaseModel):
    """A protocol that reported vitals, and how many page loads at least."""

    source: Source
    reports: int


class VitalPart(BaseModel):
    """One vital of a part of all loads."""

    metric: Metric
    count: int = Field(description="measurements that were received")
    loads: float = Field(description="page loads they stand for: more than `count` where the SDK kept a share")
    p75: float
    score: float
    rating: Rating = Field(description="of the 75th percentile")


class WebVital(BaseModel):
    """One vital: percentiles and limits in `unit`, loads by rating; nulls where nobody measured it."""

    metric: Metric
    unit: str
    good_until: float
    poor_above: float
    weight: int = Field(description="its part of the score, in percent")
    count: int
    loads: float
    good: float
    needs_improvement: float
    poor: float
    p50: float | None
    p75: float | None
    p90: float | None
    score: float | None
    rating: Rating | None


class VitalsBucket(BaseModel):
    """One bucket of time; `p75` has the vitals that were measured in it."""

    time: str
    loads: float
    score: float | None
    p75: dict[str, float]


class WebVitals(BaseModel):
    """Web vitals of one source in a range; `source` is null when none reported."""

    source: Source | None
    sources: list[VitalSource]
    loads: float
    score: float | None
    vitals: list[WebVital]
    bucket_seconds: int
    buckets: list[VitalsBucket]


class VitalsOf(BaseModel):
    """Vitals of a page, a browser and so on; `opportunity`: points that the score of all would gain if it had 100."""

    value: str
    loads: float
    score: float | None
    opportunity: float
    vitals: list[VitalPart]


class VitalsBreakdown(BaseModel):
    """The parts with most loads; `total` is how many there are."""

    source: Source | None
    items: list[VitalsOf]
    total: int


class VitalExample(BaseModel):
    """One page load's value of one vital, with what leads on: trace, session, user, event."""

    metric: Metric
    value: float
    rating: Rating
    score: float
    time: str
    page: str
    url: str
    element: str = Field(description="what was painted, clicked or shifted, as the SDK names it")
    browser: str
    os: str
    device: str
    country: str
    release: str
    environment: str
    service: str
    trace_id: str
    span_id: str
    session_id: str
    user_id: str
    event_uuid: str
    source: Source
