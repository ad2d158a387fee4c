"""Transactions as the API gives them. Counts are what happened, `stored` what was kept of it."""

from pydantic import BaseModel


class TransactionRow(BaseModel):
    """A transaction over a range. `sample_rate` below 1: counts are estimated from that share."""

    service: str
    name: str
    op: str
    count: int
    stored: int
    sample_rate: float
    per_minute: float
    failed: int
    failure_rate: float
    p50_ns: float
    p75_ns: float
    p95_ns: float
    p99_ns: float
    apdex: float | None
    apdex_ms: int
    users: int
    miserable_users: int
    misery: float
    time_spent_ns: int
    time_share: float


class TransactionList(BaseModel):
    """A page of transactions, and what all of them come to."""

    items: list[TransactionRow]
    transactions: int
    count: int
    stored: int
    sample_rate: float
    time_spent_ns: int
    next_cursor: str | None


class Before(BaseModel):
    """What a transaction was in the range before."""

    count: int
    per_minute: float
    failure_rate: float
    p95_ns: float


class Trend(BaseModel):
    """One transaction over time, a value a bucket; `previous` is null when it did not run before."""

    service: str
    name: str
    op: str
    per_minute: list[float]
    p95_ns: list[float | None]
    previous: Before | None


class Trends(BaseModel):
    """Some transactions over time."""

    bucket_seconds: int
    times: list[str]
    items: list[Trend]


class TransactionBucket(BaseModel):
    """A stretch of time of one transaction."""

    time: str
    per_minute: float
    count: int
    failed: int
    p50_ns: float | None
    p75_ns: float | None
    p95_ns: float | None
    p99_ns: float | None


class DurationClass(BaseModel):
    """How many took `[from_ns, to_ns)`."""

    from_ns: int
    to_ns: int
    count: int
    stored: int
    failed: int


class StatusCount(BaseModel):
    """How many ended so."""

    status_code: str
    status_message: str
    http_status_code: int
    failed: bool
    count: int
    stored: int


class TransactionRelease(BaseModel):
    """A transaction in one release; `began` is when the release was seen first anywhere."""

    release: str
    began: str | None
    first_time: str
    last_time: str
    count: int
    failure_rate: float
    p50_ns: float
    p95_ns: float


class TransactionSummary(BaseModel):
    """One transaction; `now` is null when it did not run in the range."""

    now: TransactionRow | None
    previous: TransactionRow | None
    bucket_seconds: int
    buckets: list[TransactionBucket]
    durations: list[DurationClass]
    statuses: list[StatusCount]
    releases: list[TransactionRelease]


class Example(BaseModel):
    """One run of a transaction."""

    time: str
    duration_ns: int
    trace_id: str
    span_id: str
    status_code: str
    status_message: str
    http_status_code: int
    failed: bool
    release: str
    user_id: str


class Examples(BaseModel):
    """Traces to look at."""

    slowest: list[Example]
    typical: list[Example]
    failed: list[Example]


class Work(BaseModel):
    """Spans that did the same, and the time that no child of theirs explains."""

    category: str
    op: str
    name: str
    service: str
    own_ns: int
    spans: int
    share: float
    per_transaction: float


class Breakdown(BaseModel):
    """Where the time goes, over `sampled` traces; `own_ns` beyond `duration_ns` was spent at once."""

    sampled: int
    spans: int
    duration_ns: int
    own_ns: int
    parts: list[Work]


class Facet(BaseModel):
    """A value that slow ones have `lift` times as often as all."""

    field: str
    value: str
    count: int
    slow: int
    share: float
    slow_share: float
    lift: float
    deviations: float


class Facets(BaseModel):
    """What the slowest tenth of `sampled` has in common."""

    sampled: int
    slow: int
    slow_from_ns: int | None
    items: list[Facet]


class TransactionIssue(BaseModel):
    """Errors of one group that happened in a transaction."""

    fingerprint: str
    title: str
    culprit: str
    level: str
    count: int
    users: int
    last_time: str


class AffectedUser(BaseModel):
    """A user whom it failed or kept waiting for more than 4 T."""

    user_id: str
    stored: int
    failed: int
    kept_waiting: int
    p95_ns: float
    last_time: str


class Impact(BaseModel):
    """Errors and users of a transaction."""

    issues: list[TransactionIssue]
    users: list[AffectedUser]
