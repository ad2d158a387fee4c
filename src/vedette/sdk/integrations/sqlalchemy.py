"""SQLAlchemy: each statement of an engine, asyncio's too, is a span. Its text is what the application wrote: the values
are bound, and stay where they are."""

from types import ModuleType
from typing import Any

from vedette import semconv
from vedette.sdk.integrations.database import Call, begin

_CALL = "_vedette_call"
_LONGEST_TEXT = 4000
# Dialects whose names are not those of OpenTelemetry's conventions.
_SYSTEMS = {"mssql": "microsoft.sql_server", "oracle": "oracle.db", "cockroachdb": "cockroachdb"}


def patch(module: ModuleType) -> None:
    """Listen to all engines of `sqlalchemy.engine`."""
    from sqlalchemy import event  # noqa: PLC0415 — imported already

    event.listen(module.Engine, "before_cursor_execute", _before)
    event.listen(module.Engine, "after_cursor_execute", _after)
    event.listen(module.Engine, "handle_error", _failed)


def _before(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
    if context is None:
        return
    engine = conn.engine
    call = begin(
        "sqlalchemy",
        _SYSTEMS.get(engine.dialect.name, engine.dialect.name),
        _operation(statement),
        {
            semconv.DB_QUERY_TEXT: statement[:_LONGEST_TEXT],
            semconv.DB_NAMESPACE: engine.url.database,
            semconv.SERVER_ADDRESS: engine.url.host,
            semconv.SERVER_PORT: engine.url.port,
            "db.operation.batch.size": len(parameters) if executemany and len(parameters) > 1 else None,
        },
    )
    if call is not None:
        setattr(context, _CALL, call)


def _after(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
    call = _taken(context)
    if call is not None:
        call.end()


def _failed(context: Any) -> None:
    call = _taken(context.execution_context)
    if call is not None:
        call.end(context.sqlalchemy_exception or context.original_exception)


def _taken(context: Any) -> Call | None:
    call: Call | None = getattr(context, _CALL, None)
    if call is not None:
        setattr(context, _CALL, None)
    return call


def _operation(statement: str) -> str:
    """The first word of a statement, with comments before it left out."""
    text = statement.lstrip()
    while text.startswith(("--", "/*")):
        text = text.partition("\n" if text.startswith("--") else "*/")[2].lstrip()
    word = text.partition(" ")[0].partition("\n")[0].strip("(;").upper()
    return word if word.isalpha() and len(word) <= 20 else "SQL"
