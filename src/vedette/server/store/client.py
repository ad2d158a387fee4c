"""A bounded pool of ClickHouse handles: the embedded engine or a server, chosen by the DSN.

Both speak through `clickhouse-connect`. One handle serves one thread at a time; a query waits for a free
handle, so the pool's size is also the bound on concurrent queries. Embedded queries release the GIL.
"""

import logging
import re
import threading
import time
import uuid
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import clickhouse_connect
import orjson
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from vedette.server.store.dsn import Dsn
from vedette.server.store.engine import (
    DISK_FULL,
    EMBEDDED_INSERT,
    ENGINE_OPTIONS,
    LIMIT_CODES,
    READ_SETTINGS,
    REMOTE_INSERT,
    UNAVAILABLE_CODES,
)
from vedette.server.store.errors import (
    InsertRejected,
    QueryFailed,
    QueryLimitExceeded,
    StoreFull,
    StoreUnavailable,
)

__all__ = ["READ_SETTINGS", "Dsn", "Result", "Store"]

URL_QUERY = re.compile(r"\?[\w%]+=\S+")

# It logs every failed request with its traceback and URL; we raise, and whoever catches says it once.
logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)


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
    """Handles to one ClickHouse store. Thread-safe; blocking: call from a worker thread, not the event loop.

    `handles` bounds the calls at one time, `session_settings` hold for every call, and a server that does not
    answer within `timeout_seconds` counts as unreachable.
    """

    def __init__(
        self,
        dsn: Dsn,
        *,
        handles: int = 4,
        session_settings: Mapping[str, Any] | None = None,
        timeout_seconds: int = 30,
    ) -> None:
        self.dsn = dsn
        self._timeout_seconds = timeout_seconds
        self._session_settings = dict(session_settings or {})
        missing = READ_SETTINGS.items() - self._session_settings.items()
        self._read_settings = dict(missing)
        self._permits = threading.BoundedSemaphore(handles)
        self._free: list[Any] = []
        self._next_host = 0
        if dsn.embedded:
            Path(dsn.path).mkdir(parents=True, exist_ok=True)

    def _connect(self) -> Any:
        try:
            client = self._connect_any()
        except (ClickHouseError, OSError) as error:
            raise StoreUnavailable(_short(error)) from error
        # Once a handle: the embedded driver spends 40 ms on setting and restoring a dozen settings for each query.
        for name, value in self._session_settings.items():
            client.set_client_setting(name, value)
        return client

    def _connect_any(self) -> Any:
        if self.dsn.embedded:
            return clickhouse_connect.get_client(
                interface="chdb", path=self.dsn.path, chdb_options=dict(ENGINE_OPTIONS)
            )
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
            connect_timeout=min(3, self._timeout_seconds),
            send_receive_timeout=self._timeout_seconds,
            autogenerate_session_id=False,
        )

    @contextmanager
    def handle(self) -> Iterator[Any]:
        """Borrow a raw driver handle; blocks until one is free.

        Raises:
            StoreUnavailable: the engine cannot be reached.
        """
        with self._permits:
            try:
                client = self._free.pop()
            except IndexError:
                client = self._connect()
            broken = False
            try:
                yield client
            except StoreUnavailable:
                broken = not self.dsn.embedded  # another host may serve the next caller
                raise
            finally:
                if broken:
                    with suppress(Exception):  # a dead connection may fail to close; it is gone either way
                        client.close()
                else:
                    self._free.append(client)

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
        raw = self._read(
            lambda client: client.raw_query(
                sql,
                parameters=dict(parameters or {}),
                settings={**self._read_settings, **(settings or {})},
                fmt="JSONCompact",
            )
        )
        answer = orjson.loads(raw)
        return Result(
            columns=[column["name"] for column in answer["meta"]],
            types=[column["type"] for column in answer["meta"]],
            rows=answer["data"],
            elapsed_ms=round((time.perf_counter() - started) * 1000, 3),
        )

    def _read(self, action: Any) -> Any:
        try:
            return self._call(action, refused=QueryFailed)
        except StoreUnavailable:
            if self.dsn.embedded:
                raise
            # A host was restarted since its handle was opened, or is gone: ask again, perhaps another one.
            return self._call(action, refused=QueryFailed)

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run DDL or another statement without a result. Raises as `query` does."""
        self._call(lambda client: client.command(sql, parameters=dict(parameters or {})), refused=QueryFailed)

    def insert(self, table: str, block: bytes, *, fmt: str, settings: Mapping[str, Any] | None = None) -> None:
        """Insert one encoded block; when it returns, the rows are on disk, on every shard they belong to.

        An `insert_deduplication_token` in `settings` makes the insert repeatable on a server: tables that keep
        tokens (`non_replicated_deduplication_window`) store its rows once, also where a first attempt arrived in
        part. The embedded engine ignores it, there an insert has happened or has not.

        Raises:
            InsertRejected: the engine cannot take these bytes.
            StoreUnavailable: the engine cannot be reached; nothing, everything, or some shards' rows were stored.
            StoreFull: the engine's disk, or the folder for temporary files, is full.
        """
        if self.dsn.embedded:
            chosen = {**self._with_schema_file(settings or {}), **EMBEDDED_INSERT}
            chosen.pop("insert_deduplication_token", None)
        else:
            # Without a token the server would take two equal requests for one.
            chosen = {"insert_deduplication_token": uuid.uuid4().hex, **(settings or {}), **REMOTE_INSERT}
            # A shard that hangs must answer before we stop listening, or we could not tell it from our host.
            chosen["insert_distributed_timeout"] = max(1, self._timeout_seconds * 2 // 3)
        try:
            self._call(
                lambda client: client.raw_insert(table, insert_block=block, fmt=fmt, settings=chosen),
                refused=InsertRejected,
            )
        except QueryLimitExceeded as error:  # short of memory or time now; the rows are not to blame
            raise StoreUnavailable(_short(error)) from error
        except OSError as error:
            if not self.dsn.embedded:
                raise StoreUnavailable(_short(error)) from error
            # The driver hands rows to the embedded engine in a temporary file.
            raise StoreFull(f"cannot write a temporary file: {error}") from error

    def _with_schema_file(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with a message definition as a file in the data directory.

        Given as text, the embedded engine would write it to `./__cache__`, wherever the server was started.
        """
        if settings.get("format_schema_source") != "string":
            return dict(settings)
        text = str(settings["format_schema"])
        path = Path(self.dsn.path) / "format_schemas" / f"{zlib.crc32(text.encode()):08x}.proto"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            partial = path.with_suffix(f".{threading.get_ident()}")
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)
        name = f"{path.with_suffix('')}:{settings['format_schema_message_name']}"
        others = {key: value for key, value in settings.items() if key != "format_schema_message_name"}
        return {**others, "format_schema_source": "file", "format_schema": name}

    def _call(self, action: Any, *, refused: type[Exception]) -> Any:
        with self.handle() as client:
            try:
                return action(client)
            except OperationalError as error:
                raise StoreUnavailable(_short(error)) from error
            except ClickHouseError as error:
                raise self._translate(error, refused) from error

    def _translate(self, error: Exception, refused: type[Exception]) -> Exception:
        code = getattr(error, "code", None)
        if code == DISK_FULL and self.dsn.embedded:
            return StoreFull(_short(error))
        if code in UNAVAILABLE_CODES or (code is None and not self.dsn.embedded):
            return StoreUnavailable(_short(error))  # no code: a proxy or a dying server answered
        if code in LIMIT_CODES:
            return QueryLimitExceeded(_short(error))
        return refused(_short(error))

    def each_host(self) -> Iterator["Store"]:
        """A store for each host of a cluster in turn, for work on local tables; the embedded one is its only host."""
        if self.dsn.embedded:
            yield self
            return
        for host in self.dsn.hosts:
            alone = Store(replace(self.dsn, hosts=(host,)), handles=1)
            try:
                yield alone
            finally:
                alone.close()

    def close(self) -> None:
        """Close every handle. Call once nothing uses the store any more."""
        while self._free:
            self._free.pop().close()


def _short(error: Exception) -> str:
    """The engine's message without its repeated prefix and version trailer, a network error's without its URL."""
    text = str(error).strip()
    text = text.rsplit("DB::Exception: ", 1)[-1]
    text = text.split(" (version ", 1)[0]
    # The URL holds every setting of the insert, a whole message definition among them.
    text = URL_QUERY.sub("?…", text)
    return text.strip() if len(text) <= 2000 else f"{text[:2000]}…"
