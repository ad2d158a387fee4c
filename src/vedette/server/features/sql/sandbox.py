"""Run a user's SELECT over one project's rows: parse, vet, print, run, each by the engine itself.

Three walls stand behind one another: the vetted tree (`vet.py`), the engine's own row filter on every telemetry
table (`additional_table_filters`), and a handle in read-only mode, from a pool of its own, so that heavy queries
wait for each other and never for the web app's.

ClickHouse parses to JSON and prints from it only since 26.9, so a remote store's queries are vetted by an embedded
engine of our own, opened for the first of them.
"""

import json
import re
import time
from functools import lru_cache
from typing import Any

import orjson

from vedette.server.config import Settings
from vedette.server.features.sql.sources import NAMES, TABLES, source_sql
from vedette.server.features.sql.vet import Node, Refused, Vetter, check_printed, first_table_expression
from vedette.server.store.client import READ_SETTINGS, Result, Store
from vedette.server.store.dsn import Dsn
from vedette.server.store.errors import QueryFailed, QueryLimitExceeded

MAX_SQL_CHARACTERS = 100_000
MAX_RESULT_BYTES = 64 * 1024 * 1024
WIDE_INTEGERS = ("Int128", "Int256")  # more than JSON parsers keep exact


class Sandbox(Store):
    """A small pool of read-only handles. Blocking, as the store is."""

    def __init__(self, dsn: Dsn, settings: Settings, *, handles: int = 2) -> None:
        super().__init__(dsn, handles=handles, session_settings=_session_settings(settings))
        self._settings = settings
        self._parser: Store = self if dsn.embedded else Store(Dsn(path=str(settings.data / "sql-parser")), handles=1)
        self._template = lru_cache(maxsize=1024)(self._parse_source)

    def close(self) -> None:
        """Close every handle."""
        super().close()
        if self._parser is not self:
            self._parser.close()

    def run(self, sql: str, project_id: int) -> tuple[Result, bool]:
        """Run the user's SELECT; the second value tells that rows beyond `query_max_rows` were cut off.

        Raises:
            Refused: the query does not parse, is not allowed, or the engine could not run it.
            QueryLimitExceeded: it took too long, too much memory, or its answer is too large.
        """
        vetted = self.vetted(sql, project_id)
        limit = self._settings.query_max_rows
        filters = ", ".join(f"'{table}': 'project_id = {int(project_id)}'" for table in TABLES)
        settings = {"limit": limit + 1, "additional_table_filters": f"{{{filters}}}"}
        try:
            result = self._select(vetted, settings)
        except QueryLimitExceeded:
            raise
        except QueryFailed as error:
            raise Refused(_engine_message(str(error)), code="sql_failed") from error
        truncated = len(result.rows) > limit
        del result.rows[limit:]
        return result, truncated

    def vetted(self, sql: str, project_id: int) -> str:
        """The text that is run in place of the user's. Raises Refused."""
        if len(sql) > MAX_SQL_CHARACTERS:
            raise Refused(f"a query of {len(sql)} characters; at most {MAX_SQL_CHARACTERS} are read")
        vetter = Vetter(NAMES, lambda name: self._template(name, project_id))
        try:
            tree = vetter.vet(self._parse(sql))
            text = self._print(tree)
            check_printed(tree, self._parse(text))
        except RecursionError as error:
            raise Refused("the query is nested too deeply", hint="use fewer WITH queries in a row") from error
        return text

    def _parse(self, sql: str) -> Node:
        try:
            text = self._parser.query("SELECT parseQueryToJSON({sql:String})", {"sql": sql}).scalar()
            tree: Node = orjson.loads(text)
        except QueryLimitExceeded:
            raise
        except QueryFailed as error:
            raise Refused(_syntax_message(str(error)), code="sql_syntax") from error
        except orjson.JSONDecodeError as error:
            raise Refused("the query is nested too deeply", hint="split it with WITH") from error
        return tree

    def _parse_source(self, name: str, project_id: int) -> Node:
        text = f"SELECT 1 FROM ({source_sql(name, project_id)}) AS source"  # noqa: S608 - ours, and an integer
        return first_table_expression(self._parse(text))

    def _print(self, tree: Node) -> str:
        try:
            printed = self._parser.query("SELECT formatQueryFromJSON({tree:String})", {"tree": json.dumps(tree)})
        except QueryFailed as error:
            raise Refused(f"the query cannot be read: {_engine_message(str(error))}", code="sql_syntax") from error
        return str(printed.scalar())

    def _select(self, sql: str, settings: dict[str, Any]) -> Result:
        started = time.perf_counter()
        raw = self._call(
            lambda client: client.raw_query(sql, settings=settings, fmt="JSONCompact"), refused=QueryFailed
        )
        elapsed_ms = round((time.perf_counter() - started) * 1000, 3)
        answer = orjson.loads(raw)
        types = [column["type"] for column in answer["meta"]]
        if any(wide in kind for kind in types for wide in WIDE_INTEGERS):
            answer = json.loads(raw)
        return Result([column["name"] for column in answer["meta"]], types, answer["data"], elapsed_ms)


def _session_settings(settings: Settings) -> dict[str, Any]:
    memory = settings.query_max_memory_bytes
    return {
        **READ_SETTINGS,
        "distributed_product_mode": "global",  # on a cluster, a subquery's rows go to every shard
        "max_execution_time": settings.query_max_seconds,
        "max_memory_usage": memory,
        "max_bytes_before_external_group_by": memory // 2,
        "max_bytes_before_external_sort": memory // 2,
        "max_result_bytes": MAX_RESULT_BYTES,
        "max_threads": 2,
        "output_format_json_quote_decimals": 1,
        "function_range_max_elements_in_block": 100_000_000,
        "readonly": 2,  # last: from here on the handle reads only, and cannot leave this mode
    }


def _engine_message(message: str) -> str:
    """The engine's message without the rewritten query, which the user did not write."""
    return re.split(r"[:.]? In scope ", message, maxsplit=1)[0]


def _syntax_message(message: str) -> str:
    """The parser's message without the query that carried the text to it."""
    return message.split(": In scope SELECT parseQueryToJSON", 1)[0]
