"""Questions to the `logs` table."""

import re
from typing import Any

from vedette.server.http.errors import BadRequest, NotFound
from vedette.server.http.listing import (
    Listing,
    Question,
    bucket_seconds,
    bucket_times,
    conditions_of,
    exact_time,
    sql_time,
)
from vedette.server.store.client import Store
from vedette.server.store.filters import Fields
from vedette.server.store.sql import fill, load

FIELDS = Fields(
    columns={
        **dict.fromkeys(
            ("severity_text", "body", "service", "environment", "release", "trace_id", "span_id", "session_id",
             "user_id", "event_name", "scope_name", "source"), "String"
        ),
        "severity_number": "UInt8",
    },
    maps=("attributes", "resource", "scope_attributes"),
    items={"attributes": "attribute_items"},
)  # fmt: skip

# https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
SEVERITIES = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "warning": 13, "error": 17, "fatal": 21}
WORD = re.compile(r"(?:[0-9A-Za-z]|[^\x00-\x7f])+")  # as the engine's splitByNonAlpha cuts


def words(text: str) -> tuple[str, dict[str, Any]]:
    """Every word of the text is a word of the body, case ignored: what the text index answers."""
    found = WORD.findall(text)
    if not found:
        return "positionCaseInsensitive(body, {words:String}) > 0", {"words": text}
    return "hasAllTokens(lower(body), splitByString(' ', lower({words:String})))", {"words": " ".join(found)}


LISTING = Listing(load(__package__, "list.sql"), FIELDS, "id", "String", words, edge=load(__package__, "edge.sql"))


def list_logs(store: Store, project_id: int, question: Question, severity: str | None) -> dict[str, Any]:
    """A page of log records."""
    extra, parameters = at_least(severity)
    return LISTING.page(store, project_id, question, extra=extra, parameters=parameters)


def record(store: Store, project_id: int, id_: str, time_ns: int) -> dict[str, Any]:
    """One log record by its id and time. Raises NotFound."""
    parameters = {"project_id": project_id, "id": id_.lower(), "time": sql_time(time_ns)}
    found = store.query(load(__package__, "record.sql"), parameters).dicts()
    if not found:
        raise NotFound(
            f"no log record {id_} at {exact_time(time_ns)}", hint="its time must be exact; or past retention"
        )
    return found[0]


def histogram(store: Store, project_id: int, question: Question, severity: str | None, buckets: int) -> dict[str, Any]:
    """Counts per bucket and severity, also of the buckets that have none."""
    step = bucket_seconds(question.range, buckets)
    extra, parameters = at_least(severity)
    condition, bound = conditions_of(question, FIELDS, words)
    sql = fill(load(__package__, "histogram.sql"), " AND ".join(part for part in (condition, *extra) if part))
    parameters |= {**bound, **question.range.parameters(), "project_id": project_id, "step": step}
    names = ("error", "warn", "info", "debug")
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in store.query(sql, parameters).rows}
    empty = dict.fromkeys(names, 0)
    times = bucket_times(question.range, step)
    return {
        "bucket_seconds": step,
        "buckets": [{"time": moment, "counts": found.get(moment, empty)} for moment in times],
    }


def at_least(severity: str | None) -> tuple[list[str], dict[str, Any]]:
    """`severity=warn`, or a number of OpenTelemetry's, as a condition. Raises BadRequest."""
    if severity is None:
        return [], {}
    text = severity.strip().lower()
    number = SEVERITIES.get(text) or (int(text) if re.fullmatch(r"\d{1,2}", text, re.ASCII) else None)
    if number is None:
        raise BadRequest(f"no severity {severity!r}", hint=f"use one of {', '.join(SEVERITIES)}, or 1-24")
    return ["severity_number >= {severity:UInt8}"], {"severity": number}
