"""Schema files → tables. The same text serves one machine and a cluster.

A slice's `schema.sql` creates its tables; later changes are `schema_0002_add_x.sql` and so on, applied in
name order, once, and recorded with a checksum in `vedette_schema`. Statements end with `;` at a line's end.

On a cluster (`?cluster=NAME` in the DSN) a table marked with a shard key

    -- shard_by: sipHash64(trace_id)
    CREATE TABLE spans (…) ENGINE = MergeTree …

becomes `spans_local` on every host plus a `Distributed` table `spans` over it, so every reader and writer says
`spans` everywhere. Statements run on each host of the DSN, so no Keeper is needed for it. An `INSERT … SELECT` that is
marked so fills each host's own table from its own rows.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from vedette.server.store.client import Store
from vedette.server.store.errors import MigrationError, StoreUnavailable

STATEMENT_END = re.compile(r";[ \t]*(?:\n|\Z)")
SHARD_KEY = re.compile(r"^--\s*shard_by:\s*(?P<key>.+?)\s*$", re.MULTILINE)
CREATE_TABLE = re.compile(r"CREATE TABLE\s+(?P<name>\w+)")
OF_PARTS = re.compile(r"ALTER TABLE\s+\w+\s+(?:MODIFY SETTING|ADD INDEX)\b")
ALTER_TABLE = re.compile(r"ALTER TABLE\s+(?P<name>\w+)")
INSERT_SELECT = re.compile(r"INSERT INTO\s+(?P<into>\w+)(?P<select>\s+SELECT\b.*?\bFROM\s+)(?P<source>\w+)", re.DOTALL)

JOURNAL = """
CREATE TABLE IF NOT EXISTS vedette_schema (name String, checksum String, applied_at DateTime DEFAULT now())
ENGINE = MergeTree ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """One schema file of a slice, e.g. `signals.logs/schema.sql`."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Detects a file that was edited after it had been applied."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def schema_files(packages: Sequence[str]) -> list[SchemaFile]:
    """All `schema*.sql` of the packages, package by package in the order given, by name within one."""
    found = []
    for package in packages:
        names = sorted(
            (entry.name for entry in files(package).iterdir() if re.fullmatch(r"schema\w*\.sql", entry.name)),
            key=lambda name: name.removesuffix(".sql"),
        )
        for name in names:
            text = files(package).joinpath(name).read_text(encoding="utf-8")
            found.append(SchemaFile(f"{package.removeprefix('vedette.server.')}/{name}", text))
    return found


def statements(text: str, *, cluster: str = "") -> list[str]:
    """Split a schema file into statements, expanded for a cluster when one is named."""
    expanded: list[str] = []
    for raw in STATEMENT_END.split(text):
        statement = raw.strip()
        if not statement or all(line.startswith("--") for line in statement.splitlines() if line.strip()):
            continue
        expanded += _for_cluster(statement, cluster) if cluster else [statement]
    return expanded


def _for_cluster(statement: str, cluster: str) -> list[str]:
    shard_key = SHARD_KEY.search(statement)
    if shard_key is None:
        return [statement]
    if created := CREATE_TABLE.search(statement):
        name = created["name"]
        local = CREATE_TABLE.sub(f"CREATE TABLE {name}_local", statement, count=1)
        distributed = (
            f"CREATE TABLE {name} AS {name}_local "
            f"ENGINE = Distributed('{cluster}', currentDatabase(), '{name}_local', {shard_key['key']})"
        )
        return [local, distributed]
    if altered := ALTER_TABLE.search(statement):
        local = ALTER_TABLE.sub(f"ALTER TABLE {altered['name']}_local", statement, count=1)
        if OF_PARTS.search(statement):
            return [local]  # how a table stores, finds and merges its parts; a Distributed one has none
        return [local, statement]
    if INSERT_SELECT.search(statement):  # each host fills its own table from its own rows; others may not be there yet
        return [INSERT_SELECT.sub(r"INSERT INTO \g<into>_local\g<select>\g<source>_local", statement, count=1)]
    raise MigrationError(f"shard_by stands before none of CREATE TABLE, ALTER TABLE, INSERT … SELECT: {statement[:80]}")


def migrate(store: Store, packages: Sequence[str]) -> list[str]:
    """Bring every host's tables up to date; returns the names of the files applied anywhere.

    Raises:
        MigrationError: an applied file was edited since, or a statement failed (says which file and host).
        StoreUnavailable: a host cannot be reached; those before it are up to date.
    """
    wanted = schema_files(packages)
    if store.dsn.embedded:
        with store.handle() as client:
            return _migrate_host(client, wanted, cluster="", where="the embedded store")
    applied: list[str] = []
    for host, port in store.dsn.hosts:
        try:
            bootstrap = store.connect_to(host, port, database="default")
            bootstrap.command(f"CREATE DATABASE IF NOT EXISTS `{store.dsn.database}`")
            bootstrap.close()
            client = store.connect_to(host, port)
        except (ClickHouseError, OSError) as error:
            raise StoreUnavailable(f"ClickHouse at {host}:{port} does not answer: {error}") from error
        try:
            done = _migrate_host(client, wanted, cluster=store.dsn.cluster, where=f"{host}:{port}")
        finally:
            client.close()
        applied += [name for name in done if name not in applied]
    return applied


def _migrate_host(client: Any, wanted: Sequence[SchemaFile], *, cluster: str, where: str) -> list[str]:
    client.command(JOURNAL)
    journal = dict(client.query("SELECT name, checksum FROM vedette_schema").result_rows)
    applied = []
    for file in wanted:
        if file.name in journal:
            if journal[file.name] != file.checksum:
                raise MigrationError(
                    f"{file.name} was edited after it had been applied to {where}; "
                    "add a new schema_NNNN file instead, or start with an empty data directory"
                )
            continue
        for statement in statements(file.text, cluster=cluster):
            try:
                client.command(statement)
            except Exception as error:
                raise MigrationError(f"{file.name} failed on {where}: {error}") from error
        client.command(
            "INSERT INTO vedette_schema (name, checksum) VALUES ({name:String}, {checksum:String})",
            parameters={"name": file.name, "checksum": file.checksum},
        )
        applied.append(file.name)
    return applied
