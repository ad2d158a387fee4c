import re
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.store.conftest import SHOP, SIGNALS
from vedette.server.store.client import Store
from vedette.server.store.errors import MigrationError
from vedette.server.store.migrate import migrate, schema_files, statements


def test_migrating_again_does_nothing(store: Store) -> None:
    assert migrate(store, [*SIGNALS, SHOP]) == []


def test_every_table_survives_a_power_cut(store: Store) -> None:
    """Acknowledged means fsynced, so each table that keeps rows must say so."""
    sql = "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
    engines = dict(store.query(sql).rows)
    assert len(engines) > 10
    for name, engine in engines.items():
        if name != "vedette_schema":
            assert "fsync_after_insert = 1" in engine and "fsync_part_directory = 1" in engine, name


def test_tables_that_cannot_fold_retries_keep_tokens() -> None:
    """A plain MergeTree table counts a replayed insert twice unless it remembers tokens."""
    for file in schema_files(SIGNALS):
        for statement in statements(file.text):
            if "ENGINE = MergeTree" in statement:
                assert "non_replicated_deduplication_window" in statement, statement[:80]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty slice of its own, importable under its folder's name."""
    folder = tmp_path / f"slice_{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_an_edited_file_is_refused(store: Store, package: Path) -> None:
    name = package.name
    schema = package / "schema.sql"
    schema.write_text(f"CREATE TABLE {name} (a UInt8) ENGINE = Null;\n")
    assert migrate(store, [name]) == [f"{name}/schema.sql"]
    (package / "schema_0002_more.sql").write_text(f"ALTER TABLE {name} ADD COLUMN b UInt8;\n")
    assert migrate(store, [name]) == [f"{name}/schema_0002_more.sql"]
    schema.write_text(f"CREATE TABLE {name} (a UInt16) ENGINE = Null;\n")
    with pytest.raises(MigrationError, match="was edited after it had been applied"):
        migrate(store, [name])


def test_a_failing_statement_names_its_file(store: Store, package: Path) -> None:
    (package / "schema.sql").write_text("CREATE TABLE broken (a Nonsense) ENGINE = Null;\n")
    with pytest.raises(MigrationError, match=rf"{package.name}/schema.sql failed on .*Nonsense"):
        migrate(store, [package.name])


def test_sharded_table_becomes_a_local_and_a_distributed_one() -> None:
    text = (
        "-- What it holds.\n-- shard_by: sipHash64(trace_id)\nCREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a;\n"
    )
    local, distributed = statements(text, cluster="pair")
    assert "CREATE TABLE t_local (a UInt8) ENGINE = MergeTree" in local
    assert distributed == (
        "CREATE TABLE t AS t_local ENGINE = Distributed('pair', currentDatabase(), 't_local', sipHash64(trace_id))"
    )
    assert statements(text) == [text.strip().removesuffix(";")]


@pytest.mark.parametrize("change", ["MODIFY SETTING merge_selector_base = 12", "ADD INDEX i a TYPE minmax"])
def test_how_parts_are_kept_is_a_matter_of_each_shard(change: str) -> None:
    text = f"-- shard_by: a\nALTER TABLE t {change};\n"
    assert [statement.splitlines()[-1] for statement in statements(text, cluster="pair")] == [
        f"ALTER TABLE t_local {change}"
    ]


def test_each_shard_fills_its_table_from_its_own_rows() -> None:
    text = "-- shard_by: a\nINSERT INTO t\nSELECT a, min(b)\nFROM s\nGROUP BY a;\n"
    (statement,) = statements(text, cluster="pair")
    assert statement.endswith("INSERT INTO t_local\nSELECT a, min(b)\nFROM s_local\nGROUP BY a")


def test_shard_key_belongs_to_a_table() -> None:
    with pytest.raises(MigrationError, match="shard_by stands before"):
        statements("-- shard_by: a\nCREATE VIEW v AS SELECT 1;\n", cluster="pair")


LINE = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30).filter(
    lambda line: not re.search(r";\s*$", line) and "--" not in line and line.strip()
)


@given(st.lists(st.lists(LINE, min_size=1, max_size=4), max_size=6), st.booleans())
def test_statements_split_only_at_a_semicolon_that_ends_a_line(parts: list[list[str]], last_newline: bool) -> None:
    wanted = ["\n".join(lines).strip() for lines in parts]
    text = ";\n".join("\n".join(lines) for lines in parts) + (";\n" if last_newline else "")
    assert statements(text) == wanted


@given(st.text(max_size=200))
def test_any_text_is_split_without_error(text: str) -> None:
    for statement in statements(text):
        assert statement == statement.strip() != ""
        assert statement in text
