"""redis: each command, and each pipeline, of a client is a span, asyncio's too. Keys and values stay where they are."""

from functools import wraps
from types import ModuleType
from typing import Any

from vedette import semconv
from vedette.sdk.integrations.database import Call, begin


def patch(module: ModuleType) -> None:
    """Patch `redis.client` or `redis.asyncio.client`."""
    wrap = _asynchronous if module.__name__.startswith("redis.asyncio") else _synchronous
    module.Redis.execute_command = wrap(module.Redis.execute_command, _begin_command)
    module.Pipeline.execute = wrap(module.Pipeline.execute, _begin_pipeline)


def _synchronous(original: Any, start: Any) -> Any:
    @wraps(original)
    def call_redis(self: Any, *args: Any, **options: Any) -> Any:
        call: Call | None = start(self, args)
        if call is None:
            return original(self, *args, **options)
        try:
            answer = original(self, *args, **options)
        except BaseException as error:
            call.end(error)
            raise
        call.end()
        return answer

    return call_redis


def _asynchronous(original: Any, start: Any) -> Any:
    @wraps(original)
    async def call_redis(self: Any, *args: Any, **options: Any) -> Any:
        call: Call | None = start(self, args)
        if call is None:
            return await original(self, *args, **options)
        try:
            answer = await original(self, *args, **options)
        except BaseException as error:
            call.end(error)
            raise
        call.end()
        return answer

    return call_redis


def _begin_command(client: Any, args: tuple[Any, ...]) -> Call | None:
    name = args[0] if args else ""
    command = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
    return begin("redis", "redis", command.upper(), _place(client))


def _begin_pipeline(client: Any, _: tuple[Any, ...]) -> Call | None:
    size = len(getattr(client, "command_stack", ()))
    if not size:
        return None  # nothing is sent
    return begin("redis", "redis", "PIPELINE", {**_place(client), "db.operation.batch.size": size})


def _place(client: Any) -> dict[str, Any]:
    about = getattr(getattr(client, "connection_pool", None), "connection_kwargs", None) or {}
    database = about.get("db")
    return {
        semconv.SERVER_ADDRESS: about.get("host") or about.get("path"),
        semconv.SERVER_PORT: about.get("port"),
        semconv.DB_NAMESPACE: str(database) if database else None,
    }
