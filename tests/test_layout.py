"""The rules of ARCHITECTURE.md and CONTRIBUTING.md that a machine can check."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "vedette"
BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "shared_utils"}
MOST_LINES = 400


def python_files() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if "migrations/versions" not in path.as_posix()]


def test_files_are_short() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in python_files()
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_drawers() -> None:
    paths = [*python_files(), *(path for path in SOURCE.rglob("*") if path.is_dir())]
    assert [path for path in paths if path.stem in BANNED] == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCE.rglob("*.sql") if not path.name.startswith("schema")],
    ids=lambda path: path.relative_to(SOURCE).as_posix(),
)
def test_every_query_names_its_project(path: Path) -> None:
    assert re.search(r"\{project_id:UInt\d+\}", path.read_text()), "a query without a project reads everyone's rows"


def test_every_signal_table_names_its_shard_key() -> None:
    for path in (SOURCE / "server" / "signals").rglob("schema*.sql"):
        tables = re.findall(r"^CREATE TABLE (\w+)", path.read_text(), re.MULTILINE)
        keys = re.findall(r"^-- shard_by: .+\nCREATE TABLE (\w+)", path.read_text(), re.MULTILINE)
        assert tables == keys, f"{path}: on a cluster a table without a shard key lives on one host only"
