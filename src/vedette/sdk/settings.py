"""Every setting of the SDK. A bad value is a warning and the default, never an exception: the host must start."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict
from urllib.parse import unquote

from vedette.sdk.guard import warn_once

if TYPE_CHECKING:
    from vedette.sdk.exporters import Exporter

LogFormat = Literal["auto", "json", "console", "off"]
# Where user and session ids may travel in baggage: hosts that are ours by their name alone.
OWN_HOSTS = ("localhost", "*.localhost", "127.0.0.1", "[::1]", "<single-label>", "*.internal", "*.local", "*.svc")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Options(TypedDict, total=False):
    """What `vedette.init()` takes, beside the DSN. `Settings` says what each means."""

    service: str
    release: str
    environment: str
    export: "str | Exporter | tuple[str | Exporter, ...] | list[str | Exporter]"
    sample: float
    keep_errors: bool
    keep_slow_ms: float
    log_level: str
    log_levels: Mapping[str, str]
    log_format: LogFormat
    log_sample: Mapping[str, float]
    routes: Mapping[str, float]
    spool: str | None
    spool_max_bytes: int
    queue_max_items: int
    metrics_interval_seconds: float
    shutdown_deadline_seconds: float
    propagate_to: tuple[str, ...] | list[str]
    propagate_threads: bool
    trust_baggage: bool
    scrub_keys: tuple[str, ...] | list[str]
    local_variables: bool
    integrations: Literal["auto"] | tuple[str, ...] | list[str]
    link_jobs_after_seconds: float
    enabled: bool
    debug: bool


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the SDK behaves: `init()`'s arguments, else `VEDETTE_*`, else OpenTelemetry's variables, else these."""

    service: str = "unknown_service"  # OTEL_SERVICE_NAME
    release: str = ""  # the version that runs: a tag, a commit
    environment: str = ""  # "production" where something is sent, else "development"
    dsn: str = ""  # http://KEY@host:port/PROJECT
    export: "tuple[str | Exporter, ...]" = ()  # names of targets, or exporters from `vedette.exporters`
    sample: float = 1.0  # share of traces kept; OTEL_TRACES_SAMPLER(_ARG)
    keep_errors: bool = True  # whatever `sample` says, keep requests that end in an error …
    keep_slow_ms: float = 1000.0  # … and those that take longer; 0 keeps none for being slow
    log_level: str = "INFO"
    log_levels: Mapping[str, str] = field(default_factory=dict)  # by logger: {"sqlalchemy": "WARNING"}
    log_format: LogFormat = "auto"  # console on a terminal and in development, else json; off writes nothing
    log_sample: Mapping[str, float] = field(default_factory=dict)  # by level: {"DEBUG": 0.01}
    routes: Mapping[str, float] = field(default_factory=dict)  # route → share kept: {"/healthz": 0}
    spool: str | None = None  # directory of what must survive; None is one below the user's state, "" is memory
    spool_max_bytes: int = 256 << 20
    queue_max_items: int = 8192  # spans, log records and metrics that wait, each
    metrics_interval_seconds: float = 10.0  # OTEL_METRIC_EXPORT_INTERVAL, in ms there
    shutdown_deadline_seconds: float = 5.0
    propagate_to: tuple[str, ...] = OWN_HOSTS  # hosts that get user and session ids in baggage
    propagate_threads: bool = True  # threads and executors continue the context they were started in
    trust_baggage: bool = False  # whether a caller's baggage may say who the user is
    scrub_keys: tuple[str, ...] = ()  # names of fields that are secrets, beside the known ones
    local_variables: bool = True  # of the frames of an error
    integrations: Literal["auto"] | tuple[str, ...] = "auto"
    link_jobs_after_seconds: float = 0.0  # jobs that waited longer are a linked trace of their own; 0: none
    enabled: bool = True  # OTEL_SDK_DISABLED
    debug: bool = False  # the SDK's own log, in full

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None, **given: Any) -> "Settings":
        """Merge arguments, environment and defaults. `None` given is not given."""
        env = os.environ if env is None else env
        values = {**_from_otel(env), **_from_env(env), **{k: v for k, v in given.items() if v is not None}}
        names = {each.name for each in fields(cls)}
        checked: dict[str, Any] = {}
        for name, value in values.items():
            if name not in names:
                warn_once(f"there is no setting {name!r}; known are {', '.join(sorted(names))}")
                continue
            try:
                checked[name] = PARSERS[name](value)
            except (TypeError, ValueError) as error:
                warn_once(f"setting {name}={value!r} is not usable ({error}); its default is used")
        checked.setdefault("service", _default_service())
        sends = bool(checked.get("dsn") or checked.get("export"))
        checked.setdefault("environment", "production" if sends else "development")
        return cls(**checked)

    @property
    def development(self) -> bool:
        """Whether a person at a terminal is likely to read the log."""
        return self.environment.lower() in ("development", "dev", "local")


def _default_service() -> str:
    stem = Path(sys.argv[0] if sys.argv else "").stem
    return stem if stem and stem not in ("-c", "-m", "__main__") else "unknown_service"


def _from_env(env: Mapping[str, str]) -> dict[str, Any]:
    found = {name: env[key] for name in PARSERS if (key := f"VEDETTE_{name.upper()}") in env}
    # Empty means unset, except where empty is a value of its own.
    return {name: value for name, value in found.items() if value.strip() or name == "spool"}


def _from_otel(env: Mapping[str, str]) -> dict[str, Any]:
    """OpenTelemetry's own variables, where one says the same as a setting of ours."""
    resource = pairs(env.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    environment = resource.get("deployment.environment.name") or resource.get("deployment.environment")
    found: dict[str, Any] = {
        "service": env.get("OTEL_SERVICE_NAME") or resource.get("service.name"),
        "release": resource.get("service.version"),
        "environment": environment,
        "sample": _otel_sample(env),
    }
    if interval := env.get("OTEL_METRIC_EXPORT_INTERVAL"):
        found["metrics_interval_seconds"] = float(interval) / 1000 if interval.isdigit() else interval
    if env.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        found["enabled"] = False
    return {name: value for name, value in found.items() if value is not None}


def _otel_sample(env: Mapping[str, str]) -> str | None:
    sampler = env.get("OTEL_TRACES_SAMPLER", "").strip().lower().removeprefix("parentbased_")
    if sampler == "always_off":
        return "0"
    return env.get("OTEL_TRACES_SAMPLER_ARG") if sampler == "traceidratio" else None


def pairs(text: str) -> dict[str, str]:
    """`a=1,b=2`, percent-encoded, as OpenTelemetry writes maps."""
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    return {key.strip(): unquote(value.strip()) for key, _, value in pairs}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text is needed")
    return value.strip()


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return known[str(value).strip().lower()]
    except KeyError:
        raise ValueError("true or false is needed") from None


def _number(low: float, high: float = float("inf")) -> Callable[[Any], float]:
    def parse(value: Any) -> float:
        number = float(value)
        if not low <= number <= high:  # nan too
            raise ValueError(f"a number from {low:g} to {high:g} is needed")
        return number

    return parse


def _whole(low: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        number = int(value)
        if number < low:
            raise ValueError(f"at least {low} is needed")
        return number

    return parse


def _level(value: Any) -> str:
    name = str(value).strip().upper()
    name = {"WARN": "WARNING", "FATAL": "CRITICAL"}.get(name, name)
    if name not in LEVELS:
        raise ValueError(f"one of {', '.join(LEVELS)} is needed")
    return name


def _mapping(key: Callable[[Any], str], entry: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    def parse(value: Any) -> dict[str, Any]:
        given: Mapping[str, Any] = pairs(value) if isinstance(value, str) else value
        return {key(name): entry(each) for name, each in given.items()}

    return parse


def _names(value: Any) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    return tuple(name for each in items if (name := _text(each)))


def _export(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        return _names(value)
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _integrations(value: Any) -> Any:
    names = _names(value)
    return "auto" if names == ("auto",) else () if names == ("none",) else names


def _format(value: Any) -> str:
    name = _text(value).lower()
    if name not in ("auto", "json", "console", "off"):
        raise ValueError("auto, json, console or off is needed")
    return name


_share = _number(0, 1)
PARSERS: dict[str, Callable[[Any], Any]] = {
    "service": _text,
    "release": _text,
    "environment": _text,
    "dsn": _text,
    "export": _export,
    "sample": _share,
    "keep_errors": _flag,
    "keep_slow_ms": _number(0),
    "log_level": _level,
    "log_levels": _mapping(_text, _level),
    "log_format": _format,
    "log_sample": _mapping(_level, _share),
    "routes": _mapping(_text, _share),
    "spool": lambda value: os.fspath(value),
    "spool_max_bytes": _whole(1 << 16),
    "queue_max_items": _whole(1),
    "metrics_interval_seconds": _number(0.05),
    "shutdown_deadline_seconds": _number(0),
    "propagate_to": _names,
    "propagate_threads": _flag,
    "trust_baggage": _flag,
    "scrub_keys": _names,
    "local_variables": _flag,
    "integrations": _integrations,
    "link_jobs_after_seconds": _number(0),
    "enabled": _flag,
    "debug": _flag,
}
