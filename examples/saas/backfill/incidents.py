"""Errors and release health of the past, as Sentry's SDKs would have sent them.

An error happens to somebody: each is made from the product event during which it happened, and has its user,
session and trace. Stack frames are those of the live services, so past and present make one issue.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import vedette
from saas.backfill.releases import release_at
from saas.browser import javascript_error
from saas.journeys import FRONTEND_BUGS
from saas.people import BROWSERS, SITE, Person

Frame = tuple[str, str, int, str]
"""Module, function, line and source line; outermost call first."""

FASTAPI: list[Frame] = [
    ("fastapi.routing", "run_endpoint_function", 381, "return await dependant.call(**values)"),
]
HTTPX: list[Frame] = [
    ("httpx._client", "get", 1768, "return await self.request("),
    ("httpx._transports.default", "map_httpcore_exceptions", 118, "raise mapped_exc(message) from exc"),
]


def error_of(event: dict[str, Any]) -> dict[str, Any] | None:
    """The Sentry event of what went wrong during a product event, mostly nothing."""
    rng = random.Random(event["uuid"])
    found = _python_error(event, rng) or _browser_error(event, rng)
    if not found:
        return None
    properties = event["properties"]
    return {
        "event_id": f"{rng.getrandbits(128):032x}",
        "timestamp": event["at"],
        "release": properties["release"],
        "environment": "production",
        **found,
        "tags": {"service": properties["service"], "session_id": properties["$session_id"], **found.get("tags", {})},
    }


def _python_error(event: dict[str, Any], rng: random.Random) -> dict[str, Any] | None:
    name, properties = event["event"], event["properties"]
    release = tuple(map(int, properties["release"].split(".")))
    if name == "payment_failed":
        frames = [
            ("saas.billing", "upgrade", 105, "charge = await payments.charge(cents, form.card)"),
            ("saas.payments", "charge", 37, "raise PaymentDeclined(code)"),
        ]
        found = _python(event, "PaymentDeclined", "card declined: card_declined", frames, "/upgrade", handled=True)
        return found | {"level": "warning", "fingerprint": ["payment-declined", properties["reason"]]}
    if name == "workflow_run" and properties["outcome"] == "failed":
        frames = [
            ("saas.workflows", "run_workflow", 120, "await _run_steps(kind, rows)"),
            ("saas.workflows", "_run_steps", 178, "_map_columns("),
            ("saas.workflows", "_map_columns", 183, "return f\"{row['name']} <{row['email']}>\""),
        ]
        return _python(event, "KeyError", "'email'", frames, "/workflows/{workflow_id}/run")
    if name == "checkout_started" and release >= (1, 4, 0) and rng.random() < 0.6:
        source = "cents -= 500 // (form.seats - form.seats_taken)"
        frames = [("saas.billing", "preview_upgrade", 95, source)]
        value = "integer division or modulo by zero"
        return _python(event, "ZeroDivisionError", value, frames, "/upgrade/preview")
    if name == "logged_in" and rng.random() < 0.006:
        source = 'answer = await billing.get(f"/subscriptions/{user.organization_id}")'
        frames = [("saas.identity", "_plan_of", 158, source), *HTTPX]
        return _python(event, "ReadTimeout", "", frames, "/login", handled=True)
    if name == "signed_up" and release < (1, 3, 2) and rng.random() < 0.05:
        frames = [
            ("saas.identity", "sign_up", 63, "await database.query("),
            ("saas.database", "query", 40, "rows = [dict(row) for row in self.connection.execute(sql, values)]"),
        ]
        return _python(event, "IntegrityError", "UNIQUE constraint failed: users.email", frames, "/signup")
    return None


def _browser_error(event: dict[str, Any], rng: random.Random) -> dict[str, Any] | None:
    path = event["properties"].get("$pathname", "")
    if event["event"] != "$pageview" or path not in FRONTEND_BUGS or rng.random() > 0.015:
        return None
    browser = next(b for b in BROWSERS if b[0] == event["properties"]["$browser"])
    user_id = event["distinct_id"] if event["properties"]["$is_identified"] else ""
    person = Person("", "", "", "", browser, ("", "", "", ""), user_id=user_id)
    found = javascript_error(person, *FRONTEND_BUGS[path])
    found["user"] = {"id": user_id} if user_id else {}
    found["contexts"]["trace"] = {"trace_id": f"{rng.getrandbits(128):032x}", "span_id": f"{rng.getrandbits(64):016x}"}
    return found | {"request": {"url": event["properties"]["$current_url"]}}


def _python(
    event: dict[str, Any], kind: str, value: str, frames: list[Frame], route: str, *, handled: bool = False
) -> dict[str, Any]:
    properties = event["properties"]
    stack = [
        {
            "module": module,
            "function": function,
            "filename": module.replace(".", "/") + ".py",
            "lineno": line,
            "context_line": "    " + source,
            "in_app": module.startswith("saas"),
        }
        for module, function, line, source in ([] if handled else FASTAPI) + frames
    ]
    module = "httpx" if kind == "ReadTimeout" else "sqlite3" if kind == "IntegrityError" else "saas.payments"
    mechanism = {"type": "generic" if handled else "http", "handled": handled}
    exception = {
        "type": kind,
        "value": value,
        "module": None if kind in ("KeyError", "ZeroDivisionError") else module,
        "mechanism": mechanism,
        "stacktrace": {"frames": stack},
    }
    return {
        "platform": "python",
        "level": "error",
        "exception": {"values": [exception]},
        "transaction": route,
        "user": {"id": event["distinct_id"]},
        "contexts": {
            "trace": {"trace_id": properties["$trace_id"], "span_id": properties["$span_id"]},
            "runtime": {"name": "CPython", "version": "3.11.7"},
        },
        "request": {"method": "POST", "url": f"{SITE.replace('app', properties['service'])}{route}"},
        "tags": {"organization": properties["$groups"]["organization"], "request_id": properties["$request_id"]},
        "sdk": {"name": "vedette.python", "version": vedette.__version__},
        "server_name": "vm",
    }


def envelope(event: dict[str, Any]) -> bytes:
    """One error as an envelope."""
    payload = json.dumps(event).encode()
    header = json.dumps({"event_id": event["event_id"]}).encode()
    return b'%b\n{"type":"event","length":%d}\n%b\n' % (header, len(payload), payload)


def session_envelopes(seed: int, since: float, until: float) -> Iterator[bytes]:
    """Requests per hour and how they ended, an envelope a day. 1.4.0 crashes more."""
    for day in range(int(since // 86400) + 1, int(until // 86400) + 1):
        items = []
        for hour in range(24):
            started = day * 86400 + hour * 3600
            if started + 3600 > until:  # only full hours: they are the same in every run
                break
            rng = random.Random(f"{seed}:sessions:{started}")
            requests = int(activity(started) * rng.uniform(900, 1100))
            release = release_at(started)
            crashed = sum(rng.random() < (0.012 if release == "1.4.0" else 0.004) for _ in range(requests))
            errored = crashed + int(requests * rng.uniform(0, 0.006))
            aggregate = {
                "started": datetime.fromtimestamp(started, UTC).isoformat(),
                "exited": requests - errored,
                "errored": errored - crashed,
                "crashed": crashed,
            }
            items.append({"aggregates": [aggregate], "attrs": {"release": release, "environment": "production"}})
        parts = [b"{}"]
        for item in items:
            parts += [b'{"type":"sessions"}', json.dumps(item).encode()]
        yield b"\n".join(parts)


def activity(seconds: float) -> float:
    """How busy the product is at a time, from 0 to 1: working hours, working days."""
    hour = seconds % 86400 / 3600
    weekend = 0.4 if (int(seconds // 86400) + 3) % 7 >= 5 else 1.0
    return weekend * (0.08 + 0.92 * max(0.0, 1 - ((hour - 13.5) / 7.5) ** 2))
