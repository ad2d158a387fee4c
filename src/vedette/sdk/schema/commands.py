"""`vedette schema docs|check|push|export`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from vedette.sdk.schema import lock, pages, registry
from vedette.sdk.schema.declaration import Declaration
from vedette.sdk.schema.push import CannotReach, Server, push
from vedette.sdk.schema.shapes import DeclarationError


def parser() -> argparse.ArgumentParser:
    """The command line of `vedette schema`."""
    found = argparse.ArgumentParser("vedette schema", description="Product events: documentation, checks, upload.")
    commands = found.add_subparsers(dest="command", required=True, metavar="docs|check|push|export")
    docs = commands.add_parser("docs", help="write the events as a page of Markdown")
    export = commands.add_parser("export", help="write the events as JSON Schema")
    check = commands.add_parser("check", help=f"compare with {lock.LOCK_FILE}; exit 1 where a change breaks")
    upload = commands.add_parser("push", help="send the declarations to the server")
    for one in (docs, export, check, upload):
        one.add_argument(
            "modules", nargs="*", metavar="MODULE", help="default: [tool.vedette] events in pyproject.toml"
        )
    for one in (docs, export):
        one.add_argument("-o", "--output", type=Path, help="a file instead of standard output")
    check.add_argument("--lock", type=Path, default=Path(lock.LOCK_FILE), help="the lock file")
    check.add_argument("--write", action="store_true", help="take changes that break nothing into the lock file")
    check.add_argument("--allow-breaking", action="store_true", help="with --write: take breaking changes too")
    upload.add_argument("--url", default="", help="the server; default: that of VEDETTE_DSN")
    upload.add_argument("--project", default="", help="its number; default: that of VEDETTE_DSN")
    upload.add_argument(
        "--source", default="", help="whose events these are; default: VEDETTE_SERVICE, else the module"
    )
    return found


def main(arguments: Sequence[str]) -> int:
    """Run the command; what a user can put right is one plain message and exit code 2."""
    options = parser().parse_args(arguments)
    try:
        classes = registry.load(options.modules, Path.cwd())
        declarations, errors, warnings = registry.declarations(classes)
        for text in warnings:
            print(f"warning: {text}", file=sys.stderr)
        for text in errors:
            print(f"error: {text}", file=sys.stderr)
        if errors:
            return 1
        match options.command:
            case "docs":
                return _write(pages.markdown(declarations), options.output)
            case "export":
                return _write(pages.json_schema(declarations), options.output)
            case "check":
                return _check(declarations, options.lock, write=options.write, breaking=options.allow_breaking)
        server = Server.of(os.environ, options.url, options.project)
        source = options.source or os.environ.get("VEDETTE_SERVICE") or _package(options.modules, classes)
        count = push(server, source, declarations)
        print(f"{count} events of {source} → {server.url}/events/schema?project={server.project_id}")
    except (registry.NothingDeclared, DeclarationError, CannotReach, OSError) as error:
        print(f"vedette schema: {error}", file=sys.stderr)
        return 2
    return 0


def _package(modules: Sequence[str], classes: Sequence[type]) -> str:
    name = modules[0] if modules else next((cls.__module__ for cls in classes), "application")
    return name.partition(".")[0]


def _write(text: str, output: Path | None) -> int:
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _check(declarations: Sequence[Declaration], path: Path, *, write: bool, breaking: bool) -> int:
    changes = lock.compare(lock.read(path) if path.exists() else [], declarations)
    broken = [one for one in changes if one.breaking]
    for one in changes:
        print(f"{'BREAKS' if one.breaking else 'ok    '}  {one}")
    if broken and not (write and breaking):
        print(
            f"\nBreaking changes: {len(broken)}. Take them back, raise the event's version, or say that they are meant:"
            "\nvedette schema check --write --allow-breaking",
            file=sys.stderr,
        )
        return 1
    text = lock.to_text(declarations)
    if write:
        path.write_text(text, encoding="utf-8")
        print(f"{path}: {len(declarations)} events")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        print(f"\n{path} is not up to date: vedette schema check --write, and commit it", file=sys.stderr)
        return 1
    else:
        print(f"{len(declarations)} events, as in {path}")
    return 0
