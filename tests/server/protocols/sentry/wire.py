"""Build envelopes by hand, for what no SDK would send."""

import json
import time
import uuid
from typing import Any

import httpx

from tests.conftest import ProjectClient

CLIENT = httpx.Client(timeout=30, trust_env=False)  # one connection: setting one up costs more than the request


def item(kind: str, payload: Any, **headers: Any) -> bytes:
    """One item with its length; payloads that are not bytes are encoded as JSON."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return json.dumps({"type": kind, "length": len(data), **headers}).encode() + b"\n" + data + b"\n"


def envelope(*items: bytes, **headers: Any) -> bytes:
    """An envelope of ready items."""
    return json.dumps(headers).encode() + b"\n" + b"".join(items)


def error(**fields: Any) -> dict[str, Any]:
    """A small error event."""
    return {"event_id": uuid.uuid4().hex, "timestamp": time.time(), "platform": "python", "message": "boom", **fields}


def send(project: ProjectClient, body: bytes, path: str = "envelope/", **headers: str) -> httpx.Response:
    """POST with the project's key in X-Sentry-Auth."""
    auth = f"Sentry sentry_key={project.key}, sentry_version=7, sentry_client=test/1.0"
    names = {name.replace("_", "-"): value for name, value in {"X-Sentry-Auth": auth, **headers}.items()}
    return CLIENT.post(f"{project.server.url}/api/{project.id}/{path}", content=body, headers=names)


def outcomes(project: ProjectClient, outcome: str = "rejected") -> dict[tuple[str, str], int]:
    """(category, reason) → quantity of one outcome."""
    rows = project.sql(
        f"SELECT category, reason, sum(quantity) AS quantity FROM outcomes WHERE outcome = '{outcome}' GROUP BY ALL"
    )
    return {(row["category"], row["reason"]): row["quantity"] for row in rows}
