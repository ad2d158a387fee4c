"""A bounded pool of ClickHouse handles: the embedded engine or a server, chosen by the DSN.

Both speak through `clickhouse-connect`. One handle serves one thread at a time; a query waits for a free
handle, so the pool's size is also the bound on concurrent queries. Embedded queries release the GIL.
"""

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import clickhouse_connect
import orjson
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from vedette.server.store.errors import (
    InsertRejected,
    QueryFailed,
    QueryLimitExceeded,
    StoreUnavailable,
)

# https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
LIMIT_CODES = {
    158,  # TOO_MANY_ROWS
    159,  # TIMEOUT_EXCEEDED
    160,  # TOO_SLOW
    241,  # MEMORY_LIMIT_EXCEEDED
    307,  # TOO_MANY_BYTES
    396,  # TOO_MANY_ROWS_OR_BYTES
}
UNAVAILABLE_CODES = {
    3,  # UNEXPECTED_END_OF_FILE
    202,  # TOO_MANY_SIMULTANEOUS_QUERIES
    203,  # NO_FREE_CONNECTION
    209,  # SOCKET_TIMEOUT
    210,  # NETWORK_ERROR
    242,  # TABLE_IS_READ_ONLY
    252,  # TOO_MANY_PARTS
    279,  # ALL_CONNECTION_TRIES_FAILED
    425,  # SYSTEM_ERROR
}

READ_SETTINGS: Mapping[str, Any] = {
    "final": 1,  # ReplacingMergeTree tables: a retried item counts once, merged or not
    "do_not_merge_across_partitions_select_final": 1,
    "date_time_output_format": "iso",
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_denormals": 0,
    "output_format_json_named_tuples_as_objects": 1,
    "output_format_json_escape_forward_slashes": 0,
    "json_type_escape_dots_in_keys": 1,
    "output_format_json_validate_utf8": 1,  # a client's log line may be any bytes; JSON may not
    "session_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Dsn:
    """A parsed store DSN. `path` is set for the embedded engine, `hosts` for a server."""

    path: str = ""
    hosts: tuple[tuple[str, int], ...] = ()
    user: str = "default"
    password: str = ""
    database: str = "default"
    cluster: str = ""
    secure: bool = False

    @property
    def embedded(self) -> bool:
        """Whether the engine lives in this process."""
        return bool(self.path)

    @classmethod
    def parse(cls, dsn: str) -> "Dsn":
        """Read `chdb:///dir` or `clickhouse[s]://user:pw@host:8123,host2:8123/database?cluster=NAME`."""
        scheme, _, rest = dsn.partition("://")
        if scheme == "chdb":
            return cls(path=rest)
        if scheme not in ("clickhouse", "clickhouses"):
            raise ValueError(f"store DSN must start with chdb:// or clickhouse://, got {dsn!r}")
        secure = scheme == "clickhouses"
        parts = urlsplit(f"//{rest}")
        credentials, _, host_list = parts.netloc.rpartition("@")
        user, _, password = credentials.partition(":")
        hosts = []
        for entry in host_list.split(","):
            host, _, port = entry.partition(":")
            hosts.append((host, int(port) if port else (8443 if secure else 8123)))
        query = parse_qs(parts.query)
        return cls(
            hosts=tuple(hosts),
            user=unquote(user) or "default",
            password=unquote(password),
            database=parts.path.strip("/") or "default",
            cluster=query.get("cluster", [""])[0],
            secure=secure,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """A query's answer. `rows[i][j]` belongs to `columns[j]`, whose ClickHouse type is `types[j]`."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    elapsed_ms: float

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def scalar(self) -> Any:
        """The first column of the first row, or None when there is no row."""
        return self.rows[0][0] if self.rows else None


class Store:
    """Handles to one ClickHouse store. Thread-safe; blocking: call from a worker thread, not the event loop."""

    def __init__(
        self, dsn: Dsn, *, handles: int = 4, session_settings: Mapping[str, Any] | None = None
    ) -> None:
        self.dsn = dsn
        self._session_settings = dict(session_settings or {})
        missing = READ_SETTINGS.items() - self._session_settings.items()
        self._read_settings = dict(missing)
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._all: list[Any] = []
        self._lock = threading.Lock()
        self._limit = handles
        self._opened = 0
        self._next_host = 0
        if dsn.embedded:
            Path(dsn.path).mkdir(parents=True, exist_ok=True)

    def _connect(self) -> Any:
        client = self._connect_any()
        # Once a handle: the embedded driver spends 40 ms on setting and restoring a dozen settings for each query.
        for name, value in self._session_settings.items():
            client.set_client_setting(name, value)
        return client

    def _connect_any(self) -> Any:
        if self.dsn.embedded:
            return clickhouse_connect.get_client(interface="chdb", path=self.dsn.path)
        # Any listed host can serve: start with another one each time, fall through the dead ones.
        for attempt in range(len(self.dsn.hosts)):
            host, port = self.dsn.hosts[(self._next_host + attempt) % len(self.dsn.hosts)]
            try:
                client = self.connect_to(host, port)
            except (ClickHouseError, OSError) as error:
                last: Exception = error
                continue
            self._next_host += attempt + 1
            return client
        raise StoreUnavailable(f"no ClickHouse host answers: {last}") from last

    def connect_to(self, host: str, port: int, *, database: str | None = None) -> Any:
        """Open a handle to one host of the DSN; the caller closes it. Migrations visit every host."""
        return clickhouse_connect.get_client(
            host=host,
            port=port,
            username=self.dsn.user,
            password=self.dsn.password,
            database=self.dsn.database if database is None else database,
            secure=self.dsn.secure,
            connect_timeout=3,
            send_receive_timeout=60,
            autogenerate_session_id=False,
        )

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """Borrow a raw driver handle; blocks until one is free.

        Raises:
            StoreUnavailable: the engine cannot be reached.
        """
        client = None
        try:
            client = self._free.get_nowait()
        except queue.Empty:
            with self._lock:
                may_open = self._opened < self._limit
                self._opened += may_open
            if may_open:
                try:
                    client = self._connect()
                except BaseException as error:
                    with self._lock:
                        self._opened -= 1
                    if isinstance(error, (ClickHouseError, OSError)):
                        raise StoreUnavailable(str(error)) from error
                    raise
                self._all.append(client)
            else:
                client = self._free.get()
        broken = False
        try:
            yield client
        except StoreUnavailable:
            broken = not self.dsn.embedded  # another host may serve the next caller
            raise
        finally:
            if broken:
                with self._lock:
                    self._opened -= 1
                    self._all.remove(client)
                with suppress(Exception):  # a dead connection may fail to close; it is gone either way
                    client.close()
            else:
                self._free.put(client)

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> Result:
        """Run one SELECT with bound `{name:Type}` parameters.

        Times come back as RFC 3339 strings in UTC, 64-bit integers as ints.

        Raises:
            QueryLimitExceeded: a time, memory or row limit was hit.
            QueryFailed: the engine refused the query.
            StoreUnavailable: the engine cannot be reached.
        """
        started = time.perf_counter()
        raw = self._call(
            lambda client: client.raw_query(
                sql,
                parameters=dict(parameters or {}),
                settings={**self._read_settings, **(settings or {})},
                fmt="JSONCompact",
            ),
            refused=QueryFailed,
        )
        answer = orjson.loads(raw)
        return Result(
            columns=[column["name"] for column in answer["meta"]],
            types=[column["type"] for column in answer["meta"]],
            rows=answer["data"],
            elapsed_ms=round((time.perf_counter() - started) * 1000, 3),
        )

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run DDL or another statement without a result. Raises as `query` does."""
        self._call(lambda client: client.command(sql, parameters=dict(parameters or {})), refused=QueryFailed)

    def insert(
        self, table: str, block: bytes, *, fmt: str, settings: Mapping[str, Any] | None = None
    ) -> None:
        """Insert one encoded block; when it returns, the rows are on disk.

        Raises:
            InsertRejected: the engine cannot take these bytes.
            StoreUnavailable: the engine cannot be reached; nothing or everything was stored.
        """
        self._call(
            lambda client: client.raw_insert(
                table, insert_block=block, fmt=fmt, settings={"async_insert": 0, **(settings or {})}
            ),
            refused=InsertRejected,
        )

    def _call(self, action: Any, *, refused: type[Exception]) -> Any:
        with self.handle() as client:
            try:
                return action(client)
            except OperationalError as error:
                raise StoreUnavailable(str(error)) from error
            except ClickHouseError as error:
                code = getattr(error, "code", None)
                if code in UNAVAILABLE_CODES:
                    raise StoreUnavailable(str(error)) from error
                if code in LIMIT_CODES:
                    raise QueryLimitExceeded(_short(error)) from error
                raise refused(_short(error)) from error

    def close(self) -> None:
        """Close every handle. Call once nothing uses the store any more."""
        for client in self._all:
            client.close()
        self._all.clear()


def _short(error: Exception) -> str:
    """The engine's message without its repeated prefix and version trailer."""
    text = str(error).strip()
    text = text.rsplit("DB::Exception: ", 1)[-1]
    return text.split(" (version ", 1)[0].strip()
