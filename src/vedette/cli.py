"""The `vedette` command: `doctor` and `schema` are the SDK's own, everything else is the server's.

The SDK's commands work where the server is not installed, so nothing of it is imported before it is asked for.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

USAGE = """\
Usage: vedette COMMAND [OPTIONS]

Know what is happening before your users tell you.

In an application:
  doctor    Send a canary through every configured target, and show what arrived.
  schema    Product events: documentation, checks, upload (docs, check, push, export).
"""
SERVER = """
The server:
  serve     Start everything and print the URL.
  demo      serve, with an example product and its simulated users.
  keys      Print where clients send to, and the API token.
  setup     Print a new set-up link, while there is no user yet.
  settings  Print every setting, its default and what it does.
"""
NO_SERVER = "\nThe server is not installed here: pip install 'vedette[server]'\n"


def main() -> None:
    """Entry point of the `vedette` command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Hand the command to whose it is; returns the exit code."""
    command, *rest = arguments or ["--help"]
    if command in ("--help", "-h", "help"):
        print(USAGE + (SERVER if has_server() else NO_SERVER) + "\nvedette COMMAND --help says more.")
        return 0
    if command == "--version":
        from vedette import __version__  # noqa: PLC0415 - each command loads what it needs, and no more

        print(f"vedette {__version__}")
        return 0
    if command == "schema":
        from vedette.sdk.schema.commands import main as schema  # noqa: PLC0415

        return schema(rest)
    if command == "doctor":
        from vedette.sdk.doctor import main as doctor  # noqa: PLC0415

        return doctor(rest)
    if not has_server():
        print(f"vedette: {command!r} is a command of the server: pip install 'vedette[server]'", file=sys.stderr)
        return 2
    from vedette.server.cli import main as server  # noqa: PLC0415

    server()
    return 0


def has_server() -> bool:
    """Whether what the server needs is installed; its own modules always are."""
    return all(find_spec(name) is not None for name in ("typer", "granian", "fastapi", "clickhouse_connect"))
