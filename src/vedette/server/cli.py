"""The `vedette` command."""

import asyncio
import json
import logging
import signal
import socket
from pathlib import Path
from typing import Annotated, Any

import typer
from granian.constants import Interfaces
from granian.server.embed import Server as Granian
from rich.console import Console

from vedette import __version__
from vedette.server.app import Server
from vedette.server.config import Settings
from vedette.server.features.projects.bootstrap import (
    bootstrap,
    default_keys,
    read_address,
    setup_link,
    write_address,
)
from vedette.server.metadata.engine import Metadata

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Know what is happening before your users tell you."
)
console = Console(highlight=False)

Data = Annotated[Path | None, typer.Option(help="Data directory.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")]
GrpcPort = Annotated[
    int | None, typer.Option(help="Port for OTLP/gRPC; 0 picks a free one, -1 turns it off.")
]
StoreDsn = Annotated[str | None, typer.Option("--store", help="clickhouse://… to use a server or cluster.")]
MetadataUrl = Annotated[
    str | None, typer.Option("--metadata", help="postgresql+psycopg://… to use PostgreSQL.")
]


def load_settings(**options: Any) -> Settings:
    """Settings with the command line's options on top of environment and file."""
    return Settings(**{name: value for name, value in options.items() if value is not None})


@cli.command()
def serve(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    grpc_port: GrpcPort = None,
    store: StoreDsn = None,
    metadata: MetadataUrl = None,
) -> None:
    """Start everything and print the URL."""
    settings = load_settings(
        data=data, host=host, port=port, grpc_port=grpc_port, store=store, metadata=metadata
    )
    asyncio.run(run_server(settings))


async def run_server(settings: Settings, *, ready: asyncio.Event | None = None) -> None:
    """Serve until SIGTERM or SIGINT; then finish requests, store what is waiting, and return."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    settings = _with_free_ports(settings)
    async with Server(settings).running() as server:
        granian = Granian(
            server.asgi,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGINL,
            backlog=1024,
            backpressure=1024,
            log_enabled=False,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, granian.stop)
        grpc_endpoint = f"http://{settings.host}:{settings.grpc_port}" if settings.grpc_port >= 0 else ""
        write_address(settings, url=settings.url, grpc_endpoint=grpc_endpoint)
        _print_welcome(settings, setup_link(server.metadata, settings.url))
        if ready:
            ready.set()
        await granian.serve()


def _with_free_ports(settings: Settings) -> Settings:
    changes = {
        name: _free_port(settings.host) for name in ("port", "grpc_port") if getattr(settings, name) == 0
    }
    return settings.model_copy(update=changes)


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _print_welcome(settings: Settings, link: str | None) -> None:
    console.print(f"vedette {__version__} is ready: [bold]{settings.url}[/bold]", soft_wrap=True)
    if link:
        console.print(f"Create the first user: [bold]{link}[/bold]", soft_wrap=True)


@cli.command()
def keys(
    data: Data = None,
    metadata: MetadataUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Print where clients send to, and the API token, for the default project."""
    settings = load_settings(data=data, metadata=metadata)
    database = Metadata(settings.metadata_url)
    database.migrate()
    bootstrap(database, settings.data)
    info = default_keys(database, settings)
    if as_json:
        typer.echo(json.dumps(info))
    else:
        for name, value in info.items():
            console.print(f"{name:20} {value}", soft_wrap=True)


@cli.command()
def setup(data: Data = None, metadata: MetadataUrl = None) -> None:
    """Print a new set-up link, while there is no user yet."""
    settings = load_settings(data=data, metadata=metadata)
    database = Metadata(settings.metadata_url)
    database.migrate()
    bootstrap(database, settings.data)
    link = setup_link(database, read_address(settings)["url"])
    console.print(link or "There are users already; ask an admin for an invitation.", soft_wrap=True)


def main() -> None:
    """Entry point of the `vedette` command."""
    cli()
