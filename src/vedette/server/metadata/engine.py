"""The metadata database: engine, sessions, migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

# Tables that are created with the others.
from vedette.server.metadata import feedback, issues, monitors, releases, source_maps  # noqa: F401
from vedette.server.metadata.models import Base, Organisation

MIGRATION_LOCK = 0x76656465  # PostgreSQL advisory lock: two servers on one database migrate one after the other


class MetadataUnavailable(Exception):
    """The metadata database cannot be opened; says which and why."""


class Metadata:
    """Sessions on the metadata database. Blocking; call from worker threads."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            if self.url.get_backend_name() not in ("sqlite", "postgresql"):
                scheme = self.url.drivername  # the rest may hold a password
                raise MetadataUnavailable(f"metadata must be sqlite:///… or postgresql+psycopg://…, not {scheme}://…")
            if self.url.drivername == "postgresql":  # SQLAlchemy's default driver is another one than we ship
                self.url = self.url.set(drivername="postgresql+psycopg")
            self.engine: Engine = create_engine(self.url, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError) as error:
            raise MetadataUnavailable("the metadata URL does not read: it must be like sqlite:///FILE") from error
        except ModuleNotFoundError as error:
            raise MetadataUnavailable("PostgreSQL needs psycopg: pip install 'vedette[postgres]'") from error
        if self.url.get_backend_name() == "sqlite":
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            event.listen(self.engine, "connect", _sqlite_pragmas)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session in a transaction: committed at the end, rolled back on an exception."""
        with self._sessions.begin() as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema up to date.

        A new database is created from the models and marked as up to date; a test holds models and migrations
        together. So Alembic, 23 MB of memory, is loaded only where there is something to migrate.

        Raises:
            MetadataUnavailable: the database cannot be reached.
        """
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": MIGRATION_LOCK})
                revision = applied_revision(connection)
                if revision == head_revision():
                    return
                if revision is None and not inspect(connection).has_table(Organisation.__tablename__):
                    _create(connection)
                else:
                    upgrade(connection)
        except OperationalError as error:
            where = self.url.render_as_string(hide_password=True)
            raise MetadataUnavailable(f"cannot open the metadata database {where}: {error.orig}") from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def head_revision() -> str:
    """The newest migration; a migration's file name starts with its revision."""
    versions = files("vedette.server.metadata") / "migrations" / "versions"
    return max(entry.name[:4] for entry in versions.iterdir() if entry.name[:4].isdecimal())


def applied_revision(connection: Connection) -> str | None:
    """The revision that the database is at; None when Alembic has never seen it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _create(connection: Connection) -> None:
    Base.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": head_revision()})


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, in the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - 23 MB, and rarely needed: see `migrate`
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("vedette.server.metadata") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def lock_organisation(session: Session, organisation_id: int) -> None:
    """Let no one else change this organisation's members or projects until the transaction ends.

    An update that changes nothing takes the lock on SQLite (the database's) and PostgreSQL (the row's) alike.
    """
    session.execute(update(Organisation).where(Organisation.id == organisation_id).values(name=Organisation.name))


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()
