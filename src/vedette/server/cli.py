"""The `vedette` command."""

import asyncio
import gc
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from granian.constants import Interfaces
from granian.server.embed import Server as Granian
from rich.console import Console

from vedette import __version__
from vedette.server.app import Server
from vedette.server.config import BadSettings, Settings, load_settings, settings_page
from vedette.server.features.projects.bootstrap import (
    bootstrap,
    default_keys,
    read_address,
    setup_link,
    write_address,
)
from vedette.server.metadata.engine import Metadata, MetadataUnavailable
from vedette.server.process import (
    CannotStart,
    forget_start_pages,
    free_port,
    leave_out_pyarrow,
    own_data_directory,
    run_beside,
    serve_until,
    stop_signal,
)
from vedette.server.store.client import Dsn
from vedette.server.store.errors import MigrationError, StoreUnavailable

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Know what is happening before your users tell you.",
)
console = Console(highlight=False)

Data = Annotated[Path | None, typer.Option(help="Data directory.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[str | None, typer.Option(help="Port; 0 picks a free one.")]
GrpcPort = Annotated[str | None, typer.Option(help="Port for OTLP/gRPC; 0 picks a free one, -1 turns it off.")]
PublicUrl = Annotated[str | None, typer.Option(help="URL under which browsers and SDKs reach this server.")]
StoreDsn = Annotated[str | None, typer.Option("--store", help="clickhouse://… to use a server or cluster.")]
MetadataUrl = Annotated[str | None, typer.Option("--metadata", help="postgresql+psycopg://… to use PostgreSQL.")]
LogLevel = Annotated[str | None, typer.Option(help="debug, info, warning or error.")]

EXPECTED = (BadSettings, CannotStart, MetadataUnavailable, MigrationError, StoreUnavailable)


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a user can put right is one plain line and exit code 2, never a traceback."""
    try:
        yield
    except EXPECTED as error:
        typer.echo(f"vedette: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(2) from None


@cli.command()
def serve(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    grpc_port: GrpcPort = None,
    public_url: PublicUrl = None,
    store: StoreDsn = None,
    metadata: MetadataUrl = None,
    log_level: LogLevel = None,
) -> None:
    """Start everything and print the URL. Every further setting is a variable VEDETTE_…: `vedette settings`."""
    with plain_errors():
        settings = load_settings(
            data=data,
            host=host,
            port=port,
            grpc_port=grpc_port,
            public_url=public_url,
            store=store,
            metadata=metadata,
            log_level=log_level,
        )
        _serve(settings)


@cli.command()
def demo(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    grpc_port: GrpcPort = None,
    public_url: PublicUrl = None,
    backfill: Annotated[bool, typer.Option(help="Send thirty days of past first, once a data directory.")] = True,
    rate: Annotated[float, typer.Option(min=0.1, help="Actions of simulated users a second.")] = 4.0,
) -> None:
    """`serve`, with an example product and its simulated users sending to it."""
    from vedette.server.demo import DemoUnavailable, supervise  # noqa: PLC0415 - `serve` does without

    async def example(connect: dict[str, Any]) -> None:
        marker = settings.data / "demo-has-a-past"
        past = backfill and not marker.exists()
        try:
            await supervise(connect, backfill=past, rate=rate, backfilled=marker.touch)
        except DemoUnavailable as error:
            raise CannotStart(str(error)) from error

    with plain_errors():
        settings = load_settings(data=data, host=host, port=port, grpc_port=grpc_port, public_url=public_url)
        _serve(settings, example)


def _serve(settings: Settings, beside: "Beside | None" = None) -> None:
    """Serve from a data directory of our own until told to stop; then end the process."""
    with own_data_directory(settings.data):
        asyncio.run(run_server(_ready_to_start(settings), beside=beside))
    # Connections that were cut off can leave threads of the HTTP server behind; everything is stored and closed.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _ready_to_start(settings: Settings) -> Settings:
    """The settings with ports that are free, and a store DSN that reads. Raises CannotStart."""
    try:
        Dsn.parse(settings.store_dsn)
    except ValueError as error:
        raise CannotStart(str(error)) from error
    changes = {"port": free_port(settings.host, settings.port, "port")}
    if settings.grpc_port >= 0:
        changes["grpc_port"] = free_port(settings.host, settings.grpc_port, "grpc-port")
    return settings.model_copy(update=changes)


Beside = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


async def run_server(settings: Settings, *, beside: Beside | None = None) -> None:
    """Serve until SIGTERM or SIGINT; then finish requests, store what is waiting, and return.

    `beside` runs along, given what `vedette keys` prints; it ends first, so that it can still hand in what it has.
    """
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("clickhouse_connect", "urllib3"):
        logging.getLogger(name).setLevel("CRITICAL")  # they raise what they log
    leave_out_pyarrow()
    async with stop_signal() as stop, Server(settings).running() as server:
        granian = Granian(
            server.asgi,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGINL,
            backlog=1024,
            backpressure=1024,
            log_enabled=False,
        )
        settle_garbage_collection()
        serving = asyncio.ensure_future(granian.serve())
        grpc_endpoint = f"http://{settings.host}:{settings.grpc_port}" if settings.grpc_port >= 0 else ""
        write_address(settings, url=settings.url, grpc_endpoint=grpc_endpoint)
        forget_start_pages()
        _print_welcome(settings, setup_link(server.metadata, settings.url))
        if beside:
            await run_beside(stop, serving, beside(default_keys(server.metadata, settings)))

        stop_http: Callable[[], None] = granian.stop

        def end() -> None:
            server.stopping()
            stop_http()

        await serve_until(stop, serving, end, settings.shutdown_seconds)


def settle_garbage_collection() -> None:
    """What is loaded by now stays: leave it out of every collection, and collect less often.

    A batch of events is tens of thousands of objects that live for milliseconds and are in no cycle. With the
    interpreter's thresholds, looking through them took a fifth of the Python time of ingesting PostHog events.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


def _print_welcome(settings: Settings, link: str | None) -> None:
    console.print(f"vedette {__version__} is ready: [bold]{settings.url}[/bold]", soft_wrap=True)
    if link:
        console.print(f"Create the first user: [bold]{link}[/bold]", soft_wrap=True)


def _open_metadata(settings: Settings) -> Metadata:
    """The metadata database with what the first start creates. Raises CannotStart, MetadataUnavailable."""
    database = Metadata(settings.metadata_url)
    database.migrate()
    try:
        bootstrap(database, settings.data)
    except OSError as error:
        raise CannotStart(f"cannot write to the data directory {settings.data}: {error.strerror}") from error
    return database


@cli.command()
def keys(
    data: Data = None,
    metadata: MetadataUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Print where clients send to, and the API token, for the default project."""
    with plain_errors():
        settings = load_settings(data=data, metadata=metadata)
        info = default_keys(_open_metadata(settings), settings)
    if as_json:
        typer.echo(json.dumps(info))
    else:
        for name, value in info.items():
            console.print(f"{name:20} {value}", soft_wrap=True)


@cli.command()
def setup(data: Data = None, metadata: MetadataUrl = None) -> None:
    """Print a new set-up link, while there is no user yet."""
    with plain_errors():
        settings = load_settings(data=data, metadata=metadata)
        link = setup_link(_open_metadata(settings), read_address(settings)["url"])
    console.print(link or "There are users already; ask an admin for an invitation.", soft_wrap=True)


@cli.command("settings")
def print_settings() -> None:
    """Print every setting, its default and what it does, as a page of Markdown."""
    typer.echo(settings_page(), nl=False)


def main() -> None:
    """Entry point of the `vedette` command."""
    cli()
