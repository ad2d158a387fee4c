"""Exceptions in logs and span events become rows of `errors`, each once."""

import json

import pytest

from tests.conftest import ProjectClient
from tests.server.protocols.otlp.wire import assert_stored, logs_request, now_ns, send, trace_request
from vedette.server.protocols.otlp.stacktraces import parse

PYTHON_TRACE = """Traceback (most recent call last):
  File "/srv/app/main.py", line 10, in handle
    charge(order)
  File "/usr/lib/python3.11/site-packages/lib/client.py", line 99, in send
    raise ValueError("no")
ValueError: no
"""
TRACE, ROOT, CHILD = b"\x01" * 16, b"\x02" * 8, b"\x03" * 8


def exception(stacktrace: str = PYTHON_TRACE) -> dict[str, str]:
    return {"exception.type": "ValueError", "exception.message": "no", "exception.stacktrace": stacktrace}


def test_from_a_log_record_once_however_often_it_is_sent(project: ProjectClient) -> None:
    record = {
        "body": "failed",
        "severity_number": 21,
        "trace_id": TRACE,
        "span_id": ROOT,
        "attributes": {**exception(), "user.id": "u1"},
    }
    request = logs_request(
        record, {"body": "ok"}, resource={"service.name": "shop", "telemetry.sdk.language": "python"}
    )
    for _ in range(2):
        assert_stored(send(project, "logs", request))
    [row] = project.sql("SELECT * FROM errors")
    expected = {
        "source": "otlp",
        "platform": "python",
        "level": "fatal",
        "type": "ValueError",
        "value": "no",
        "title": "ValueError: no",
        "culprit": "app.main in handle",
        "service": "shop",
        "user_id": "u1",
        "trace_id": TRACE.hex(),
        "span_id": ROOT.hex(),
    }
    assert {name: row[name] for name in expected} == expected
    assert [(frame["function"], frame["in_app"]) for frame in row["frames"]] == [("handle", True), ("send", False)]
    assert row["fingerprints"][0] == f"frames.v1:{row['fingerprint']}"
    assert json.loads(row["grouping"])["frames"] == [[0, 0, "app.main handle"]]


def test_from_nested_spans_once(project: ProjectClient) -> None:
    start = now_ns()
    spans = [
        {
            "trace_id": TRACE,
            "span_id": span,
            "parent_span_id": parent,
            "name": name,
            "start_time_unix_nano": start,
            "events": [("exception", exception())],
        }
        for span, parent, name in ((CHILD, ROOT, "child"), (ROOT, b"", "root"))
    ]
    assert_stored(send(project, "traces", trace_request(*spans)))
    [row] = project.sql("SELECT transaction, span_id, level FROM errors")
    assert row == {"transaction": "child", "span_id": CHILD.hex(), "level": "error"}
    assert project.sql("SELECT count() AS n FROM spans") == [{"n": 2}]


def test_fingerprint_ignores_lines_and_numbers(project: ProjectClient) -> None:
    moved = PYTHON_TRACE.replace("line 10", "line 12")
    request = logs_request(
        {"attributes": exception()},
        {"attributes": exception(moved)},
        {"attributes": {"exception.type": "E", "exception.message": "order 17 of 'a' failed"}},
        {"attributes": {"exception.type": "E", "exception.message": "order 18 of 'b' failed"}},
    )
    assert_stored(send(project, "logs", request))
    rows = project.sql("SELECT fingerprint, count() AS n FROM errors GROUP BY fingerprint")
    assert sorted(row["n"] for row in rows) == [2, 2]


@pytest.mark.parametrize(
    ("platform", "text", "functions"),
    [
        ("python", PYTHON_TRACE, ["handle", "send"]),
        (
            "java",
            "java.lang.IllegalStateException: x\n\tat com.shop.Order.pay(Order.java:12)\n"
            "\tat java.base/java.lang.Thread.run(Thread.java:840)\nCaused by: y\n\tat com.shop.B.c(B.java:1)",
            ["run", "pay"],
        ),
        (
            "javascript",
            "Error: x\n    at pay (/srv/app/order.js:3:9)\n    at async /srv/app/main.js:8:1\n"
            "    at node:internal/process:1:2",
            ["<anonymous>", "<anonymous>", "pay"],
        ),
        (
            "csharp",
            "System.Exception: x\n   at Shop.Order.Pay(Int32 a) in /src/Order.cs:line 5\n"
            "   at System.Threading.T.Run()",
            ["Run", "Pay"],
        ),
        ("ruby", "app/a.rb:3:in 'pay'\n\tfrom app/b.rb:9:in 'call'", ["call", "pay"]),
        ("php", "#0 /srv/a.php(3): pay()\n#1 /srv/b.php(4): Order->run()", ["Order->run", "pay"]),
        (
            "go",
            "goroutine 1 [running]:\nmain.pay(0x1)\n\t/srv/main.go:10 +0x1d\nmain.main()\n\t/srv/main.go:5 +0x2\n",
            ["main", "pay"],
        ),
        ("other", "something else entirely", []),
    ],
)
def test_stacktraces(platform: str, text: str, functions: list[str]) -> None:
    found, frames = parse(text)
    assert found == platform
    assert [frame.function for frame in frames] == functions
