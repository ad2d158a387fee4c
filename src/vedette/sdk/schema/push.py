"""Declarations to the server, which shows them beside what it has seen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.sdk.exporters.configuration import Dsn, SettingError
from vedette.sdk.schema.declaration import Declaration

TIMEOUT_SECONDS = 30.0


class CannotReach(Exception):
    """The server was not reached, or would not do it; says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to push to."""

    url: str
    project_id: int
    token: str

    @classmethod
    def of(cls, env: Mapping[str, str], url: str = "", project: str = "") -> "Server":
        """From options, else `VEDETTE_DSN`, with the token of `VEDETTE_API_TOKEN`. Raises CannotReach."""
        if dsn := env.get("VEDETTE_DSN", ""):
            try:
                found = Dsn.parse(dsn, "VEDETTE_DSN")
            except SettingError as error:
                raise CannotReach(str(error)) from error
            url, project = url or found.base, project or found.project
        token = env.get("VEDETTE_API_TOKEN", "")
        if not url or not project:
            raise CannotReach("set VEDETTE_DSN, or give --url and --project")
        if not project.isdecimal():
            raise CannotReach(f"the project is a number, not {project!r}")
        if not token:
            raise CannotReach("set VEDETTE_API_TOKEN to an API token of role member (Settings → API tokens)")
        return cls(url.rstrip("/"), int(project), token)


def push(server: Server, source: str, declarations: Sequence[Declaration]) -> int:
    """Replace what this source has declared in the project. Returns how many events. Raises CannotReach."""
    import urllib3  # noqa: PLC0415 - a third of the SDK's import, and for this command only

    address = f"{server.url}/api/v1/projects/{server.project_id}/event-schema"
    body = {"source": source, "events": [one.to_dict() for one in declarations]}
    try:
        answer = urllib3.PoolManager().request(
            "PUT",
            address,
            body=json.dumps(body, ensure_ascii=False).encode(),
            headers={"content-type": "application/json", "authorization": f"Bearer {server.token}"},
            timeout=TIMEOUT_SECONDS,
            retries=urllib3.Retry(2, allowed_methods=None, redirect=0),
        )
    except urllib3.exceptions.HTTPError as error:
        raise CannotReach(f"{server.url} does not answer: {error}") from error
    if answer.status != 200:
        raise CannotReach(f"{address} answered {answer.status}: {_message(answer.data)}")
    return len(declarations)


def _message(body: bytes) -> str:
    try:
        error = json.loads(body)["error"]
        return " ".join(part for part in (error["message"], error.get("hint")) if part)
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
