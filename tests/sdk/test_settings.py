"""Arguments win over VEDETTE_*, those over OpenTelemetry's; what cannot be used is told once, and is the default."""

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.sdk import guard
from vedette.sdk.settings import PARSERS, Options, Settings


@pytest.fixture(autouse=True)
def untold() -> None:
    guard.reset()


def load(env: dict[str, str] | None = None, **given_values: Any) -> Settings:
    return Settings.load(env or {}, **given_values)


def test_every_setting_can_be_given_in_both_ways() -> None:
    names = set(Settings.__dataclass_fields__)
    assert names == set(PARSERS)
    assert set(Options.__annotations__) == names - {"dsn"}


def test_order() -> None:
    env = {"OTEL_SERVICE_NAME": "otel", "VEDETTE_SERVICE": "vedette"}
    assert load(env, service="given").service == "given"
    assert load(env).service == "vedette"
    assert load({"OTEL_SERVICE_NAME": "otel"}).service == "otel"
    assert load(env, service=None).service == "vedette"
    assert load({"VEDETTE_SERVICE": " "}, release="1").service == load().service


def test_opentelemetrys_variables() -> None:
    found = load({
        "OTEL_RESOURCE_ATTRIBUTES": "service.name=api,service.version=1%2E2,deployment.environment.name=staging",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.25",
        "OTEL_METRIC_EXPORT_INTERVAL": "5000",
        "OTEL_SDK_DISABLED": "true",
    })  # fmt: skip
    assert (found.service, found.release, found.environment) == ("api", "1.2", "staging")
    assert (found.sample, found.metrics_interval_seconds, found.enabled) == (0.25, 5.0, False)
    assert load({"OTEL_TRACES_SAMPLER": "always_off"}).sample == 0
    assert load({"OTEL_TRACES_SAMPLER": "always_on", "OTEL_TRACES_SAMPLER_ARG": "0.1"}).sample == 1


def test_the_environments_forms() -> None:
    found = load({
        "VEDETTE_EXPORT": "vedette, posthog",
        "VEDETTE_LOG_LEVEL": "warn",
        "VEDETTE_LOG_LEVELS": "sqlalchemy=ERROR,app=debug",
        "VEDETTE_LOG_SAMPLE": "info=0.1",
        "VEDETTE_ROUTES": "/healthz=0,/plans/{id}=0.5",
        "VEDETTE_PROPAGATE_TO": "*.example.org",
        "VEDETTE_KEEP_ERRORS": "off",
        "VEDETTE_SPOOL": "",
        "VEDETTE_INTEGRATIONS": "none",
        "VEDETTE_SPOOL_MAX_BYTES": "1048576",
    })  # fmt: skip
    assert found.export == ("vedette", "posthog")
    assert found.log_level == "WARNING"
    assert found.log_levels == {"sqlalchemy": "ERROR", "app": "DEBUG"}
    assert found.log_sample == {"INFO": 0.1}
    assert found.routes == {"/healthz": 0, "/plans/{id}": 0.5}
    assert found.propagate_to == ("*.example.org",)
    assert (found.keep_errors, found.spool, found.integrations) == (False, "", ())
    assert found.spool_max_bytes == 1 << 20


def test_where_something_is_sent_is_production() -> None:
    assert load().environment == "development"
    assert load(dsn="http://k@h/1").environment == "production"
    assert load(export="console").environment == "production"
    assert load(export="console").export == ("console",)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("sample", "2"), ("sample", "much"), ("sample", float("nan")), ("keep_errors", "perhaps"),
        ("log_level", "LOUD"), ("log_format", "xml"), ("queue_max_items", 0),
        ("routes", {"/x": 7}), ("metrics_interval_seconds", 0),
        ("service", 7), ("propagate_to", 3), ("spool", 3), ("shutdown_deadline_seconds", -1),
    ],
)  # fmt: skip
def test_what_cannot_be_used(name: str, bad: Any, caplog: pytest.LogCaptureFixture) -> None:
    if name == "export":
        assert load(export=bad).export == (bad,), (
            "an object may be an exporter; one that is not is told of at the start"
        )
        return
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert getattr(load(**{name: bad}), name) == getattr(load(), name)
    [record] = caplog.records
    assert record.name == "vedette"
    assert name in record.getMessage() and repr(bad) in record.getMessage()


def test_what_there_is_not(caplog: pytest.LogCaptureFixture) -> None:
    assert load(sampel=0.1) == load()
    assert "no setting 'sampel'" in caplog.text


@given(st.dictionaries(st.sampled_from([f"VEDETTE_{name.upper()}" for name in PARSERS]), st.text(max_size=20)))
def test_no_environment_raises(env: dict[str, str]) -> None:
    load(env)
