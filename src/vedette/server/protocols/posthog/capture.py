"""Capture: events in, rows and one result an event out. The old and the new protocol share everything but wording.

A bad event never takes its batch along: it is counted in `outcomes` with its reason and the start of its text, and
the rest is stored. Only a request without a single good event is answered 400.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from vedette.server.grouping import Names
from vedette.server.http.errors import BadRequest, RequestError, Unauthorized
from vedette.server.http.ingest import Ingest, IngestRequest, Response
from vedette.server.http.keys import IngestKey
from vedette.server.http.outcomes import Outcome
from vedette.server.protocols.posthog.body import Batch, read_batch, token_of
from vedette.server.protocols.posthog.clock import clock_error_us, parse_time
from vedette.server.protocols.posthog.event import (
    Event,
    Rejected,
    Sending,
    encode_row,
    read_event,
    with_properties_as_text,
)
from vedette.server.protocols.posthog.exception import NO_NAMES, error_row
from vedette.server.protocols.posthog.identity import said_about_people
from vedette.server.protocols.posthog.minified import read_names
from vedette.server.protocols.posthog.secrets import may_hold_secrets, scrub_events
from vedette.server.protocols.posthog.text import TooDeep, dump, dump_line
from vedette.server.store.commit import Inbound
from vedette.server.store.errors import InsertRejected
from vedette.server.store.retention import kept_days

INSERT_SETTINGS = {
    "json_type_escape_dots_in_keys": 1,
    "type_json_skip_duplicated_paths": 1,
    "input_format_try_infer_dates": 0,
    "input_format_try_infer_datetimes": 0,
    "date_time_input_format": "basic",
    # Blocks are a few MB: cutting them up for several parsers costs a tenth more CPU, and they are not done sooner.
    "input_format_parallel_parsing": 0,
    # Imports of many years of history come in one block; the engine would refuse more than 100 months.
    "max_partitions_per_insert_block": 0,
}
EVENTS = Inbound("events", "JSONEachRow", INSERT_SETTINGS)
ERRORS = Inbound("errors", "JSONEachRow", INSERT_SETTINGS)
LINKS = Inbound("identity_links", "JSONEachRow", INSERT_SETTINGS)
UPDATES = Inbound("person_updates", "JSONEachRow", INSERT_SETTINGS)

LARGE_BODY = 512 * 1024  # from here on a worker thread reads it, so that other requests do not wait
NOT_SUPPORTED = ("$snapshot", "$snapshot_items", "$$heatmap")
CLIENT_WARNING = "$$client_ingestion_warning"

Verdict = Literal["ok", "warning", "drop"]


@dataclass(slots=True)
class Result:
    """What became of one event. `uuid` is empty when it had none that reads."""

    uuid: str
    verdict: Verdict = "ok"
    details: str = ""


@dataclass(slots=True)
class Note:
    """Events of one request that share an outcome and a reason."""

    quantity: int = 0
    detail: str = ""
    sample: bytes = b""


@dataclass(slots=True)
class Prepared:
    """Rows to store, and what to tell the client and the Ingestion page; `filtered` counts values that were secrets."""

    lines: list[bytes] = field(default_factory=list)
    errors: list[bytes] = field(default_factory=list)
    links: list[bytes] = field(default_factory=list)
    updates: list[bytes] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    notes: dict[tuple[str, Outcome, str], Note] = field(default_factory=dict)
    filtered: int = 0

    def note(self, outcome: Outcome, reason: str, detail: str, raw: Any, *, category: str = "event") -> None:
        """Count one event under an outcome other than accepted; the first one is the sample."""
        note = self.notes.setdefault((category, outcome, reason), Note())
        note.quantity += 1
        if note.quantity == 1:
            note.detail = detail
            with suppress(TooDeep):
                note.sample = raw if isinstance(raw, bytes) else dump(raw)[:4096]


def find_key(ingest: Ingest, tokens: list[str]) -> IngestKey:
    """The project of a request. Raises Unauthorized: no token, a personal key, or one we do not know."""
    if not tokens:
        raise Unauthorized(
            "no project token",
            hint="send the project's key as api_key, token or properties.token",
            code="missing_token",
        )
    token = tokens[0]
    if token.startswith("phx_"):
        raise Unauthorized(
            "this is a personal API key (phx_…), not a project token",
            hint="use the project's ingest key; `vedette keys` prints it",
            code="personal_api_key",
        )
    key = ingest.keys.find(token) if token.isprintable() else None
    if key is None:
        raise Unauthorized(
            f"no project has the token {token[:8]}…", hint="`vedette keys` prints the right one", code="unknown_token"
        )
    return key


async def capture(request: IngestRequest) -> Response:
    """`/batch/`, `/e/` and their older names (v0)."""
    batch = await read_batch(request)
    ingest = request.ingest
    try:
        key = find_key(ingest, batch.tokens)
    except Unauthorized as error:
        ingest.outcomes.unauthorized("posthog", "no_key" if error.code == "missing_token" else "unknown_key")
        raise
    if request.path.startswith("/engage"):
        batch.events = [_engage(event) for event in batch.events]
    prepared = await store(request, key, batch, sent_at=batch.sent_at)
    if request.query.get("beacon") == "1":
        return Response(204)
    dropped = [result for result in prepared.results if result.verdict == "drop"]
    if dropped and len(dropped) == len(prepared.results):
        raise BadRequest(f"no event could be stored: {dropped[0].details}", code="invalid_events")
    if not dropped:
        return Response(200, b'{"status":1}')
    reasons = [
        {"index": index, "uuid": result.uuid, "detail": result.details}
        for index, result in enumerate(prepared.results)
        if result.verdict == "drop"
    ]
    return Response(200, orjson.dumps({"status": 1, "rejected": len(dropped), "details": reasons[:20]}))


async def store(request: IngestRequest, key: IngestKey, batch: Batch, *, sent_at: Any) -> Prepared:
    """Store a batch's good events and record the rest; returns when all of it is on disk."""
    names = await read_names(request.ingest, key.project_id, batch.events)
    sending = sending_of(request, key.project_id, sent_at, names)
    if batch.size > LARGE_BODY:
        prepared = await asyncio.to_thread(prepare, batch, key, sending)
    else:
        prepared = prepare(batch, key, sending)
    batch.events.clear()  # freeing them is cheap as long as the CPU's caches hold them, so not after the commit
    await _commit(request.ingest, prepared)
    outcomes = request.ingest.outcomes
    for (category, outcome, reason), note in prepared.notes.items():
        await outcomes.dropped(
            key.project_id,
            "posthog",
            category,
            reason,
            outcome=outcome,
            quantity=note.quantity,
            detail=note.detail,
            sample=note.sample,
        )
    outcomes.accepted(key.project_id, "posthog", "event", len(prepared.lines), batch.size)
    outcomes.scrubbed(key.project_id, "posthog", "event", prepared.filtered)
    return prepared


def sending_of(request: IngestRequest, project_id: int, sent_at: Any, names: Mapping[int, Names]) -> Sending:
    """What all events of this request share."""
    now_us = int(request.received_at * 1e6)
    days = kept_days(request.ingest.settings)
    return Sending(
        project_id=project_id,
        now_us=now_us,
        kept_days=days["events"],
        errors_kept_days=days["errors"],
        clock_error_us=clock_error_us(parse_time(sent_at) if sent_at is not None else None, now_us),
        ip=request.client_ip,
        user_agent=request.headers.get("user-agent", ""),
        host=request.headers.get("origin", "") or request.headers.get("host", ""),
        rules=request.ingest.rules.of(project_id),
        names=names,
    )


def prepare(batch: Batch, key: IngestKey, sending: Sending) -> Prepared:
    """Sort a batch's events into rows and rejections; the order of results is that of the events.

    Nearly all batches hold no secret, which their rows show at a look. The events of others are scrubbed and sorted in
    once more: their columns are made of their properties.
    """
    prepared = _sorted_in(batch, key, sending)
    rules = sending.rules.scrubbing
    if may_hold_secrets(b"".join(prepared.lines), key, rules):
        filtered = scrub_events(batch.events, key, rules)
        prepared = _sorted_in(batch, key, sending)
        prepared.filtered = filtered
    return prepared


def _sorted_in(batch: Batch, key: IngestKey, sending: Sending) -> Prepared:
    prepared = Prepared()
    for index, raw in enumerate(batch.events):
        prepared.results.append(_prepare_one(prepared, raw, key, sending, sending.now_us + index))
    for sample, why in batch.broken:
        prepared.note("rejected", "invalid_json", why, sample)
        prepared.results.append(Result("", "drop", f"invalid_json: {why}"))
    for repair in sorted(batch.repairs):
        prepared.note("changed", repair, f"the request's JSON was repaired: {repair}", b"")
    return prepared


def _prepare_one(prepared: Prepared, raw: Any, key: IngestKey, sending: Sending, seq: int) -> Result:
    try:
        return _sort_in(prepared, raw, key, sending, seq)
    except TooDeep as error:
        prepared.note("rejected", "nested_too_deep", str(error), b"")
        return Result("", "drop", f"nested_too_deep: {error}")


def _sort_in(prepared: Prepared, raw: Any, key: IngestKey, sending: Sending, seq: int) -> Result:
    own = token_of(raw)
    event = (
        Rejected("wrong_token", "the event names another project's token than its batch")
        if own and own != key.key and own.replace("-", "").lower() != key.key
        else read_event(raw, sending)
    )
    if isinstance(event, Event) and event.time_us < sending.oldest_us:
        # The table's TTL would drop it at once; then it must not be answered as stored.
        event = Rejected(
            "older_than_retention",
            f"{str(raw.get('timestamp'))[:80]!r} is older than the {sending.kept_days} days that events are kept; "
            "raise retention_events_days to import it",
        )
    if isinstance(event, Rejected):
        prepared.note("rejected", event.reason, event.detail, raw)
        given = raw.get("uuid") if isinstance(raw, dict) else None
        return Result(given if isinstance(given, str) else "", "drop", f"{event.reason}: {event.detail}")
    if event.name in NOT_SUPPORTED:
        prepared.note("filtered", "not_supported_yet", f"{event.name} is not stored yet", raw)
        return Result(event.uuid, "warning", "not_supported_yet")
    if event.name == CLIENT_WARNING:
        message = str(event.properties.get("$$client_ingestion_warning_message"))
        prepared.note("changed", "client_warning", message, raw)
        return Result(event.uuid)
    is_error = event.name == "$exception" and event.time_us >= sending.oldest_error_us
    if _add_rows(prepared, event, seq, sending if is_error else None):
        prepared.note("filtered", "discarded", "its issue is discarded; stored as an event only", raw, category="error")
    told: list[tuple[str, str]] = []
    if event.name == "$exception" and not is_error:
        kept = f"errors are kept for {sending.errors_kept_days} days; stored as an event only"
        prepared.note("rejected", "older_than_retention", kept, raw, category="error")
        told.append(("older_than_retention", kept))
    for reason, detail in event.changes:
        prepared.note("changed", reason, detail, raw)
        told.append((reason, detail))
    if told:
        return Result(event.uuid, "warning", "; ".join(f"{reason}: {detail}" for reason, detail in told))
    return Result(event.uuid)


def _add_rows(prepared: Prepared, event: Event, seq: int, of_errors: Sending | None) -> bool:
    """All or nothing: whatever may fail comes before the first append. Says whether its error is of a discarded
    issue, and was left out."""
    line = encode_row(event)
    said = said_about_people(event)  # before the error's row: what it takes out as secret is the person's own here
    names = of_errors.names.get(seq - of_errors.now_us, NO_NAMES) if of_errors else NO_NAMES
    row = error_row(event, of_errors.rules, names) if of_errors else None
    discarded = row is not None and of_errors is not None and of_errors.rules.discards(row["fingerprints"])
    error = dump_line(row) if row is not None and not discarded else b""
    place = {"project_id": event.row["project_id"], "seq": seq}
    prepared.lines.append(line)
    if error:
        prepared.errors.append(error)
    if said.link:
        prepared.links.append(dump_line({**place, **said.link}))
    if said.update:
        prepared.updates.append(dump_line({**place, **said.update}))
    if said.refused:
        event.changes.append(("refused_merge", said.refused))
    return discarded


async def _commit(ingest: Ingest, prepared: Prepared) -> None:
    """All tables at once. Every row is its own duplicate when re-sent, so a retry after half a failure is harmless."""
    commit = ingest.committer.commit
    waiting = [
        commit(inbound, b"".join(lines), rows=len(lines))
        for inbound, lines in ((ERRORS, prepared.errors), (LINKS, prepared.links), (UPDATES, prepared.updates))
        if lines
    ]
    if prepared.lines:
        waiting.append(_commit_events(ingest, prepared))
    if len(waiting) == 1:
        await waiting[0]
    elif waiting:
        await asyncio.gather(*waiting)


async def _commit_events(ingest: Ingest, prepared: Prepared) -> None:
    commit = ingest.committer.commit
    try:
        await commit(EVENTS, b"".join(prepared.lines), rows=len(prepared.lines))
        return
    except InsertRejected:
        pass  # some properties are JSON, yet the engine's JSON type refuses them
    for line in prepared.lines:
        try:
            await commit(EVENTS, line, rows=1)
        except InsertRejected as error:
            await commit(EVENTS, with_properties_as_text(line), rows=1)
            prepared.note("changed", "properties_kept_as_text", str(error), line[:4096])


def _engage(raw: Any) -> Any:
    """The oldest route for person properties has no event name."""
    if isinstance(raw, dict) and "event" not in raw:
        return {**raw, "event": "$identify"}
    return raw


def render_error(error: RequestError, request: IngestRequest) -> Response:
    """PostHog's error body; posthog-python prints `detail`."""
    detail = f"{error.message} ({error.hint})" if error.hint else error.message
    kind = {401: "authentication_error", 503: "server_error", 500: "server_error"}.get(error.status, "validation_error")
    headers = [("retry-after", str(error.retry_after_seconds))] if error.retry_after_seconds else []
    body = {"type": kind, "code": error.code, "detail": detail, "attr": None}
    return Response(error.status, dump(body), headers=headers)
