"""`python -m saas.backfill`: thirty days of past, sent in seconds.

Product events go to PostHog's `/batch/` with `historical_migration`, errors and sessions to Sentry's envelope
endpoint, the last day's spans, logs and metrics to OTLP. Memory stays bounded: what cannot be sent yet makes the
making wait.
"""

import argparse
import asyncio
import collections
import json
import time
from collections.abc import Iterator

import httpx

from saas.backfill import incidents, lives, machines
from saas.browser import Backends

BATCH = 2500
SENDERS = 8

Request = tuple[str, str, bytes, int]
"""What it carries, URL, body, and how many."""


def requests(backends: Backends, seed: int, until: float) -> Iterator[Request]:
    """Everything there is to send, one request at a time."""
    traces = machines.Traces(until - lives.DAY, until)
    batch: list[lives.Event] = []
    for event in lives.events(seed, until):
        error = incidents.error_of(event)
        traces.add(event, error)
        if error:
            yield "errors", backends.sentry_url, incidents.envelope(error), 1
        batch.append(event)
        if len(batch) == BATCH:
            yield _batch(backends, batch)
            batch = []
    if batch:
        yield _batch(backends, batch)
    for body in incidents.session_envelopes(seed, until - lives.DAYS * lives.DAY, until):
        yield "days of sessions", backends.sentry_url, body, 1
    for path, body in traces.requests():
        yield f"{path.removeprefix('/v1/')} requests", backends.otlp_url + path, body, 1
    for path, body in machines.metric_requests(seed, until - lives.DAY, until):
        yield "metrics requests", backends.otlp_url + path, body, 1


def _batch(backends: Backends, events: list[lives.Event]) -> Request:
    # No `sent_at`: the times are right as they are, whatever the clocks say.
    body = {"api_key": backends.posthog_key, "historical_migration": True}
    batch = [{key: value for key, value in event.items() if key != "at"} for event in events]
    return "events", f"{backends.posthog_host}/batch/", json.dumps({**body, "batch": batch}).encode(), len(events)


async def send(backends: Backends, seed: int, until: float) -> dict[str, int]:
    """Send the past before `until`, and return how much of what was accepted. Raises httpx.HTTPError."""
    sent: collections.Counter[str] = collections.Counter()
    queue: asyncio.Queue[Request | None] = asyncio.Queue(maxsize=2 * SENDERS)

    async def send_from_queue(http: httpx.AsyncClient) -> None:
        while request := await queue.get():
            kind, url, body, count = request
            headers = {"content-type": "application/json"}
            if "/v1/" in url:
                headers = {"content-type": "application/x-protobuf", **backends.otlp_headers}
            elif "/envelope/" in url:
                headers = {"content-type": "application/x-sentry-envelope"}
            await post(http, url, body, headers)
            sent[kind] += count

    async with httpx.AsyncClient(timeout=60) as http, asyncio.TaskGroup() as group:
        for _ in range(SENDERS):
            group.create_task(send_from_queue(http))
        for request in requests(backends, seed, until):
            await queue.put(request)
        for _ in range(SENDERS):
            await queue.put(None)
    return dict(sent)


async def post(http: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> None:
    """Send one request; a busy server is asked again, up to five times."""
    for attempt in range(6):
        response = await http.post(url, content=body, headers=headers)
        if response.status_code not in (429, 503) or attempt == 5:
            response.raise_for_status()
            return
        await asyncio.sleep(float(response.headers.get("retry-after", 2**attempt)))


def main() -> None:
    """Send the past to where the environment says, and print what was sent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="another seed is another past (default: 1)")
    options = parser.parse_args()
    backends = Backends.from_environment()
    if not backends.otlp_url:
        parser.error("set VEDETTE_DSN first: http://KEY@host:port/PROJECT")
    started = time.monotonic()
    try:
        sent = asyncio.run(send(backends, options.seed, time.time()))
    except* httpx.HTTPError as failed:
        raise SystemExit(f"the past could not be sent: {failed.exceptions[0]}") from None
    print(f"{json.dumps(sent)} in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
