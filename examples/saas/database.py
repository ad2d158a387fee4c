"""SQLite behind the interface of a database that is a network away: each query is a client span and takes time."""

import asyncio
import os
import random
import re
import sqlite3
from pathlib import Path
from typing import Any

from opentelemetry.trace import SpanKind

import vedette

Row = dict[str, Any]


class Database:
    """One service's tables: a file in the folder that APP_STATE names, which outlives a crash, or in memory."""

    def __init__(self, service: str, schema: str) -> None:
        folder = os.environ.get("APP_STATE")
        path = Path(folder) / f"{service}.sqlite3" if folder else ":memory:"
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA synchronous = OFF")  # nobody will miss it after a power cut
        self.connection.executescript(schema)

    async def query(self, sql: str, *values: Any, seconds: float | None = None) -> list[Row]:
        """Rows of a statement. `seconds` is how long it takes; by default a round trip of some milliseconds."""
        operation, table = _summary(sql)
        attributes = {
            "db.system.name": "sqlite",
            "db.operation.name": operation,
            "db.collection.name": table,
            "db.query.text": sql,
        }
        with vedette.span(f"{operation} {table}", kind=SpanKind.CLIENT, **attributes) as span:
            await asyncio.sleep(random.uniform(0.001, 0.004) if seconds is None else seconds)
            rows = [dict(row) for row in self.connection.execute(sql, values)]
            span.set_attribute("db.response.returned_rows", len(rows))
            return rows

    async def one(self, sql: str, *values: Any, seconds: float | None = None) -> Row | None:
        """The first row, or None."""
        rows = await self.query(sql, *values, seconds=seconds)
        return rows[0] if rows else None


def _summary(sql: str) -> tuple[str, str]:
    """`SELECT name FROM users WHERE …` → `("SELECT", "users")`, for span names of few values."""
    table = re.search(r"(?:from|into|update)\s+(\w+)", sql, re.IGNORECASE)
    return sql.split(None, 1)[0].upper(), table[1] if table else ""
