"""structlog's loggers and the standard library's write the same records, once, at their levels, without secrets."""

import json
import logging
import subprocess
import sys
import textwrap
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog
from opentelemetry import _logs
from opentelemetry._logs import SeverityNumber

import vedette
from vedette.sdk.logs.record import emit
from vedette.testing import Capture, capture

log = vedette.get_logger()


def test_a_logger_is_named_like_its_module(sent: Capture) -> None:
    log.info("hello", order_id=42, ok=True)
    [line] = sent.logs
    assert (line.logger, line.level, line.message) == (__name__, "INFO", "hello")
    assert line.attributes == {"order_id": 42, "ok": True}
    assert line.resource["service.name"] == "test"


def test_levels_and_bound_values(sent: Capture) -> None:
    bound = log.bind(customer="acme")
    bound.debug("not wanted")
    bound.warning("slow %s", "db")
    bound.unbind("customer").critical("end")
    bound.exception("odd", exc_info=False)
    assert [(each.level, each.message, each.attributes) for each in sent.logs] == [
        ("WARN", "slow db", {"customer": "acme"}),
        ("FATAL", "end", {}),
        ("ERROR", "odd", {"customer": "acme"}),
    ]


def test_levels_by_logger() -> None:
    with capture(log_level="WARNING", log_levels={"app": "DEBUG", "app.noisy": "ERROR", "lib": "INFO"}) as sent:
        for name in ("app", "app.db", "app.noisy", "app.noisy.x", "other", "lib.x"):
            vedette.get_logger(name).info(f"structured {name}")
            logging.getLogger(name).info("standard %s", name)
    assert {each.message for each in sent.logs} == {
        f"{kind} {name}" for kind in ("structured", "standard") for name in ("app", "app.db", "lib.x")
    }
    assert logging.getLogger().level == logging.WARNING
    assert logging.getLogger("app").level == logging.NOTSET


@pytest.mark.parametrize(("given", "heard"), [({}, ["slow"]), ({"httpx": "INFO"}, ["a line a call", "slow"])])
def test_what_spans_tell_better_is_heard_when_asked_for(given: dict[str, str], heard: list[str]) -> None:
    with capture(log_levels=given) as sent:
        logging.getLogger("httpx").info("a line a call")
        logging.getLogger("httpx").warning("slow")
    assert [each.message for each in sent.logs] == heard


def test_the_standard_librarys_loggers(sent: Capture) -> None:
    logging.getLogger("shop").warning("%s of %d", "one", 2, extra={"plan": "pro", "amount": Decimal("1.5")})
    [line] = sent.logs
    assert (line.logger, line.level, line.message) == ("shop", "WARN", "one of 2")
    assert line.attributes["plan"] == "pro"
    assert line.attributes["amount"] == "1.5"
    assert line.attributes["code.function.name"] == "test_the_standard_librarys_loggers"
    assert line.attributes["code.file.path"] == __file__
    assert set(line.attributes) == {"plan", "amount", "code.file.path", "code.function.name", "code.line.number"}


def test_what_the_sdk_says_of_itself_is_not_sent(sent: Capture) -> None:
    logging.getLogger("vedette").warning("of itself")
    logging.getLogger("vedette.schema").warning("of itself")
    assert sent.logs == []


def test_a_format_that_does_not_fit_is_no_exception(sent: Capture) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("no")

    log.info("odd", value=Odd())
    assert sent.logs[0].attributes == {"value": "<Odd>"}


def test_values_of_all_kinds(sent: Capture) -> None:
    when, number = datetime(2026, 1, 2, tzinfo=UTC), uuid.UUID(int=7)
    log.info("x", when=when, id=number, nested={"a": [1, {2}], 3: b"\xff"}, nothing=None)
    assert sent.logs[0].attributes == {
        "when": str(when), "id": str(number), "nested": {"a": [1, [2]], "3": "\\xff"}, "nothing": None,
    }  # fmt: skip


def test_an_exception_in_a_log_line_is_one_error(sent: Capture) -> None:
    try:
        raise ValueError("once")
    except ValueError as error:
        log.exception("failed", step=1)
        logging.getLogger("std").error("again", exc_info=True)
        assert vedette.error(error) == sent.errors[0]["event_id"]
    [error_event] = sent.errors
    assert error_event["level"] == "error"
    first, second = sent.logs
    for line in (first, second):
        assert line.attributes["sentry.event_id"] == error_event["event_id"]
        assert line.attributes["exception.type"] == "ValueError"
        assert line.attributes["exception.message"] == "once"
        assert "ValueError: once" in line.attributes["exception.stacktrace"]


def test_an_exception_told_in_passing_is_no_error(sent: Capture) -> None:
    log.info("retrying", exc_info=ValueError("x"))
    assert sent.errors == []
    assert "sentry.event_id" not in sent.logs[0].attributes
    log.warning("retrying", exc_info=ValueError("y"))
    assert [each["level"] for each in sent.errors] == ["warning"]


def test_an_error_is_reported_though_its_line_is_sampled_out() -> None:
    with capture(log_sample={"WARNING": 0}) as sent:
        log.warning("retrying", exc_info=ValueError("y"))
    assert sent.logs == []
    assert len(sent.errors) == 1


def test_structlogs_own_loggers_write_here_too(sent: Capture) -> None:
    structlog.contextvars.bind_contextvars(tenant="t1")
    try:
        structlog.get_logger("own").info("hello", a=1)
        structlog.get_logger().info("unnamed")
    finally:
        structlog.contextvars.clear_contextvars()
    assert [(each.logger, each.message, each.attributes) for each in sent.logs] == [
        ("own", "hello", {"tenant": "t1", "a": 1}), ("structlog", "unnamed", {"tenant": "t1"}),
    ]  # fmt: skip


def test_structlog_by_way_of_the_standard_library(sent: Capture) -> None:
    logging.getLogger("way").warning({"event": "from a processor", "a": 1, "level": "warning", "timestamp": "now"})
    [line] = sent.logs
    assert (line.message, line.attributes["a"]) == ("from a processor", 1)
    assert not {"level", "timestamp"} & set(line.attributes)


def test_opentelemetrys_api(sent: Capture) -> None:
    logger = _logs.get_logger_provider().get_logger("otel")
    with vedette.context(user="u1"), vedette.span("s") as span:
        logger.emit(body="by hand", severity_number=SeverityNumber.WARN, attributes={"token": "abc", "n": 1})
    [line] = sent.logs
    assert (line.logger, line.message) == ("otel", "by hand")
    assert line.attributes == {"user.id": "u1", "token": "[Filtered]", "n": 1}
    assert line.trace_id == f"{span.get_span_context().trace_id:032x}"


def test_secrets(sent: Capture) -> None:
    log.info("call with Bearer abcdef0123456789", password="hunter2", author="ann", token_count=7,
             url="https://u:pw123@host/?api_key=k1&x=1", nested={"authorization": "x", "ok": "y"})  # fmt: skip
    [line] = sent.logs
    assert line.message == "call with Bearer [Filtered]"
    assert line.attributes == {
        "password": "[Filtered]", "author": "ann", "token_count": 7,
        "url": "https://u:[Filtered]@host/?api_key=[Filtered]&x=1",
        "nested": {"authorization": "[Filtered]", "ok": "y"},
    }  # fmt: skip


def test_before_init_lines_go_to_the_standard_library(caplog: pytest.LogCaptureFixture) -> None:
    vedette.get_logger("early").warning("too early", a=1)
    assert [(each.name, each.getMessage()) for each in caplog.records] == [("early", "too early a=1")]


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with capture(log_format="json") as sent, vedette.context(user="u1"), vedette.span("s") as span:
        log.info("placed \ud800", order_id=42, big=2**70, password="x", level="gold", timestamp=7)
        assert sent.logs[0].attributes["level"] == "gold"
        logging.getLogger("vedette").warning("of itself")
    ids = span.get_span_context()
    first, *_ = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert datetime.fromisoformat(first.pop("timestamp")).tzinfo is not None
    assert first == {
        "level": "info", "logger": __name__, "message": "placed \ud800", "order_id": 42, "big": 2**70,
        "password": "[Filtered]", "user.id": "u1", "level_": "gold", "timestamp_": 7,
        "trace_id": f"{ids.trace_id:032x}", "span_id": f"{ids.span_id:016x}",
    }  # fmt: skip


def test_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with capture(log_format="console"):
        log.info("order placed", order_id=42, note="two words\n")
        try:
            raise ValueError("x")
        except ValueError:
            log.exception("failed")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0][13:] == rf"INFO     order placed order_id=42 note='two words\n' {__name__}"
    assert "Traceback (most recent call last):" in lines
    assert lines[-1] == "ValueError: x"


def test_nothing_is_printed_where_a_test_captures(sent: Capture, capfd: pytest.CaptureFixture[str]) -> None:
    log.error("quiet")
    assert capfd.readouterr() == ("", "")


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin", "HOME": "/nonexistent", **env}, check=True,
    )  # fmt: skip


def test_standard_loggers_are_printed_where_nobody_else_does() -> None:
    code = """
        import logging, sys, vedette
        if "other" in sys.argv: logging.basicConfig(format="theirs %(message)s")
        vedette.init(service="x", log_format="json")
        logging.getLogger("std").warning("hello")
    """
    assert json.loads(run(code).stderr)["message"] == "hello"
    assert run(code.replace("sys.argv", "['other']")).stderr == "theirs hello\n"


def test_rich_is_not_loaded_and_structlog_is_whole_when_used() -> None:
    code = """
        import sys, vedette
        vedette.init(service="x", log_format="off")
        vedette.get_logger().info("x")
        assert "rich" not in sys.modules
        import structlog
        from structlog import contextvars
        assert "rich" not in sys.modules
        structlog.get_logger("own").info("x")
        assert structlog.dev.ConsoleRenderer and structlog.__version__
        print(type(structlog).__name__, structlog.is_configured())
    """
    assert run(code).stdout == "module True\n"


def test_a_configured_structlog_is_left_alone() -> None:
    code = """
        import structlog, vedette
        structlog.configure(processors=[structlog.processors.JSONRenderer()])
        vedette.init(service="x", log_format="off")
        structlog.get_logger().info("theirs")
    """
    assert run(code).stdout == '{"event": "theirs"}\n'


def test_without_orjson(tmp_path: Path) -> None:
    code = """
        import sys
        sys.modules["orjson"] = None
        import vedette
        vedette.init(service="x", log_format="json")
        vedette.get_logger("a").info("ä", n=1, odd={1, 1})
    """
    line: dict[str, Any] = json.loads(run(code, PYTHONIOENCODING="utf-8").stderr)
    assert (line["message"], line["n"], line["odd"]) == ("ä", 1, [1])


def test_no_standard_error(sent: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with capture(log_format="json") as inner:
        monkeypatch.setattr(sys, "stderr", None)
        log.info("nowhere to print")
        assert [each.message for each in inner.logs] == ["nowhere to print"]
        assert inner.failures == {}


def test_emit_reports_times_in_nanoseconds(sent: Capture) -> None:
    from vedette.sdk.client import get_client

    client = get_client()
    assert client is not None
    emit(client, logging.INFO, "x", "then", {}, when_ns=1_700_000_000_123_456_789)
    assert sent.logs[0].time_ns == 1_700_000_000_123_456_789
