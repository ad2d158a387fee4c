"""The three services for real: one user action is one trace, one user, one session and one request in all signals."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.examples.sink import Sink, listening
from vedette.server.demo.supervisor import SERVICES, _free_ports, example_environment

EXAMPLES = Path(__file__).parents[2] / "examples"
TRACE, SESSION = "a" * 32, "0199c0de-0000-7000-8000-000000000001"


@dataclass
class Saas:
    urls: dict[str, str]
    sink: Sink
    processes: list[subprocess.Popen[bytes]]

    def call(self, service: str, path: str, body: object = None, *, trace_id: str, token: str = "") -> httpx.Response:
        headers = {
            "traceparent": f"00-{trace_id}-{'b' * 16}-01",
            "x-posthog-session-id": SESSION,
            "x-request-id": f"request-{trace_id[0]}",
        }
        if token:
            headers["authorization"] = f"Bearer {token}"
        return httpx.post(self.urls[service] + path, json=body, headers=headers, timeout=20)


@pytest.fixture(scope="module")
def saas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saas]:
    """The services, used by one user, and stopped again: everything they had to tell is in the sink."""
    ports = dict(zip(SERVICES, _free_ports(3), strict=True))
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    command = [sys.executable, "-m", "uvicorn", "--log-level", "critical", "--port"]
    with listening() as sink:
        scratch = tmp_path_factory.mktemp("saas")
        environment = {**example_environment(sink.connect, urls, scratch), "PYTHONPATH": str(EXAMPLES)}
        processes = [
            subprocess.Popen([*command, str(port), f"saas.{name}:app"], env=environment, stderr=subprocess.DEVNULL)
            for name, port in ports.items()
        ]
        try:
            wait_until(lambda: all(is_healthy(url) for url in urls.values()))
            yield Saas(urls, sink, processes)
        finally:
            for process in processes:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def used(saas: Saas) -> Sink:
    signup = {"email": "ada@acme.example", "name": "Ada", "company": "Acme", "source": "google"}
    answer = saas.call("identity", "/signup", signup, trace_id=TRACE)
    assert answer.status_code == 201, answer.text
    assert answer.headers["x-request-id"] == "request-a"
    token = answer.json()["token"]

    preview = {"plan": "team", "seats": 3, "seats_taken": 3}
    answer = saas.call("billing", "/upgrade/preview", preview, trace_id="c" * 32, token=token)
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "request-c")

    payment = {"plan": "team", "card": "4000000000000002"}
    assert saas.call("billing", "/upgrade", payment, trace_id="d" * 32, token=token).status_code == 402
    payment["card"] = "4242424242424242"
    assert saas.call("billing", "/upgrade", payment, trace_id="e" * 32, token=token).status_code == 200

    for process in saas.processes:
        process.send_signal(signal.SIGTERM)
    for process in saas.processes:  # uvicorn shuts down in order, then dies of the signal it was sent
        assert process.wait(30) in (0, -signal.SIGTERM)
    return saas.sink


def test_one_trace_through_three_services(used: Sink) -> None:
    spans = [span for span in used.spans if span["trace_id"] == TRACE]
    assert {span["service"] for span in spans} == {"identity", "billing", "workflows"}
    by_id = {span["span_id"]: span for span in spans}
    roots = [span for span in spans if span["parent_span_id"] not in by_id]
    assert [(root["name"], root["parent_span_id"]) for root in roots] == [("POST /signup", "b" * 16)]
    workspace = next(span for span in spans if span["name"] == "POST /workspaces")
    path = [workspace["service"]]
    while workspace := by_id.get(workspace["parent_span_id"]):
        path.append(workspace["service"])
    assert path == ["workflows", "billing", "billing", "identity", "identity"]


def test_all_signals_have_the_same_ids(used: Sink) -> None:
    event = next(event for event in used.events if event["event"] == "signed_up")
    user = event["distinct_id"]
    assert (event["properties"]["$trace_id"], event["properties"]["$session_id"]) == (TRACE, SESSION)

    logs = [log for log in used.logs if log["trace_id"] == TRACE]
    assert {log["service"] for log in logs} == {"identity", "billing", "workflows"}
    ids = {(log["attributes"]["user.id"], log["attributes"]["session.id"]) for log in logs}
    assert ids == {(user, SESSION)}
    assert {log["attributes"]["request.id"] for log in logs} == {"request-a"}

    downstream = [span for span in used.spans if span["service"] == "workflows"]
    assert {(span["attributes"]["user.id"], span["attributes"]["session.id"]) for span in downstream} == {
        (user, SESSION)
    }


def test_an_unhandled_error_is_reported_once_within_its_span(used: Sink) -> None:
    crashes = [error for error in used.errors if error["contexts"]["trace"]["trace_id"] == "c" * 32]
    assert [error["exception"]["values"][-1]["type"] for error in crashes] == ["ZeroDivisionError"]
    crash = crashes[0]
    user = next(event["distinct_id"] for event in used.events if event["event"] == "signed_up")
    assert crash["user"] == {"id": user}
    assert crash["tags"]["session_id"] == SESSION
    thrown = crash["exception"]["values"][-1]
    assert thrown["mechanism"]["handled"] is False
    own = [(frame["module"], frame["function"]) for frame in thrown["stacktrace"]["frames"] if frame["in_app"]]
    assert own == [("saas.billing", "preview_upgrade")]
    spans = {span["span_id"] for span in used.spans if span["trace_id"] == "c" * 32}
    assert crash["contexts"]["trace"]["span_id"] in spans
    log = next(log for log in used.logs if log["attributes"].get("sentry.event_id"))
    assert (log["attributes"]["sentry.event_id"], log["trace_id"]) == (crash["event_id"], "c" * 32)


def test_a_declined_card_is_handled(used: Sink) -> None:
    declined = next(error for error in used.errors if error["contexts"]["trace"]["trace_id"] == "d" * 32)
    assert (declined["level"], declined["fingerprint"]) == ("warning", ["payment-declined", "card_declined"])
    assert declined["exception"]["values"][-1]["mechanism"]["handled"] is True
    assert "4000000000000002" not in str(used.errors), "card numbers stay in the process"


def test_release_and_environment_are_on_everything(used: Sink) -> None:
    for row in [*used.spans, *used.logs, *used.metrics]:
        resource = row["resource"]
        assert (resource["service.version"], resource["deployment.environment.name"]) == ("1.4.0", "production")
    for error in used.errors:
        assert (error["release"], error["environment"]) == ("1.4.0", "production")
    for event in used.events:
        assert (event["properties"]["release"], event["properties"]["environment"]) == ("1.4.0", "production")
        assert event["properties"]["service"] in SERVICES


def test_business_metrics_arrive(used: Sink) -> None:
    metrics = {metric["name"]: metric for metric in used.metrics}
    assert {"identity.signups", "billing.payments", "billing.revenue", "billing.mrr"} <= metrics.keys()
    assert {"http.server.request.duration", "identity.users.active"} <= metrics.keys()


def is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.HTTPError:
        return False


def wait_until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
