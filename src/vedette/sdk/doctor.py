"""`vedette doctor`: one record of every signal through every configured target, and what became of each.

The targets are the application's own, by the same settings; only what watches them is added. Where the target is a
vedette server and `VEDETTE_API_TOKEN` is set, the records are read back as well.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count as counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import uuid4

import vedette
from vedette.sdk import exporters
from vedette.sdk.client import get_client
from vedette.sdk.context import trace_ids
from vedette.sdk.delivery.lane import Delivered, HttpLane, Lane, Response, Retry, Signal, Split, Verdict
from vedette.sdk.exporters.configuration import SettingError
from vedette.sdk.schema.push import CannotReach, Server
from vedette.sdk.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

CANARY = "vedette_doctor_checked"  # the event; the metric is vedette.doctor.checks
METRIC = "vedette.doctor.checks"
READ_BACK_SECONDS = 15.0
ADVICE = {
    401: "the key is not known there: check it",
    403: "the key may not send this: check it, and what the plan allows",
    404: "nothing listens at this URL: check host, region and project",
    413: "the backend takes less in one request than its documentation says",
    429: "the backend asks to slow down: it is a limit or a quota",
}


class DoctorCanary(Exception):
    """The error that the doctor reports; it may be resolved or deleted wherever it shows."""


@dataclass(slots=True)
class Attempt:
    """One batch that a lane delivered."""

    verdict: Verdict | None = None
    status: int = 0
    seconds: float = 0.0
    problem: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the backend has it all."""
        return isinstance(self.verdict, Delivered) and not self.verdict.rejected and not self.problem

    def words(self) -> str:
        """What was answered, and how soon."""
        parts = [str(self.status)] if self.status else []
        match self.verdict:
            case Delivered(rejected, reason) if rejected or reason:
                parts.append(f"{rejected} rejected: {reason}")
            case Split():
                parts.append("too large")
            case Delivered() | None:
                parts += [self.problem] if self.problem else []
            case verdict:
                parts = [verdict.reason]
        return f"{' '.join(parts) or 'taken'}, {self.seconds * 1000:.0f} ms"


@dataclass(eq=False)
class WatchedLane:
    """A lane that remembers what became of what it delivered."""

    lane: Lane
    attempts: list[Attempt] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.lane, name)

    def deliver(self, items: Sequence[Any], timeout_seconds: float) -> Verdict:
        """Deliver, and remember."""
        attempt = Attempt()
        self.attempts.append(attempt)
        lane = _reporting(self.lane, attempt) if isinstance(self.lane, HttpLane) else self.lane
        started = time.monotonic()
        try:
            attempt.verdict = lane.deliver(items, timeout_seconds)
        except Exception as error:
            attempt.problem = f"{type(error).__name__}: {error}"
            raise
        finally:
            attempt.seconds = time.monotonic() - started
        return attempt.verdict


def _reporting(lane: HttpLane, attempt: Attempt) -> HttpLane:
    """The same lane, telling the status of the answer."""
    from vedette.sdk.delivery.http import by_status  # noqa: PLC0415 — loaded in the lane's thread, as ever

    interpret = lane.interpret or by_status

    def told(response: Response) -> Verdict:
        attempt.status = response.status
        return interpret(response)

    return replace(lane, interpret=told)


@dataclass(eq=False)
class Target:
    """A configured exporter with its lanes watched; `problem` is why it cannot be set up."""

    name: str
    exporter: exporters.Exporter | None = None
    problem: str = ""
    watched: list[WatchedLane] = field(default_factory=list)

    def lanes(self, service: "Resource") -> list[Lane]:
        """The exporter's lanes, watched."""
        assert self.exporter is not None
        try:
            self.watched = [WatchedLane(lane) for lane in self.exporter.lanes(service)]
        except SettingError as error:
            self.problem = str(error)
        return list(self.watched)


@dataclass(frozen=True, slots=True)
class Canary:
    """The ids that every record carries."""

    trace_id: str
    span_id: str
    user_id: str
    session_id: str
    error_id: str


def targets_of(settings: Settings, env: Mapping[str, str]) -> list[Target]:
    """What the settings send to."""
    found = []
    for each in settings.export or (("vedette",) if settings.dsn else ()):
        name = each if isinstance(each, str) else each.name
        try:
            exporter = exporters.by_name(each, env, settings) if isinstance(each, str) else each
            found.append(Target(name, exporter))
        except SettingError as error:
            found.append(Target(name, problem=str(error)))
    return found


def send(targets: Sequence[Target], settings: Settings, deadline: float) -> Canary:
    """One record of each signal, in one span, through all targets; waits until they are through or time is up."""
    vedette.init(
        service=settings.service, release=settings.release, environment=settings.environment, dsn=settings.dsn,
        export=[target for target in targets if target.exporter], scrub_keys=settings.scrub_keys,
        sample=1.0, log_level="INFO", log_sample={}, log_format="off", spool="", enabled=True,
        integrations=(), propagate_threads=False,
    )  # fmt: skip
    user, session = f"doctor-{uuid4().hex[:12]}", uuid4().hex
    with vedette.context(user=user, session=session), vedette.span("vedette doctor"):
        trace_id, span_id = trace_ids()
        vedette.get_logger("vedette.doctor").info("vedette doctor was here")
        vedette.count(METRIC)
        try:
            raise DoctorCanary("vedette doctor sends this error to see that errors arrive")
        except DoctorCanary as error:
            error_id = vedette.error(error, level="info")
        vedette.track(CANARY)
    vedette.flush(deadline)
    return Canary(trace_id, span_id, user, session, error_id)


def verdicts(targets: Sequence[Target], say: Callable[[str], None]) -> bool:
    """Tell of each target and signal; whether all is well."""
    well = True
    for target in targets:
        say(f"\n{target.name}")
        if target.problem:
            say(f"  FAILED   {target.problem}")
            well = False
        for watched in sorted(target.watched, key=lambda one: list(Signal).index(one.lane.signal)):
            well &= _lane_verdict(watched, say)
    return well


def _lane_verdict(watched: WatchedLane, say: Callable[[str], None]) -> bool:
    signal = watched.lane.signal
    where = f"  {_without_keys(watched.lane.url)}" if isinstance(watched.lane, HttpLane) else ""
    if not watched.attempts:
        say(f"  FAILED   {signal:<8} nothing was sent in time{where}")
        return False
    last = watched.attempts[-1]
    tries = f", after {len(watched.attempts)} attempts" if len(watched.attempts) > 1 else ""
    say(f"  {'ok    ' if last.accepted else 'FAILED'}   {signal:<8} {last.words()}{tries}{where}")
    if not last.accepted:
        advice = ADVICE.get(last.status, "")
        if not last.status and isinstance(last.verdict, Retry):
            advice = "nothing answers there: check the address, the network and the proxy"
        if advice:
            say(f"           {'':<8} → {advice}")
    return last.accepted


def _without_keys(url: str) -> str:
    """Where it goes: neither a password nor a query is shown."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def read_back(server: Server, canary: Canary, wait_seconds: float, say: Callable[[str], None]) -> bool:
    """Look for the records on the server, by their ids; whether all are there."""
    import urllib3  # noqa: PLC0415 — loaded by then

    pool = urllib3.PoolManager()

    def rows(path: str, **query: str) -> list[dict[str, Any]]:
        address = f"{server.url}/api/v1/projects/{server.project_id}/{path}?{urlencode({'since': '-15m', **query})}"
        headers = {"authorization": f"Bearer {server.token}"}
        try:
            answer = pool.request("GET", address, headers=headers, timeout=10, retries=False)
        except urllib3.exceptions.HTTPError as error:
            raise CannotReach(f"{server.url} does not answer: {error}") from error
        if answer.status != 200:
            raise CannotReach(f"{address} answered {answer.status}: {answer.data[:200].decode(errors='replace')}")
        found: list[dict[str, Any]] = json.loads(answer.data)["items"]
        return found

    of_trace = {"trace_id": canary.trace_id}
    questions: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "span": lambda: rows("spans", **of_trace),
        "log": lambda: rows("logs", **of_trace),
        "metric": lambda: [row for row in rows("metrics", limit="1000") if row["metric_name"] == METRIC],
        "event": lambda: rows("events", event=CANARY, **of_trace),
        "error": lambda: rows("errors", **of_trace),
    }
    until = time.monotonic() + wait_seconds
    found: dict[str, list[dict[str, Any]]] = {}
    for attempt in counter():
        found |= {name: ask() for name, ask in questions.items() if not found.get(name)}
        if all(found.values()) or time.monotonic() > until:
            break
        time.sleep(min(0.2 * 2**attempt, 2.0))
    well = True
    for name, arrived in found.items():
        problem = _ids_problem(name, arrived[0], canary) if arrived else "is not there"
        say(f"  {'FAILED' if problem else 'ok    '}   {name:<8} {problem or 'arrived, with the same ids'}")
        well &= not problem
    say(f"  {server.url}/traces/{canary.trace_id}?project={server.project_id}")
    return well


def _ids_problem(name: str, row: Mapping[str, Any], canary: Canary) -> str:
    if name == "metric":  # has no ids, and must not
        return ""
    user = row.get("user_id", row.get("distinct_id"))
    wrong = [
        f"{what} is {value!r}, not {wanted!r}"
        for what, value, wanted in (
            ("user", user, canary.user_id),
            ("session", row.get("session_id"), canary.session_id),
        )
        if value != wanted
    ]
    return "; ".join(wrong)


def main(arguments: Sequence[str]) -> int:
    """Entry point of `vedette doctor`: 0 when every target took everything, 1 when one did not, 2 without targets."""
    parser = argparse.ArgumentParser("vedette doctor", description="Send a canary through every configured target.")
    parser.add_argument("--deadline", type=float, default=15.0, metavar="SECONDS", help="for all targets together")
    options = parser.parse_args(arguments)
    settings = Settings.load()
    targets = targets_of(settings, os.environ)
    if not targets:
        print(
            "vedette doctor: nothing is configured to send to. Set VEDETTE_DSN (http://KEY@host:port/PROJECT, from the "
            "Connect page), or VEDETTE_EXPORT with the variables of its targets.",
            file=sys.stderr,
        )
        return 2
    canary = send(targets, settings, options.deadline)
    print(f"service {settings.service}, environment {settings.environment}, release {settings.release or 'not set'}")
    print(f"trace {canary.trace_id}  span {canary.span_id}\nuser {canary.user_id}  session {canary.session_id}")
    print(f"error {canary.error_id}")
    well = verdicts(targets, print)
    if any(target.name == "vedette" and target.exporter for target in targets):
        well &= _look(settings, canary)
    print("\nEvery target took everything." if well else "\nNot everything arrived.")
    client = get_client()
    if client is not None:
        client.close(1.0)
    return 0 if well else 1


def _look(settings: Settings, canary: Canary) -> bool:
    if not os.environ.get("VEDETTE_API_TOKEN"):
        print("\nSet VEDETTE_API_TOKEN to see what the vedette server has stored.")
        return True
    print("\nread back from vedette")
    try:
        server = Server.of({**os.environ, "VEDETTE_DSN": settings.dsn})
        return read_back(server, canary, READ_BACK_SECONDS, print)
    except (CannotReach, OSError, ValueError, KeyError) as error:
        print(f"  FAILED   {error}")
        return False
