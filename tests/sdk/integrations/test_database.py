"""SQLAlchemy and redis: what a request asks of them is in its trace."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

import vedette
from tests.sdk.integrations.jobs.conftest import redis_url  # noqa: F401 — a fixture
from vedette.testing import Capture, SentSpan, capture


def calls(sent: Capture) -> list[SentSpan]:
    return [span for span in sent.spans if span.kind == "client"]


def test_statements_of_an_engine(sent: Capture, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
    with vedette.context(user="u1"), vedette.span("request"), engine.begin() as connection:
        connection.execute(text("CREATE TABLE plans (id INTEGER, name TEXT)"))
        connection.execute(
            text("INSERT INTO plans VALUES (:id, :name)"), [{"id": 1, "name": "secret"}, {"id": 2, "name": "b"}]
        )
        assert connection.execute(text("/* who */ select name from plans where id = :id"), {"id": 1}).all()
    engine.dispose()
    [request] = [span for span in sent.spans if span.name == "request"]
    assert [span.name for span in calls(sent)] == ["CREATE", "INSERT", "SELECT"]
    for span in calls(sent):
        assert (span.trace_id, span.parent_id) == (request.trace_id, request.span_id)
        assert span.attributes["db.system.name"] == "sqlite"
        assert span.attributes["db.namespace"].endswith("shop.db")
        assert span.attributes["user.id"] == "u1"
    insert = calls(sent)[1].attributes
    assert insert["db.operation.batch.size"] == 2
    assert insert["db.query.text"].startswith("INSERT INTO plans VALUES (")
    assert "secret" not in repr(sent.spans), "values are bound, and stay where they are"
    timed = [point for point in sent.metrics if point.name == "db.client.operation.duration"]
    assert {point.attributes["db.operation.name"]: point.exemplars for point in timed} == {
        name: [request.trace_id] for name in ("CREATE", "INSERT", "SELECT")
    }


def test_a_statement_that_fails_is_where_the_error_happened(sent: Capture) -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(OperationalError) as raised, vedette.span("request"), engine.connect() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    engine.dispose()
    vedette.error(raised.value)
    [call] = calls(sent)
    assert (call.status, call.attributes["error.type"]) == ("error", "sqlalchemy.exc.OperationalError")
    assert [error["contexts"]["trace"]["span_id"] for error in sent.errors] == [call.span_id]


def test_an_engine_of_asyncio(sent: Capture) -> None:
    async def ask() -> None:
        engine = create_async_engine("sqlite+aiosqlite://")
        with vedette.span("request"):
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        await engine.dispose()

    asyncio.run(ask())
    [call, request] = sent.spans
    assert (call.name, call.parent_id) == ("SELECT", request.span_id)


def test_outside_of_a_trace_there_are_none(sent: Capture) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    assert sent.spans == []


def test_not_chosen_they_are_left_alone() -> None:
    engine = create_engine("sqlite://")
    with capture(integrations=()) as sent:
        with vedette.span("request"), engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        assert calls(sent) == []
    engine.dispose()


def test_commands_and_pipelines_of_redis(sent: Capture, redis_url: str) -> None:  # noqa: F811
    with redis.Redis.from_url(redis_url) as client, vedette.span("request"):
        client.set("card", "secret")
        with client.pipeline() as pipeline:
            pipeline.get("card").get("card").execute()
        client.lpush("list", "a")
        with pytest.raises(redis.ResponseError):
            client.get("list")
    found = calls(sent)
    assert [span.name for span in found] == ["SET", "PIPELINE", "LPUSH", "GET"]
    assert {span.parent_id for span in found} == {sent.spans[-1].span_id}
    assert found[1].attributes["db.operation.batch.size"] == 2
    assert [span.status for span in found] == ["unset", "unset", "unset", "error"]
    assert found[0].attributes["server.address"] == "127.0.0.1"
    assert "secret" not in repr(sent.spans)


def test_redis_by_asyncio(sent: Capture, redis_url: str) -> None:  # noqa: F811
    async def ask() -> Any:
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            with vedette.span("request"):
                await client.set("plan", "pro")
                async with client.pipeline() as pipeline:
                    return await pipeline.get("plan").execute()

    assert asyncio.run(ask()) == [b"pro"]
    assert [span.name for span in calls(sent)] == ["SET", "PIPELINE"]
