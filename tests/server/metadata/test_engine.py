"""The metadata database on SQLite and PostgreSQL: migrations, constraints, locks."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import IntegrityError

from vedette.server.metadata.engine import (
    Metadata,
    MetadataUnavailable,
    applied_revision,
    head_revision,
    lock_organisation,
    upgrade,
)
from vedette.server.metadata.models import ApiToken, Base, IngestKeyRow, Organisation, Project, User


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [change for change in compare_metadata(context, Base.metadata)]


def columns(connection: Connection) -> dict[str, list[tuple[str, str, bool]]]:
    inspector = inspect(connection)
    return {
        table: [
            (column["name"], column["type"].compile(connection.dialect), column["nullable"])
            for column in inspector.get_columns(table)
        ]
        for table in sorted(inspector.get_table_names())
    }


def test_migrations_lead_to_the_models(empty_url: str) -> None:
    database = Metadata(empty_url)
    with database.engine.begin() as connection:
        upgrade(connection)
        assert applied_revision(connection) == head_revision()
        assert differences(connection) == []
        by_migrations = columns(connection)
        for table in reversed(Base.metadata.sorted_tables):
            table.drop(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    database.migrate()
    with database.engine.begin() as connection:
        assert applied_revision(connection) == head_revision()
        assert differences(connection) == []
        assert columns(connection) == by_migrations, "a new database is made from the models, and must be the same"
    database.close()


def test_migrating_again_changes_nothing(metadata: Metadata) -> None:
    with metadata.session() as session:
        session.add(Organisation(name="kept"))
    metadata.migrate()
    with metadata.session() as session:
        assert session.scalars(select(Organisation.name)).all() == ["kept"]


@pytest.mark.parametrize("empty_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_two_servers_may_start_at_once(empty_url: str) -> None:
    """On PostgreSQL; a SQLite file belongs to one data directory, which one server locks."""
    failed: list[Exception] = []

    def start() -> None:
        database = Metadata(empty_url)
        try:
            database.migrate()
        except Exception as error:
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def organisation(metadata: Metadata) -> int:
    with metadata.session() as session:
        row = Organisation(name="My company")
        session.add(row)
        session.flush()
        return row.id


def test_times_come_back_in_utc(metadata: Metadata) -> None:
    moment = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with metadata.session() as session:
        session.add(Organisation(name="x", created_at=moment))
    with metadata.session() as session:
        found = session.scalars(select(Organisation.created_at)).one()
    assert found == moment
    assert found.tzinfo == UTC


def test_what_belongs_to_a_project_goes_with_it_and_its_id_is_spent(metadata: Metadata) -> None:
    owner = organisation(metadata)
    with metadata.session() as session:
        project = Project(organisation_id=owner, name="x")
        session.add(project)
        session.flush()
        session.add(IngestKeyRow(project_id=project.id, name="k", key="0" * 32))
        token = ApiToken(
            organisation_id=owner, project_id=project.id, name="t", role="viewer", prefix="", token_hash="h"
        )
        session.add(token)
        session.flush()
        spent = project.id
        session.delete(project)
    with metadata.session() as session:
        assert session.scalars(select(IngestKeyRow)).all() == []
        assert session.scalars(select(ApiToken)).all() == []
        again = Project(organisation_id=owner, name="y")
        session.add(again)
        session.flush()
        assert again.id > spent


def test_an_exception_undoes_the_transaction(metadata: Metadata) -> None:
    with pytest.raises(RuntimeError), metadata.session() as session:
        session.add(Organisation(name="never"))
        session.flush()
        raise RuntimeError
    with metadata.session() as session:
        assert session.scalars(select(Organisation)).all() == []


def test_an_email_is_one_users(metadata: Metadata) -> None:
    owner = organisation(metadata)
    fields = {"organisation_id": owner, "name": "x", "role": "admin", "password_hash": "x"}
    with metadata.session() as session:
        session.add(User(email="ada@example.com", **fields))
    with pytest.raises(IntegrityError), metadata.session() as session:
        session.add(User(email="ada@example.com", **fields))


def test_the_lock_makes_others_wait(metadata: Metadata) -> None:
    """Without it two admins could demote each other at the same moment, and none would be left."""
    owner = organisation(metadata)
    order: list[str] = []
    locked = threading.Event()

    def second() -> None:
        locked.wait()
        with metadata.session() as session:
            lock_organisation(session, owner)
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with metadata.session() as session:
        lock_organisation(session, owner)
        locked.set()
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://u:secret@x",
        "postgres://u:secret@[x",
        "postgresql://u:secret@127.0.0.1:1/x",
        "sqlite:////proc/nowhere/x.sqlite3",
    ],
)
def test_a_bad_url_is_said_plainly_and_without_its_password(url: str) -> None:
    with pytest.raises((MetadataUnavailable, OSError)) as caught:
        Metadata(url).migrate()
    assert "secret" not in str(caught.value)
