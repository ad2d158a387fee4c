"""The SDK in a process of its own: starting, ending, forking, and living with what the application has."""

import http.server
import json
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import vedette
from vedette.exporters import PostHog

OTLP_NAMES = {"/v1/traces", "/v1/logs", "/v1/metrics"}


@dataclass
class Receiver:
    """Takes whatever is posted."""

    url: str
    posts: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return f"http://k3y@{urlsplit(self.url).netloc}/1"

    def paths(self) -> set[str]:
        return {path for path, _ in self.posts}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    import gzip

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            taken.posts.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    taken = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield taken
    server.shutdown()
    server.server_close()
    thread.join()


def run(code: str, *, expect: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c", textwrap.dedent(code)], check=False,
        capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin", "HOME": "/nonexistent", **env},
    )  # fmt: skip
    assert done.returncode == expect, done.stderr
    return done


def test_importing_the_package_loads_nothing() -> None:
    code = """
        import sys
        before = set(sys.modules)
        import vedette
        new = {name for name in set(sys.modules) - before if name.partition(".")[0] not in sys.stdlib_module_names}
        print(sorted(new), "asyncio" in sys.modules, "logging" in sys.modules)
        assert set(vedette.__all__) <= set(dir(vedette))
    """
    assert run(code).stdout == "['vedette'] False False\n"


def test_every_public_name_is_there_and_documented() -> None:
    for name in vedette.__all__:
        found = getattr(vedette, name)
        assert name == "__version__" or found.__doc__, name
    with pytest.raises(AttributeError):
        vedette.nothing_of_the_kind  # noqa: B018


def test_one_line_sends_all_five_signals(receiver: Receiver) -> None:
    code = """
        import vedette
        vedette.init(service="shop", release="1.2", spool="", log_format="off")
        with vedette.context(user="u1"), vedette.span("work"):
            vedette.get_logger().info("hello")
            vedette.count("orders")
            vedette.track("signed_up")
            try:
                1 / 0
            except ZeroDivisionError:
                vedette.error()
    """
    run(code, VEDETTE_DSN=receiver.dsn)
    assert receiver.paths() == {*OTLP_NAMES, "/batch/", "/api/1/envelope/"}
    bodies = {path: body for path, body in receiver.posts}
    assert all(b"shop" in body for body in bodies.values())
    [event] = json.loads(bodies["/batch/"])["batch"]
    trace_id = event["properties"]["$trace_id"]
    error = json.loads(bodies["/api/1/envelope/"].splitlines()[2])
    assert error["contexts"]["trace"]["trace_id"] == trace_id
    assert error["release"] == "1.2"
    assert bytes.fromhex(trace_id) in bodies["/v1/traces"]
    assert bytes.fromhex(trace_id) in bodies["/v1/logs"]


def test_an_exception_that_ends_the_process_is_sent(receiver: Receiver) -> None:
    code = """
        import vedette
        vedette.init(spool="", log_format="off")
        def run(): raise RuntimeError("the end")
        run()
    """
    done = run(code, VEDETTE_DSN=receiver.dsn, expect=1)
    assert done.stderr.endswith("RuntimeError: the end\n")
    [(_, body)] = [post for post in receiver.posts if post[0] == "/api/1/envelope/"]
    event = json.loads(body.splitlines()[2])
    assert (event["level"], event["exception"]["values"][0]["mechanism"]["handled"]) == ("fatal", False)


def test_init_is_idempotent_and_later_settings_replace_earlier() -> None:
    code = """
        import logging, sys, threading, vedette
        from vedette.sdk.client import get_client
        hook, handlers = sys.excepthook, list(logging.getLogger().handlers)
        for _ in range(3):
            vedette.init(service="a", export="console", log_format="off", spool="")
        first, level = get_client(), logging.getLogger().level
        assert len(logging.getLogger().handlers) == len(handlers) + 1
        vedette.init(service="b", export="console", log_format="off", spool="", log_level="ERROR")
        second = get_client()
        assert first.closed and not second.closed and second is not first
        assert second.resource.attributes["service.name"] == "b"
        assert (level, logging.getLogger().level) == (20, 40)
        with vedette.span("s"): pass
        vedette.init(enabled=False)
        assert get_client() is None and second.closed
        assert sys.excepthook is hook and logging.getLogger().handlers == handlers
        assert logging.getLogger().level == 30
        with vedette.span("s") as span: assert not span.is_recording()
        assert vedette.health().failures == {}
    """
    run(code)


def test_what_is_wrong_is_told_and_raises_nothing(receiver: Receiver) -> None:
    code = """
        import vedette
        vedette.init(dsn="nonsense", sample="much", log_format="json", spool="")
        vedette.init(export=["nowhere", "vedette", object()], log_format="json", spool="", typo=1)
        vedette.count("x"); vedette.track("x"); vedette.get_logger().info("works")
        assert vedette.flush(5)
    """
    done = run(code, VEDETTE_DSN=receiver.dsn)
    told = [json.loads(line) if line.startswith("{") else {"message": line} for line in done.stderr.splitlines()]
    text = "\n".join(line["message"] for line in told)
    assert "sample='much'" in text and "nowhere" in text and "typo" in text
    assert "k3y" not in text
    assert receiver.paths() >= {"/v1/logs", "/v1/metrics", "/batch/"}, "the target that is right works"


def test_without_a_dsn_nothing_is_sent_and_nothing_said() -> None:
    code = """
        import vedette
        vedette.init()
        vedette.track("x"); vedette.count("x")
        vedette.get_logger("app").info("only here")
        print(vedette.health().targets)
    """
    done = run(code)
    assert done.stdout == "{}\n"
    assert done.stderr.endswith("only here app\n") and len(done.stderr.splitlines()) == 1


def test_debug_tells_more() -> None:
    code = """
        import vedette
        from vedette.sdk.guard import failed
        vedette.init(service="x", export="console", spool="", log_format="console", debug={debug})
        for _ in range(2): failed("part", ValueError("v"))
    """
    quiet, loud = (run(code.replace("{debug}", debug)).stderr for debug in ("False", "True"))
    assert "sends to" not in quiet and quiet.count("part failed") == 1
    assert "x sends to console (errors), console (events), " in loud
    assert loud.count("part failed again") == 1


def test_opentelemetry_switched_off_but_not_us(receiver: Receiver) -> None:
    code = """
        import vedette
        vedette.init(enabled=True, spool="", log_format="off")
        with vedette.span("s"): vedette.count("c")
        vedette.get_logger().info("x")
        vedette.track("x")
        assert vedette.flush(5) and vedette.health().failures == {}, vedette.health().failures
    """
    run(code, VEDETTE_DSN=receiver.dsn, OTEL_SDK_DISABLED="true")
    assert {"/batch/", "/v1/logs"} <= receiver.paths()
    receiver.posts.clear()
    run(code.replace("enabled=True, ", ""), VEDETTE_DSN=receiver.dsn, OTEL_SDK_DISABLED="true")
    assert receiver.posts == []


def test_a_forked_child_is_another_instance_with_its_own_sums(receiver: Receiver) -> None:
    code = """
        import os, vedette
        from vedette.sdk.client import get_client
        vedette.init(spool="", log_format="off", metrics_interval_seconds=60)
        vedette.count("jobs", 100)
        parent = get_client().resource.attributes["service.instance.id"]
        pid = os.fork()
        if pid == 0:
            with vedette.span("in child"):
                vedette.count("jobs", 1)
                vedette.get_logger().info("child")
                vedette.track("child")
            assert vedette.flush(10)
            about = get_client().resource.attributes
            assert about["service.instance.id"] != parent and about["process.pid"] == os.getpid()
            assert vedette.health().failures == {}, vedette.health().failures
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        assert get_client().resource.attributes["service.instance.id"] == parent
        vedette.count("jobs", 10)
    """
    run(code, VEDETTE_DSN=receiver.dsn)
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    sums: dict[str, float] = {}
    for path, body in receiver.posts:
        if path == "/v1/metrics":
            [of_resource] = ExportMetricsServiceRequest.FromString(body).resource_metrics
            names = {each.key: each.value.string_value for each in of_resource.resource.attributes}
            for of_scope in of_resource.scope_metrics:
                for metric in of_scope.metrics:
                    if metric.name == "jobs":
                        point = metric.sum.data_points[0]
                        sums[names["service.instance.id"]] = point.as_double or point.as_int
    assert sorted(sums.values()) == [1, 110]


def test_a_fork_right_after_the_start_waits_for_nobody() -> None:
    code = """
        import os, signal, vedette
        vedette.init(export="console", log_format="off", spool="")
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                try:
                    1 / 0
                except ZeroDivisionError:
                    assert vedette.error()
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
    """
    run(code)


def test_the_applications_own_providers_are_joined_not_replaced() -> None:
    code = """
        import vedette
        from opentelemetry import _logs, metrics, trace
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        theirs, reader = InMemorySpanExporter(), InMemoryMetricReader()
        traces, meters, logs = TracerProvider(), MeterProvider([reader]), LoggerProvider()
        traces.add_span_processor(SimpleSpanProcessor(theirs))
        trace.set_tracer_provider(traces); metrics.set_meter_provider(meters); _logs.set_logger_provider(logs)
        from vedette.testing import capture
        for _ in range(2):
            with capture(sample=0.5) as sent:
                with vedette.context(user="u"), vedette.span("ours", password="x"):
                    vedette.count("orders")
                try:
                    with trace.get_tracer("x").start_as_current_span("theirs"):
                        raise ValueError("v")
                except ValueError:
                    pass
                logs.get_logger("x").emit(body="b")
            assert [s.name for s in sent.spans] == ["ours", "theirs"], sent.spans
            assert sent.spans[0].attributes == {"user.id": "u", "password": "[Filtered]"}
            assert sent.spans[1].events == []
            assert [m.value for m in sent.metrics] == [1] and [l.message for l in sent.logs] == ["b"]
            assert sent.failures == {}, sent.failures
        seen = theirs.get_finished_spans()
        assert [s.name for s in seen] == ["ours", "theirs"] * 2
        assert seen[0].attributes["password"] == "x" and len(seen[1].events) == 1, "theirs stay as they were"
        assert trace.get_tracer_provider() is traces and metrics.get_meter_provider() is meters
    """
    run(code)


def test_the_spool_of_one_project_is_not_anothers(tmp_path: Path) -> None:
    from vedette.sdk.settings import Settings
    from vedette.sdk.startup import exporters_of, spool_directory

    def place(**given: Any) -> Path | None:
        settings = Settings.load({}, service="a/b", **given)
        return spool_directory(settings, exporters_of(settings))

    one, other = (place(dsn=f"http://k@h/{project}", spool=str(tmp_path)) for project in (1, 2))
    assert one is not None and other is not None
    assert one != other
    assert one.parent == other.parent == tmp_path
    assert place(dsn="http://k@h/1", spool=str(tmp_path)) == one
    assert place(dsn="http://k@h/1", spool="") is None
    again = f"""
        from vedette.sdk.settings import Settings
        from vedette.sdk.startup import exporters_of, spool_directory
        settings = Settings.load({{}}, service="a/b", dsn="http://k@h/1", spool={str(tmp_path)!r})
        print(spool_directory(settings, exporters_of(settings)))
    """
    program = [sys.executable, "-c", textwrap.dedent(again)]
    found = {
        subprocess.check_output(program, text=True, env={**os.environ, "PYTHONHASHSEED": seed}).strip()
        for seed in ("1", "2", "3")
    }
    assert found == {str(one)}, "the next process finds it"
    cloud = [place(export=[PostHog(api_key=key)], spool=str(tmp_path)) for key in ("phc_1", "phc_2", "phc_1")]
    assert cloud[0] == cloud[2] != cloud[1], "two projects of one cloud differ by their keys only"
    assert place() is None


def test_the_spool_finds_a_place_without_a_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from vedette.sdk.settings import Settings
    from vedette.sdk.startup import exporters_of, spool_directory

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    settings = Settings.load({}, service="a", dsn="http://k@h/1")
    assert str(spool_directory(settings, exporters_of(settings))).startswith(str(tmp_path / "state"))
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    found = spool_directory(settings, exporters_of(settings))
    assert found is not None and not str(found).startswith(str(tmp_path))


def test_the_pytest_plugin(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import vedette\n"
        "def test_it(vedette_capture):\n"
        "    vedette.track('x', user='u')\n"
        "    assert [event['event'] for event in vedette_capture.events] == ['x']\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout + done.stderr
