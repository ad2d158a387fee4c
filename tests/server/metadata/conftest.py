"""A metadata database of each kind: SQLite in a file, and a private PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from vedette.server.metadata.engine import Metadata


def postgres_programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are: on the PATH, or where Debian puts them."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL that listens on a socket in a temporary folder only."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL programs (Debian: apt-get install postgresql)")
    # Not in pytest's own folder: a socket's path ends at 107 characters, and root's folders are closed to `postgres`.
    with tempfile.TemporaryDirectory(prefix="vedette-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        as_postgres: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
            as_postgres = ["runuser", "-u", "postgres", "--"]

        def run(program: str, *arguments: str) -> None:
            command = [*as_postgres, str(programs / program), "-D", str(folder / "data"), *arguments]
            done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60)
            assert done.returncode == 0, done.stdout + done.stderr

        run("initdb", "-A", "trust", "-U", "vedette", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        yield f"postgresql+psycopg://vedette@/postgres?host={folder}"
        run("pg_ctl", "stop", "-m", "immediate")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'metadata.sqlite3'}"
    server = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    admin = Metadata(server)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.close()
    return str(server).replace("/postgres?", f"/{name}?")


@pytest.fixture
def metadata(empty_url: str) -> Iterator[Metadata]:
    """A database that has been brought up to date."""
    database = Metadata(empty_url)
    database.migrate()
    yield database
    database.close()
