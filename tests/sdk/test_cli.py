"""The `vedette` command: whose commands are whose, with and without the server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT_SERVER = "import sys; sys.modules['typer'] = None\n"
RUN = "import sys\nfrom vedette.cli import run\ncode = run(sys.argv[1:])\nprint(sorted(m for m in sys.modules if m == 'vedette.server'))\nsys.exit(code)"  # noqa: E501

EVENTS = '''
from typing import Annotated, Literal
from vedette import Event, Money, field
from vedette.events import SignedUp

class PlanUpgraded(Event, name="plan_upgraded", owner="growth", key="invoice_id"):
    """Customer moved to a more expensive plan."""

    invoice_id: str
    price: Annotated[Money, field("New price | a month", ge=0)]
    reason: Literal["self_serve", "sales"] = "self_serve"
'''


def vedette(*arguments: str, cwd: Path | None = None, code: str = RUN, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VEDETTE_")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**inherited, "PYTHONPATH": str(ROOT / "src"), **env},
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An application that declares events."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "events.py").write_text(EVENTS)
    (tmp_path / "pyproject.toml").write_text('[tool.vedette]\nevents = ["shop.events"]\n')
    return tmp_path


def change(shop: Path, old: str, new: str) -> None:
    file = shop / "shop" / "events.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_help_names_every_command() -> None:
    shown = vedette("--help").stdout
    for name in ("doctor", "schema", "serve", "demo", "keys", "setup", "settings"):
        assert f"\n  {name} " in shown
    assert vedette().stdout == shown
    assert vedette("--version").stdout.startswith("vedette 0.")


def test_the_servers_commands_are_the_servers() -> None:
    answer = vedette("serve", "--help", code="from vedette.cli import main; main()")
    assert answer.returncode == 0
    assert "--grpc-port" in answer.stdout
    assert vedette("no-such-command").returncode == 2


def test_without_the_server_the_sdks_commands_work_and_the_rest_says_what_to_install(shop: Path) -> None:
    answer = vedette("serve", code=WITHOUT_SERVER + RUN)
    assert answer.returncode == 2
    assert answer.stderr == "vedette: 'serve' is a command of the server: pip install 'vedette[server]'\n"
    assert "pip install 'vedette[server]'" in vedette("--help", code=WITHOUT_SERVER + RUN).stdout
    answer = vedette("schema", "docs", cwd=shop, code=WITHOUT_SERVER + RUN)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.endswith("[]\n"), "nothing of the server was imported"


def test_docs_are_the_same_each_time_and_have_standard_events_that_are_used(shop: Path) -> None:
    first = vedette("schema", "docs", cwd=shop).stdout
    assert first == vedette("schema", "docs", "shop.events", cwd=shop).stdout
    assert "## plan_upgraded version 1" in first
    assert "| `price` | integer ≥ 0 | minor units | yes | New price \\| a month |" in first
    assert '| `reason` | "self_serve" \\| "sales" |  | no |  |' in first
    assert "counts once for each `invoice_id`" in first
    assert "## signed_up version 1" in first
    assert "subscription_started" not in first, "a standard event that nobody imports is not the application's"
    assert vedette("schema", "docs", "-o", "events.md", cwd=shop).returncode == 0
    assert (shop / "events.md").read_text() + "[]\n" == first


def test_the_lock_file_from_first_to_last(shop: Path) -> None:
    lock = shop / "vedette-events.lock.json"
    answer = vedette("schema", "check", cwd=shop)
    assert answer.returncode == 1
    assert "not up to date: vedette schema check --write" in answer.stderr
    assert not lock.exists()
    assert vedette("schema", "check", "--write", cwd=shop).returncode == 0
    locked = lock.read_text()
    assert vedette("schema", "check", cwd=shop).returncode == 0

    change(shop, '"self_serve"\n', '"self_serve"\n    note: str | None = None\n')
    answer = vedette("schema", "check", cwd=shop)
    assert (answer.returncode, "ok      plan_upgraded: note is new" in answer.stdout) == (1, True)
    assert vedette("schema", "check", "--write", cwd=shop).returncode == 0
    assert lock.read_text() != locked
    locked = lock.read_text()

    change(shop, 'Literal["self_serve", "sales"]', 'Literal["self_serve"]')
    answer = vedette("schema", "check", "--write", cwd=shop)
    assert answer.returncode == 1
    assert "BREAKS  plan_upgraded: reason may not be sales any more" in answer.stdout
    assert lock.read_text() == locked
    assert vedette("schema", "check", "--write", "--allow-breaking", cwd=shop).returncode == 0
    assert lock.read_text() != locked


def test_a_new_version_may_break(shop: Path) -> None:
    assert vedette("schema", "check", "--write", cwd=shop).returncode == 0
    change(shop, 'owner="growth"', 'owner="growth", version=2')
    change(shop, "    invoice_id: str\n", "    invoice_id: int\n")
    answer = vedette("schema", "check", "--write", cwd=shop)
    assert answer.returncode == 0, answer.stdout


def test_export_is_json_schema(shop: Path) -> None:
    import json

    document = json.loads(vedette("schema", "export", cwd=shop).stdout.removesuffix("[]\n"))
    assert document["$defs"]["plan_upgraded"]["required"] == ["invoice_id", "price", "price_currency"]
    assert document["$defs"]["plan_upgraded"]["properties"]["price"] == {
        "type": "integer", "minimum": 0, "description": "New price | a month", "x-unit": "minor units",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("plan_upgraded", "$plan", "error: $plan: names that start with $ are reserved"),
        ("invoice_id: str", "invoice_id: set[str]", "set[str] cannot be a property"),
        ('Literal["self_serve", "sales"] = "self_serve"', 'Literal["x"] = "y"', "the default of reason is not"),
    ],
)
def test_what_is_declared_wrong_fails(shop: Path, old: str, new: str, says: str) -> None:
    change(shop, old, new)
    answer = vedette("schema", "check", "--write", cwd=shop)
    assert answer.returncode == 1
    assert says in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "no_such_module"], "cannot import no_such_module: ModuleNotFoundError"),
        (["push"], "set VEDETTE_DSN, or give --url and --project"),
        (["push", "--url", "http://127.0.0.1:1", "--project", "x"], "the project is a number, not 'x'"),
        (["push", "--url", "http://127.0.0.1:1", "--project", "1"], "set VEDETTE_API_TOKEN"),
    ],
)
def test_what_a_user_can_put_right_is_one_plain_message(shop: Path, arguments: list[str], says: str) -> None:
    answer = vedette("schema", *arguments, cwd=shop)
    assert answer.returncode == 2
    assert answer.stderr.startswith("vedette schema: ")
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_modules_it_says_where_to_name_them(tmp_path: Path) -> None:
    assert "[tool.vedette]" in vedette("schema", "docs", cwd=tmp_path).stderr
    (tmp_path / "pyproject.toml").write_text("[tool")
    assert "does not read" in vedette("schema", "docs", cwd=tmp_path).stderr
    (tmp_path / "vedette-events.lock.json").write_text("{")
