"""A Redis of its own for each worker of the test run, and the processes on both sides of a queue."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.conftest import ProjectClient
from tests.sdk.integrations.jobs.shop import PARENT, TRACE

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[4]
HERE = "tests.sdk.integrations.jobs"
WORKERS = {
    "celery": [sys.executable, "-m", "celery", "-A", f"{HERE}.celery_shop", "worker", "-l", "INFO", "-c", "1",
               "--without-gossip", "--without-mingle", "--without-heartbeat"],
    "arq": [sys.executable, "-m", "arq", f"{HERE}.arq_shop.WorkerSettings"],
    "rq": [str(BIN / "rq"), "worker", "-c", f"{HERE}.rq_shop"],
    "dramatiq": [sys.executable, "-m", "dramatiq", f"{HERE}.dramatiq_shop", "--processes", "1", "--threads", "1"],
}  # fmt: skip


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without a disk, on a free port."""
    if shutil.which("redis-server") is None:
        pytest.skip("no `redis-server` on the PATH (Debian: apt-get install redis-server)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("redis") / "redis.log"
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--logfile", str(log)]
    process = subprocess.Popen([*command, "--dir", str(log.parent)])
    try:
        with redis.Redis(port=port) as client:
            wait_until(lambda: _answers(client), what=lambda: log.read_text())
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def wait_until(
    true: Callable[[], bool], seconds: float = 60, what: Callable[[], Any] = lambda: "it did not happen"
) -> None:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise AssertionError(what())
        time.sleep(0.03)


@dataclass
class Shop:
    """A web service that sends jobs, and the workers that run them, as processes of their own."""

    project: ProjectClient
    redis: redis.Redis
    env: dict[str, str]
    logs: list[Path] = field(default_factory=list)

    def send(self, module: str, code: str = "shop.within_a_request(it.send_all)") -> None:
        """Run code in a producer that has imported the module as `it`."""
        program = f"import vedette\nfrom {HERE} import shop, {module} as it\n{code}"
        env = {**self.env, "VEDETTE_SERVICE": "web"}
        subprocess.run([sys.executable, "-c", program], env=env, check=True, timeout=60)

    @contextmanager
    def worker(self, system: str, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Any]:
        """A worker, which the end of the block asks to stop (SIGTERM), and sees end by itself."""
        log = Path(self.env["VEDETTE_SPOOL"]) / f"{system}-{len(self.logs)}.log"
        log.parent.mkdir(exist_ok=True)
        self.logs.append(log)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*WORKERS[system], *arguments], env={**self.env, "VEDETTE_SERVICE": "jobs", **(env or {})},
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        try:
            yield process
            assert process.poll() is None, self.told()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) in (0, -signal.SIGTERM), self.told()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def told(self) -> str:
        return "\n".join(log.read_text()[-6000:] for log in self.logs)

    def marks(self) -> list[str]:
        return [each.decode() for each in self.redis.lrange("marks", 0, -1)]

    def wait_for(self, **marks: int) -> None:
        """Wait until jobs were run so often."""

        def all_there() -> bool:
            told = self.marks()
            return all(sum(f"done {name} " in each for each in told) >= least for name, least in marks.items())

        wait_until(all_there, what=lambda: f"{self.marks()}\n{self.told()}")

    def wait_for_mark(self, what: str) -> None:
        wait_until(lambda: any(each.startswith(what) for each in self.marks()), what=self.told)


@pytest.fixture
def shop(project: ProjectClient, redis_url: str, tmp_path: Path) -> Iterator[Shop]:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        (tmp_path / "queue").mkdir()
        dsn = project.server.url.replace("://", f"://{project.key}@") + f"/{project.id}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "OTEL_"))}
        own = {
            "VEDETTE_DSN": dsn, "VEDETTE_SPOOL": str(tmp_path / "spool"), "TEST_REDIS": redis_url,
            "TEST_FOLDER": str(tmp_path / "queue"),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "PYTHONWARNINGS": "default",
        }  # fmt: skip
        yield Shop(project, client, {**inherited, **own})


def check_one_context(project: ProjectClient, system: str, names: Mapping[str, str]) -> dict[str, Any]:
    """What the jobs wrote is of the producer's trace, user, session, request and group, in every signal, once; the job
    that another sent, too, though the worker was asked to stop while it ran.

    `names` gives the jobs' names in this queue. Returns the spans by their names, those of a name in order.
    """
    who = {"trace_id": TRACE, "user_id": "u1", "session_id": "sess-1"}
    spans: dict[str, list[Any]] = {}
    columns = "trace_id, user_id, session_id, span_id, parent_span_id, status_code, kind, attributes, service, links"
    for row in project.sql(f"SELECT name, {columns} FROM spans ORDER BY time"):
        spans.setdefault(row.pop("name"), []).append(row)
        assert who.items() <= row.items()
        assert row["attributes"]["request.id"] == "req-7"
        assert row["attributes"]["organization.id"] == "acme"
    [request], [ship], [inner] = spans["POST /orders"], spans[names["ship"]], spans["inner"]
    [charge], [bank] = spans[names["charge"]], spans["bank"]
    assert (request["service"], request["parent_span_id"]) == ("web", PARENT)
    [nap] = spans[names["nap"]]
    assert (nap["parent_span_id"], nap["attributes"]["job.outcome"]) == (spans[names["flaky"]][1]["span_id"], "ok")
    for job in (span for name in names.values() for span in spans[name]):
        assert (job["service"], job["kind"]) == ("jobs", "consumer")
        assert job is nap or job["parent_span_id"] == request["span_id"]
        assert job["attributes"]["messaging.system"] == system
        assert int(job["attributes"]["job.wait_ms"]) >= 0
    assert inner["parent_span_id"] == ship["span_id"]
    assert bank["parent_span_id"] == charge["span_id"]
    assert (ship["status_code"], ship["attributes"]["job.outcome"]) == ("unset", "ok")
    assert (charge["status_code"], charge["attributes"]["job.outcome"]) == ("error", "error")

    fields = "event_id, value, handled, span_id, level, mechanism, transaction, trace_id, user_id, session_id"
    errors = {row["value"]: row for row in project.sql(f"SELECT {fields} FROM errors FINAL")}
    handled, unhandled = errors["handled"], errors["no money"]
    for error in (handled, unhandled):
        assert who.items() <= error.items()
    assert (handled["handled"], handled["span_id"]) == (True, inner["span_id"])
    assert (unhandled["handled"], unhandled["span_id"]) == (False, bank["span_id"])
    assert (unhandled["mechanism"], unhandled["transaction"]) == ("job", names["charge"])
    assert project.sql("SELECT count() AS n FROM errors")[0]["n"] == len(errors)

    lines = project.sql(
        "SELECT body, severity_text, span_id, trace_id, user_id, session_id, attributes FROM logs "
        "WHERE scope_name IN ('shop', 'vedette.jobs')"
    )
    for line in lines:
        assert who.items() <= line.items(), line
        assert line["attributes"]["request.id"] == "req-7"
    told = {line["body"]: line for line in lines}
    assert told["shipping"]["span_id"] == inner["span_id"]
    assert told[f"{names['ship']} ok"]["span_id"] == ship["span_id"]
    assert told["slept"]["span_id"] == nap["span_id"]
    failed = told[f"{names['charge']} error"]
    assert (failed["severity_text"], failed["span_id"]) == ("ERROR", charge["span_id"])
    assert failed["attributes"]["sentry.event_id"] == unhandled["event_id"]
    assert "exception.stacktrace" not in failed["attributes"], "the error has it"

    [event] = project.sql(
        "SELECT distinct_id, trace_id, span_id, session_id, properties.`$sentry_event_id` AS error FROM events "
        "WHERE event = 'order_shipped'"
    )
    assert event == {
        "distinct_id": "u1", "trace_id": TRACE, "span_id": inner["span_id"], "session_id": "sess-1",
        "error": handled["event_id"],
    }  # fmt: skip
    check_metrics(project, names)
    return spans


def check_metrics(project: ProjectClient, names: Mapping[str, str]) -> None:
    rows = project.sql(
        "SELECT s.attributes AS attributes, p.count AS count, p.metric_name AS metric, "
        "arrayMap(e -> e.trace_id, p.exemplars) AS traces FROM metric_points AS p "
        "JOIN metric_series AS s ON s.series_id = p.series_id "
        "WHERE p.metric_name IN ('job.duration', 'shipped')"
    )
    durations = {
        (row["attributes"]["job.name"], row["attributes"]["job.outcome"]): row
        for row in rows
        if row["metric"] == "job.duration"
    }
    for name, outcome in ((names["ship"], "ok"), (names["charge"], "error")):
        assert durations[name, outcome]["count"] == 1
        assert set(durations[name, outcome]["traces"]) == {TRACE}
    assert [row["traces"] for row in rows if row["metric"] == "shipped"] == [[TRACE]]


def outcomes(spans: Mapping[str, list[Any]], name: str) -> list[str]:
    return [span["attributes"]["job.outcome"] for span in spans[name]]
