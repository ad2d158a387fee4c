import importlib
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.sdk.exporters.telemetry import SERVICE
from vedette.sdk.delivery.lane import Signal
from vedette.sdk.exporters import EXPORTERS, InvalidSetting, MissingSetting, by_name
from vedette.sdk.exporters.configuration import Dsn
from vedette.sdk.exporters.sentry import Links

SECRET = "5ec2e75ec2e75ec2e75ec2e75ec2e700"
COMPLETE = {
    "VEDETTE_DSN": f"http://{SECRET}@localhost:8000/3",
    "SENTRY_DSN": f"https://{SECRET}@o1.ingest.sentry.io/42",
    "POSTHOG_API_KEY": f"phc_{SECRET}",
    "DD_API_KEY": SECRET,
    "BETTERSTACK_SOURCE_TOKEN": SECRET,
    "BETTERSTACK_INGESTING_HOST": "s1.betterstackdata.com",
    "NEW_RELIC_LICENSE_KEY": SECRET,
    "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://user:{SECRET}@localhost:4318",
    "OTEL_EXPORTER_OTLP_HEADERS": f"x-key={SECRET}",
    "VEDETTE_PROMETHEUS_REMOTE_WRITE_URL": "http://localhost:9090/api/v1/write",
    "VEDETTE_PROMETHEUS_BEARER_TOKEN": SECRET,
}


@dataclass
class Settings:
    dsn: str = ""


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_environment_is_enough(name: str) -> None:
    exporter = by_name(name, COMPLETE, Settings())
    lanes = exporter.lanes(SERVICE)
    assert exporter.name == name
    assert lanes and all(lane.target.startswith(name) for lane in lanes)
    assert len({(lane.target, lane.signal) for lane in lanes}) == len(lanes)


@pytest.mark.parametrize("name", EXPORTERS)
def test_what_is_printed_has_no_key(name: str) -> None:
    exporter = by_name(name, COMPLETE, Settings())
    lanes = exporter.lanes(SERVICE)
    assert SECRET not in repr(exporter)
    assert SECRET not in repr(lanes)
    assert not any(SECRET in getattr(lane, "url", "") for lane in lanes), "URLs end up in error messages"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("vedette", "VEDETTE_DSN"),
        ("sentry", "SENTRY_DSN"),
        ("posthog", "POSTHOG_API_KEY"),
        ("datadog", "DD_API_KEY"),
        ("betterstack", "BETTERSTACK_INGESTING_HOST"),
        ("newrelic", "NEW_RELIC_LICENSE_KEY"),
        ("otlp", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    ],
)
def test_a_missing_setting_is_named(name: str, variable: str) -> None:
    with pytest.raises(MissingSetting, match=f"^{variable} is not set: ") as caught:
        by_name(name, {}, Settings())
    assert caught.value.setting == variable


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sentry", {"SENTRY_DSN": SECRET}),
        ("sentry", {"SENTRY_DSN": f"ftp://{SECRET}@host/1"}),
        ("vedette", {"VEDETTE_DSN": f"http://{SECRET}@host:port/1"}),
        ("vedette", {"VEDETTE_DSN": f"http://{SECRET}@host"}),
        ("posthog", {"POSTHOG_HOST": "ftp://us.posthog.com"}),
        ("otlp", {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}),
        ("otlp", {"OTEL_EXPORTER_OTLP_ENDPOINT": "unix:///socket"}),
        ("sentry", {"VEDETTE_SENTRY_SIGNALS": "errors,replays"}),
        ("prometheus", {"VEDETTE_PROMETHEUS_PORT": "http"}),
        ("nosuch", {}),
    ],
)
def test_an_unusable_setting_is_told_without_its_secret(name: str, changes: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting) as caught:
        by_name(name, {**COMPLETE, **changes}, Settings())
    assert SECRET not in str(caught.value)


def test_the_settings_dsn_comes_before_the_environments() -> None:
    (events,) = (
        lane
        for lane in by_name("vedette", COMPLETE, Settings("http://key@other:9/7")).lanes(SERVICE)
        if lane.signal is Signal.EVENTS
    )
    assert events.url == "http://other:9/batch/"  # type: ignore[attr-defined]


def test_dsn_with_path_and_ipv6() -> None:
    assert Dsn.parse("https://k@[::1]:8000/obs/x/12/", "D") == Dsn("k", "https://[::1]:8000/obs/x", "12")


def test_signals_are_chosen_by_the_environment() -> None:
    env = {**COMPLETE, "VEDETTE_SENTRY_SIGNALS": "errors, traces,logs"}
    lanes = by_name("sentry", env, Settings()).lanes(SERVICE)
    assert {lane.signal for lane in lanes} == {Signal.ERRORS, Signal.TRACES, Signal.LOGS}
    assert {lane.signal for lane in by_name("sentry", COMPLETE, Settings()).lanes(SERVICE)} == {Signal.ERRORS}


def test_links_lead_to_the_other_targets() -> None:
    event = {"user": {"id": "a/b"}, "contexts": {"trace": {"trace_id": "0af7"}}}
    assert Links.from_env({"VEDETTE_DSN": "http://k@localhost:8000/3"}).of(event) == {
        "person": "http://localhost:8000/events?project=3&user_id=a%2Fb",
        "trace": "http://localhost:8000/traces/0af7?project=3",
    }
    posthog = {"POSTHOG_API_KEY": "phc_x", "POSTHOG_HOST": "https://eu.i.posthog.com"}
    assert Links.from_env(posthog).of(event) == {"person": "https://eu.posthog.com/project/phc_x/person/a%2Fb"}
    assert Links.from_env({}).of(event) == {}


def test_exporters_are_light_until_they_encode() -> None:

    script = (
        "import os, sys; from vedette.sdk.exporters import EXPORTERS, by_name\n"
        "from opentelemetry.sdk.resources import Resource\n"
        "class S: dsn = ''\n"
        "for name in EXPORTERS: by_name(name, os.environ, S).lanes(Resource({}))\n"
        "print([m for m in ('google.protobuf', 'urllib3', 'requests', 'sentry_sdk', 'http.server',"
        " 'opentelemetry.exporter.otlp.proto.common') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], env=COMPLETE, capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == "[]"


def test_public_names_exist() -> None:
    exporters = importlib.import_module("vedette.exporters")
    assert all(hasattr(exporters, name) for name in exporters.__all__)
    classes = {place.partition(":")[2] for place in EXPORTERS.values()}
    assert classes <= set(exporters.__all__)
