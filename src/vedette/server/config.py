"""Every setting of the server, in one frozen object.

Each field can be set by a `VEDETTE_…` environment variable, by a line in `vedette.toml` in the working
directory, or by the command-line option of the same name; later ones win. `docs/settings.md` is generated
from the descriptions below.
"""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

MIB = 1024 * 1024


class BadSettings(Exception):
    """A setting that does not read; says which, where it came from and what it may be."""


class Settings(BaseSettings):
    """The server's settings. Read once, at start, and passed down."""

    model_config = SettingsConfigDict(env_prefix="VEDETTE_", toml_file="vedette.toml", frozen=True, extra="forbid")

    data: Path = Field(Path("vedette-data"), description="Data directory: telemetry, metadata and spool.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port for the web app, the API and all HTTP ingestion.")
    grpc_port: int = Field(
        4317, ge=-1, le=65535, description="Port for OTLP/gRPC. 0 picks a free one, -1 turns gRPC off."
    )
    public_url: str = Field(
        "", description="URL under which browsers and SDKs reach this server. Empty: `http://host:port`."
    )
    store: str = Field(
        "",
        description="Where telemetry lives. Empty: embedded in the data directory. "
        "Or `clickhouse://user:password@host:8123[,host2:8123]/database[?cluster=NAME]`.",
    )
    metadata: str = Field(
        "",
        description="SQLAlchemy URL for projects, keys and users. Empty: SQLite in the data directory. "
        "Or `postgresql+psycopg://user:password@host/database`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Level of the server's own log: `debug`, `info`, `warning` or `error`."
    )
    shutdown_seconds: float = Field(
        5.0, ge=0, le=60, description="How long open requests may go on after SIGTERM. Then they are cut off."
    )

    max_body_bytes: int = Field(64 * MIB, description="Largest request body after decompression. More is answered 413.")
    max_compressed_bytes: int = Field(20 * MIB, description="Largest request body as sent.")
    commit_wait_ms: float = Field(
        5.0, ge=0, description="How long the first request of a batch waits for others to join its insert."
    )
    commit_trickle_wait_ms: float = Field(
        200.0,
        ge=0,
        le=1000,
        description="Longest wait of requests that come one by one, less than a second apart, to share an insert.",
    )
    commit_max_bytes: int = Field(32 * MIB, description="A batch of this size is inserted without waiting.")
    queue_max_bytes: int = Field(256 * MIB, description="Bytes waiting to be stored above which ingestion answers 503.")
    spool_max_bytes: int = Field(
        4096 * MIB, description="Size of the spool used while a remote store is down. Full: 503."
    )
    min_free_disk_bytes: int = Field(
        1024 * MIB, description="With less free disk in the data directory, ingestion answers 503."
    )

    query_max_seconds: float = Field(30.0, gt=0, description="Time limit of one query.")
    query_max_memory_bytes: int = Field(2048 * MIB, description="Memory limit of one query.")
    query_max_rows: int = Field(10_000, description="Most rows that one `/sql` query returns.")

    retention_logs_days: int = Field(30, ge=1, description="Days that log records are kept.")
    retention_spans_days: int = Field(30, ge=1, description="Days that spans are kept.")
    retention_metrics_days: int = Field(90, ge=1, description="Days that metric points are kept.")
    retention_errors_days: int = Field(90, ge=1, description="Days that errors, sessions and check-ins are kept.")
    retention_events_days: int = Field(730, ge=1, description="Days that product events are kept.")
    retention_source_maps_days: int = Field(
        90, ge=1, description="Days that a bundle of source maps is kept after it was uploaded or last used."
    )
    source_maps_max_bytes: int = Field(
        2048 * MIB,
        ge=MIB,
        description="Disk that the source maps of one project may use; above it those used longest ago go.",
    )
    retention_max_bytes: int = Field(
        0, ge=0, description="Disk that all signals may use; above it the oldest partitions go. 0: no limit."
    )

    session_days: int = Field(30, ge=1, description="Days a login stays valid.")
    secure_cookies: bool = Field(
        False, description="Send login cookies over HTTPS only. On by itself when `public_url` is https."
    )
    trusted_proxies: int = Field(
        0, ge=0, description="How many proxies in front append to X-Forwarded-For and may be believed."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then `vedette.toml`, then defaults."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def url(self) -> str:
        """The address to print and to hand to SDKs, without a trailing slash."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def cookies_over_https_only(self) -> bool:
        """Whether login cookies are marked Secure."""
        return self.secure_cookies or self.public_url.lower().startswith("https://")

    @property
    def store_dsn(self) -> str:
        """The store's DSN, with the embedded engine in the data directory as the default."""
        return self.store or f"chdb://{self.data.resolve() / 'store'}"

    @property
    def metadata_url(self) -> str:
        """The metadata database's SQLAlchemy URL, SQLite in the data directory by default."""
        return self.metadata or f"sqlite:///{self.data.resolve() / 'metadata.sqlite3'}"


def load_settings(**options: Any) -> Settings:
    """Settings, with the command line's options on top of environment and file; None means not given.

    Raises:
        BadSettings: one of them does not read.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings("; ".join(_explain(item, given) for item in error.errors())) from error
    except (SettingsError, tomllib.TOMLDecodeError, OSError) as error:
        raise BadSettings(f"vedette.toml does not read: {error}") from error


def _explain(item: Any, given: dict[str, Any]) -> str:
    name = str(item["loc"][0])
    variable = f"VEDETTE_{name.upper()}"
    if item["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        return f"there is no setting {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    option = f"--{name.replace('_', '-')}"
    where = option if name in given else variable if variable in os.environ else f"{name} in vedette.toml"
    return f"{where}={item['input']!r}: {item['msg'][:1].lower()}{item['msg'][1:]}"


def settings_page() -> str:
    """`docs/settings.md`: every setting with its variable, its default and what it does."""
    lines = [
        "# Settings",
        "",
        "Each can be given as an environment variable, or as a line of `vedette.toml` in the working directory",
        "(`port = 9000`). The variable wins over the file, and an option of `vedette serve` (see its `--help`) over",
        "both. This page is generated: `vedette settings > docs/settings.md`.",
        "",
        "| variable | in `vedette.toml` | default | what it does |",
        "|---|---|---|---|",
    ]
    for name, setting in Settings.model_fields.items():
        default = setting.default
        shown = f"`{default}`" if str(default) else "empty"
        lines.append(f"| `VEDETTE_{name.upper()}` | `{name}` | {shown} | {setting.description} |")
    return "\n".join(lines) + "\n"
